"""Strings as pages write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.extraction.strings import MAX_CHARS, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  one\n\ttwo  ", "one two"),
        ("a &amp; b &quot;c&quot; &#1588;", 'a & b "c" ش'),
        ("<b>bold</b> text<br/>next", "bold text next"),
        ("a < b and c > d", "a < b and c > d"),
        ("\u202bعنوان\u202c\u200f", "عنوان"),
        ("soft\u00adhyphen", "softhyphen"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("nul\x00and\x1bescape", "nul and escape"),
        ("cafe\u0301", "café"),
        ("", ""),
    ],
)
def test_a_string_becomes_one_plain_line(text: str, expected: str) -> None:
    """Entities written twice, tags, white space and invisible signs go; joiners are spelling."""
    assert plain(text) == expected


@given(st.text())
def test_any_string_becomes_a_line_of_bounded_length(text: str) -> None:
    """And becomes no other one when it is made plain again, entities of entities apart."""
    line = plain(text)

    assert len(line) <= MAX_CHARS
    assert not any(sign in line for sign in "\n\r\t\x00\u202e")
    assert line == line.strip()
