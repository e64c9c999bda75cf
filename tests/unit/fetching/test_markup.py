"""Facts about reading markup in one pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.fetching.markup import MAX_BYTES, MAX_STEPS, MAX_TAG, Tag, characters, is_html, pieces


def read(markup: str) -> list[str]:
    """Return tags as they would be written, and texts."""
    return [piece if isinstance(piece, str) else f"<{'/' * piece.closes}{piece.name}>" for piece in pieces(markup)]


@pytest.mark.parametrize(
    ("markup", "wanted"),
    [
        ("a<B>c</b >d", ["a", "<b>", "c", "</b>", "d"]),
        ("<br/>a", ["<br>", "a"]),
        ("<a title='>' href=\"x>y\">z", ["<a>", "z"]),
        ("<a title=it's>b", ["<a>", "b"]),
        ("<a title='never closed>b<c>", ["<a>", "b", "<c>"]),
        ("a < b", ["a ", "<", " b"]),
        ("<!doctype html><?xml x?><!-- <b> -->a", ["a"]),
        ("<!-- never closed <b>", []),
        ("<script>if (a<b) '<b>'</SCRIPT>a", ["<script>", "</script>", "a"]),
        ("<style>never closed <b>", ["<style>"]),
        ("<title>a <b> c</title>d", ["<title>", "a <b> c", "</title>", "d"]),
        ("<textarea><b></textarea>", ["<textarea>", "</textarea>"]),
        ("<a", ["<a>"]),
        ("", []),
    ],
)
def test_markup_is_taken_apart(markup: str, wanted: list[str]) -> None:
    """Tags and the text between them; comments, scripts and styles are left out."""
    assert read(markup) == wanted


def test_attributes_are_read_as_browsers_do() -> None:
    """Quoted or not, names in small letters, the first of a name, entities undone."""
    (tag,) = pieces("<META Name='a' CONTENT=\"x &amp; y\" data-x = z/ name=b checked empty=''>")
    assert isinstance(tag, Tag)
    assert tag.attributes == {"name": "a", "content": "x & y", "data-x": "z/", "empty": ""}


@pytest.mark.parametrize(
    "unit", ["<", "<a", "<!--", "<meta x='", "<script>", "<meta a=b ", '<a ="', "<b>", "&#", "</", "<!", "<title>"]
)
def test_what_is_read_of_a_page_is_bounded(unit: str) -> None:
    """However it is made, and no tag is kept longer than it may be."""
    found = list(pieces(unit * (MAX_BYTES // len(unit))))
    assert len(found) <= 2 * MAX_STEPS + 1
    assert all(len(piece.rest) <= MAX_TAG for piece in found if isinstance(piece, Tag))


@given(st.text(alphabet="<>/!-'\"= abscript\n", max_size=300))
def test_any_text_can_be_read(markup: str) -> None:
    """Nothing is raised, and nothing but what stands in the markup comes out."""
    assert all(piece in markup for piece in pieces(markup) if isinstance(piece, str))


def test_characters_follow_the_declaration() -> None:
    """UTF-8 first, which hardly anything else happens to be; cut in the middle of a letter too."""
    text = "خبر عاجل" * 3
    assert characters(text.encode(), "text/html; charset=windows-1256") == text
    assert characters(text.encode("cp1256"), "text/html; charset=windows-1256") == text
    assert characters(b"<meta charset='windows-1256'>" + text.encode("cp1256"), "text/html").endswith(text)
    assert characters(text.encode("utf-16"), None) == text
    assert characters(("a" + "خ" * MAX_BYTES).encode(), None).rstrip("خ") == "a"


@pytest.mark.parametrize(
    ("content_type", "wanted"),
    [("text/html; charset=x", True), ("Application/XHTML+xml", True), (None, True), ("", True), ("text/xml", False)],
)
def test_what_declares_nothing_may_be_html(content_type: str | None, wanted: bool) -> None:
    """Some sites' pages do not."""
    assert is_html(content_type) is wanted
