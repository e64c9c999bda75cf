"""Strangers' text on a terminal."""

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from marsad.cli.terminal import PDI, RLI, clean, is_rtl, json_line, paragraph

NARROW = Console(width=24, file=io.StringIO())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("غزة\n\n  أمس\t", "غزة أمس"),
        ("a\x1b[31mred\x07", "a[31mred"),
        ("a\x9b31m", "a31m"),
        ("user\u202egpj.exe", "usergpj.exe"),
        ("\u2067a\u2069\u200f\u061c\ufeff", "a"),
        ("می\u200cشود", "می\u200cشود"),
        ("a\u2028b\x85c", "a b c"),
        ("x\ue000y\U000f0000z", "xyz"),
        ("\U000e0041tag", "tag"),
        ("\ud800", ""),
        ("[red]no markup[/red]", "[red]no markup[/red]"),
    ],
)
def test_what_could_steer_or_deceive_goes(text: str, expected: str) -> None:
    """Escapes, bidi overrides and invisible signs go; joiners that Persian needs, and all letters, stay."""
    assert clean(text) == expected


@given(st.text())
def test_every_text_becomes_one_harmless_line(text: str) -> None:
    """Whatever comes in, one encodable line without controls comes out, and cleaning it again changes nothing."""
    line = clean(text)

    line.encode()
    assert line == clean(line)
    assert all(character >= " " and character != "\x7f" for character in line)


@pytest.mark.parametrize(
    ("text", "rtl"),
    [
        ("غزة", True),
        ("BBC: قالت الوزارة إن", True),
        ("The word غزة in a sentence", False),
        ("2026", False),
        ("", False),
    ],
)
def test_the_direction_is_that_of_most_letters(text: str, rtl: bool) -> None:
    """A Latin name at the beginning does not turn an Arabic paragraph round."""
    assert is_rtl(text) is rtl


def test_an_arabic_line_is_an_isolate_at_the_right_edge() -> None:
    """Each line, not only the paragraph, is isolated: terminals order line by line."""
    lines = paragraph([("قالت وزارة الصحة إن المستشفيات تعمل", False)], NARROW)

    assert len(lines) == 2
    for line in lines:
        assert line.plain.lstrip(" ").startswith(RLI)
        assert line.plain.endswith(PDI)
        assert line.cell_len == NARROW.width


def test_a_latin_line_is_left_as_it_is() -> None:
    """Left-to-right text needs neither isolates nor padding."""
    (line,) = paragraph([("Summit in Cairo", False)], NARROW)

    assert line.plain == "Summit in Cairo"


def test_matches_are_marked_where_they_stand() -> None:
    """The marked piece, and nothing beside it, is highlighted; spaces around it survive the cleaning."""
    (line,) = paragraph([("في ", False), ("غزة", True), (" أمس", False)], NARROW)

    marked = [line.plain[span.start : span.end] for span in line.spans if "yellow" in str(span.style)]
    assert marked == ["غزة"]
    assert "في غزة أمس" in line.plain


def test_visual_order_for_terminals_that_have_none() -> None:
    """Arabic is reversed, numbers and Latin in it are not; vowel signs, which would stand wrong, are left out."""
    (line,) = paragraph([("مَرّ 25 عاما على BBC", False)], NARROW, visual=True)

    assert line.plain.strip() == "BBC ىلع اماع 25 رم"
    assert line.cell_len == NARROW.width
    assert RLI not in line.plain


def test_matches_are_marked_in_visual_order_too() -> None:
    """The letters of the match are reversed with the line, and so is its mark."""
    (line,) = paragraph([("في ", False), ("غزة", True), (" أمس", False)], NARROW, visual=True)

    marked = [line.plain[span.start : span.end] for span in line.spans if "yellow" in str(span.style)]
    assert marked == ["ةزغ"]


@given(st.lists(st.tuples(st.text(), st.booleans()), max_size=5), st.booleans())
def test_every_text_can_be_laid_out(pieces: list[tuple[str, bool]], visual: bool) -> None:
    """No text breaks the layout, and none but our own isolates reach the terminal."""
    for line in paragraph(pieces, NARROW, visual=visual):
        inner = line.plain.lstrip(" ").removeprefix(RLI).removesuffix(PDI)
        assert not set(inner) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x1b")


@given(st.dictionaries(st.text(), st.text()))
def test_json_lines_are_harmless_and_whole(value: dict[str, str]) -> None:
    """What a terminal obeys is escaped, in names too, and a reader of the JSON gets the very same text."""
    line = json_line(value)

    assert json.loads(line) == value
    assert not any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in line)


def test_json_lines_keep_arabic_readable() -> None:
    """Letters and joiners stand as they are; direction marks and eight-bit controls do not."""
    assert json_line({"a": "غزة می\u200cخواهم\u202e\x9b31m"}) == '{"a": "غزة می\u200cخواهم\\u202e\\u009b31m"}'
