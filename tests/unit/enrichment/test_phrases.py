"""Finding known names in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.enrichment.phrases import PhraseIndex

ARABIC = PhraseIndex(
    "ar",
    [
        ("القاهرة", "cairo"),
        ("الولايات المتحدة", "us"),
        ("الولايات المتحدة الأمريكية", "us"),
        ("السودان", "sudan"),
        ("جنوب السودان", "south sudan"),
        ("لبنان", "lebanon"),
        ("(في) مالي", "mali"),
        ("أ.ف.ب", "afp"),
        ("سنغافورة", "singapore"),
        ("القاهرة", "another cairo"),
    ],
)
ENGLISH = PhraseIndex(
    "en",
    [("US", "us"), ("U.S.", "us"), ("New York", "ny"), ("Côte d’Ivoire", "ci"), ("(in) Georgia", "ge"), ("Nice", "n")],
)


def found(index: PhraseIndex[str], text: str) -> list[tuple[str, str]]:
    """Return what is found, with the stretch of text that it is found in."""
    return [(match.value, text[match.start : match.end]) for match in index.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("في القاهرة.", [("cairo", "القاهرة")]),
        ("القَاهِرة والقــاهرة", [("cairo", "القَاهِرة"), ("cairo", "والقــاهرة")]),
        ("بالقاهرة وللقاهرة", [("cairo", "بالقاهرة"), ("cairo", "وللقاهرة")]),
        ("والولايات المتحدة", [("us", "والولايات المتحدة")]),
        ("للولايات المتحدة الأميركية", [("us", "للولايات المتحدة")]),
        ("الولايات المتحدة الأمريكية", [("us", "الولايات المتحدة الأمريكية")]),
        ("السودان وجنوب السودان", [("sudan", "السودان"), ("south sudan", "وجنوب السودان")]),
        ("لبنان وبلبنان", [("lebanon", "لبنان"), ("lebanon", "وبلبنان")]),
        ("وفق أ ف ب وأ.ف.ب و(أ. ف. ب)", [("afp", "أ ف ب"), ("afp", "وأ.ف.ب"), ("afp", "أ. ف. ب")]),
        ("دعم مالي في مالي وفي مالي", [("mali", "مالي"), ("mali", "مالي")]),
    ],
)
def test_arabic_names(text: str, expected: list[tuple[str, str]]) -> None:
    """Spellings meet, clitics come off the first word, the longest name wins, context is no part of the match."""
    assert found(ARABIC, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "الولايات",  # half a name
        "الولايات. المتحدة",  # parted by a stop
        "الولايات\nالمتحدة",  # on two lines
        "الولايات، المتحدة",
        "سالقاهرة",  # the future's letter stands before verbs
        "اللبنان",  # the article is part of a name or not there
        "مالي",  # its context is missing
        "لبنانية",  # another word
    ],
)
def test_what_is_no_name(text: str) -> None:
    """Half names, names over a stop or line, and other words are not found."""
    assert found(ARABIC, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The US and the U.S. left", [("us", "US"), ("us", "U.S")]),
        ("tell us, Us or uS", []),
        ("new york, New York, NEW YORK", [("ny", "New York"), ("ny", "NEW YORK")]),
        ("a nice day in Nice", [("n", "Nice")]),
        ("Côte d'Ivoire", [("ci", "Côte d'Ivoire")]),
        ("in Georgia, of Georgia", [("ge", "Georgia")]),
        ("New  York, New-York", [("ny", "New  York"), ("ny", "New-York")]),
    ],
)
def test_names_with_capitals(text: str, expected: list[tuple[str, str]]) -> None:
    """Names begin with capitals, and those that are all capitals are found in capitals only."""
    assert found(ENGLISH, text) == expected


def test_first_of_two_entries_counts() -> None:
    """Lists that come first win over those that come later."""
    assert found(ARABIC, "القاهرة") == [("cairo", "القاهرة")]


def test_clitics_are_arabic_only() -> None:
    """In other languages of the script the first letter belongs to the word."""
    persian = PhraseIndex("fa", [("ایران", "iran")])

    assert found(persian, "ایران وایران") == [("iran", "ایران")]


def test_entries_without_words_are_ignored() -> None:
    """A name that holds no letter is not a name for everything."""
    assert found(PhraseIndex("en", [("...", "x"), ("", "y")]), "... a") == []


@given(st.lists(st.sampled_from(["القاهرة", "وجنوب", "السودان", "الولايات", "المتحدة", ".", "\n", "في", "مالي"])))
def test_matches_are_ordered_and_apart(parts: list[str]) -> None:
    """Matches never overlap and stay in the text."""
    text = " ".join(parts)
    at = 0
    for match in ARABIC.find(text):
        assert at <= match.start < match.end <= len(text)
        at = match.end
