"""Words: their bounds in the text and their compared spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.text.words import MAX_WORD, Word, words


def test_offsets_point_into_the_text_as_written() -> None:
    """The key is normalised; the offsets are those of the marks and tatweel that the text has."""
    text = "«القـاهِرة» ٢٠٢٦"

    found = list(words(text, "ar"))

    assert found == [Word("القاهره", 1, 10), Word("2026", 12, 16)]
    assert text[1:10] == "القـاهِرة"


@pytest.mark.parametrize(
    ("text", "language", "keys"),
    [
        ("don’t re-open", "en", ["don", "t", "re", "open"]),
        ("می\u200cشود", "fa", ["میشود"]),
        ("U.S.", "en", ["u", "s"]),
        ("\u200fقطر\u200f،مصر", "ar", ["قطر", "مصر"]),
        ("... — !؟", "ar", []),
        ("", "ar", []),
    ],
)
def test_what_a_word_is(text: str, language: str, keys: list[str]) -> None:
    """Hyphens, apostrophes, stops and directional marks part words; a non-joiner inside one does not."""
    assert [word.key for word in words(text, language)] == keys


def test_endless_runs_are_no_words() -> None:
    """A run longer than any word is passed over, and the next word is still found."""
    assert [word.key for word in words("x" * (MAX_WORD + 1) + " end", "en")] == ["end"]
    assert [word.key for word in words("x" * MAX_WORD, "en")] == ["x" * MAX_WORD]


@given(st.text(), st.sampled_from(["ar", "en", "und"]))
def test_words_are_ordered_and_within_the_text(text: str, language: str) -> None:
    """Words never overlap, never are empty, never leave the text."""
    at = 0
    for word in words(text, language):
        assert at <= word.start < word.end <= len(text)
        assert word.key
        at = word.end
