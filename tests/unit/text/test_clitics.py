"""Arabic clitics come off only where a known word is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.text.clitics import readings

KNOWN = {"القاهرة", "لبنان", "ليبيا", "فرنسا", "باريس", "مصر", "الأردن", "اللجنة", "كتاب", "يكتب", "بيروت", "وزارة"}


def strip(word: str) -> tuple[tuple[str, ...], str] | None:
    """Return the first reading that leaves a known word, as those who look words up take it."""
    return next(((clitics, stem) for clitics, stem in readings(word) if stem in KNOWN), None)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("القاهرة", ((), "القاهرة")),
        ("والقاهرة", (("و",), "القاهرة")),
        ("بالقاهرة", (("ب",), "القاهرة")),
        ("وبالقاهرة", (("و", "ب"), "القاهرة")),
        ("للقاهرة", (("ل",), "القاهرة")),
        ("فللقاهرة", (("ف", "ل"), "القاهرة")),
        ("للجنة", (("ل",), "اللجنة")),
        ("كباريس", (("ك",), "باريس")),
        ("للبنان", (("ل",), "لبنان")),
        ("لليبيا", (("ل",), "ليبيا")),
        ("فلبنان", (("ف",), "لبنان")),
        ("الكتاب", (("ال",), "كتاب")),
        ("وبالكتاب", (("و", "ب", "ال"), "كتاب")),
        ("للكتاب", (("ل", "ال"), "كتاب")),
        ("سيكتب", (("س",), "يكتب")),
        ("وسيكتب", (("و", "س"), "يكتب")),
    ],
)
def test_clitics_before_a_known_word(word: str, expected: tuple[tuple[str, ...], str]) -> None:
    """Conjunction, preposition or future, and article come off in this order."""
    assert strip(word) == expected


@pytest.mark.parametrize("word", ["لبنان", "ليبيا", "فرنسا", "باريس", "بيروت", "كتاب", "وزارة"])
def test_a_known_word_keeps_its_first_letter(word: str) -> None:
    """A known word that begins with a clitic's letter is left whole."""
    assert strip(word) == ((), word)


@pytest.mark.parametrize("word", ["وطن", "بلد", "الوزير", "سالكتاب", "بوالقاهرة", "و", "ال", "لل", ""])
def test_unknown_rests_stay(word: str) -> None:
    """Nothing is taken off when what is left is unknown, or when the clitics stand in no Arabic order."""
    assert strip(word) is None


@given(st.text("وفبكلسامن", max_size=12))
def test_readings_are_few_and_end_the_word(word: str) -> None:
    """There are at most sixteen readings, the word itself is the first, and none is empty unless the word is."""
    found = list(readings(word))

    assert found[0] == ((), word)
    assert len(found) <= 16
    assert all(stem for _, stem in found) or not word
    assert [len(clitics) for clitics, _ in found] == sorted(len(clitics) for clitics, _ in found)
