"""What people type into the search field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.search.syntax import MAX_CHARS, MAX_PARTS, Parsed, article_twin, clitic_forms, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Parsed()),
        ("غزة  القاهرة", Parsed(words=("غزة", "القاهرة"))),
        ('"وزارة الصحة" غزة', Parsed(words=("غزة",), phrases=("وزارة الصحة",))),
        ("«وزارة الصحة» “summit in Cairo”", Parsed(phrases=("وزارة الصحة", "summit in Cairo"))),
        ("غزة -القاهرة", Parsed(words=("غزة",), without=("القاهرة",))),
        ('-"وزارة الصحة" غزة', Parsed(words=("غزة",), without=("وزارة الصحة",))),
        ("غزة غزة", Parsed(words=("غزة",))),
        ("covid-19 –", Parsed(words=("covid-19",))),
        ('"never closed', Parsed(words=("never", "closed"))),
        ("AND OR (a* ~b) +c field:x /re/ \\", Parsed(words=("AND", "OR", "(a*", "~b)", "+c", "field:x", "/re/"))),
        ('- "" « » ؟ !!', Parsed()),
        ("a\x00b\x1b[31m", Parsed(words=("a", "b", "[31m"))),
        ("x\ud800y", Parsed(words=("x", "y"))),
    ],
)
def test_queries(text: str, expected: Parsed) -> None:
    """Quotes of three kinds make phrases, a leading minus excludes, all other signs mean nothing."""
    assert parse(text) == expected


@given(st.text())
def test_every_text_is_a_query(text: str) -> None:
    """No text is an error, and what comes out can be sent and has something to look for."""
    parsed = parse(text)

    for part in (*parsed.words, *parsed.phrases, *parsed.without):
        part.encode()
        assert any(character.isalnum() for character in part)


def test_a_query_is_capped() -> None:
    """However long a query is, the server gets a bounded number of clauses."""
    many = parse(" ".join(f"w{number}" for number in range(1_000)))
    assert len(many.words) == MAX_PARTS

    (long,) = parse("x" * 10_000).words
    assert len(long) == MAX_CHARS


@pytest.mark.parametrize(
    ("word", "some"),
    [
        ("غزة", {"بغزة", "لغزة"}),
        ("القاهرة", {"بقاهرة", "وبالقاهرة", "وللقاهرة"}),
        ("جامعة", {"لجامعة", "وبالجامعة"}),
        ("غَزَّة", {"بغزة"}),
    ],
)
def test_forms_behind_prepositions(word: str, some: set[str]) -> None:
    """Forms are made of the word without article and vowel signs."""
    assert some <= set(clitic_forms(word))


@pytest.mark.parametrize("word", ["في", "اليد", "Cairo", "covid-19", "گوگل", "24", "غزة24", ""])
def test_short_and_foreign_words_have_no_forms(word: str) -> None:
    """Two letters behind a preposition are too often another word; other scripts know no Arabic prepositions."""
    assert clitic_forms(word) == ()


@pytest.mark.parametrize("word", ["مال", "ندا", "ساد"])
def test_forms_that_are_other_words_are_not_made(word: str) -> None:
    """كمال is a name, كندا a country, فساد a crime: ك and ف are not put before a word."""
    assert not {"كمال", "كندا", "فساد"} & set(clitic_forms(word))


@pytest.mark.parametrize(
    ("word", "twin"),
    [
        ("وزارة", "الوزارة"),
        ("الوزارة", "وزارة"),
        ("الوِزارة", "وزارة"),
        ("غزة", None),
        ("القاهرة", None),
        ("وفي", "الوفي"),
        ("ود", None),
        ("Washington", None),
    ],
)
def test_words_that_begin_with_waw_have_a_twin(word: str, twin: str | None) -> None:
    """Only where the stemmer would take a first و for a conjunction is the word looked for in its other form too."""
    assert article_twin(word) == twin
