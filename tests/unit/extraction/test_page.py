"""Character sets, as declared, as wrongly declared and as they are; trees and what is cut from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.extraction.page import blank, decode, parse, prune

ARABIC = "<html><head>{meta}</head><body><p>افتتحت البلدية جسرا جديدا فوق النهر بعد أشهر من العمل</p></body></html>"
RUSSIAN = "<html><head>{meta}</head><body><p>Городские власти открыли новый мост через реку</p></body></html>"


def page(text: str, charset: str | None) -> str:
    """Return a page that declares a charset."""
    return text.format(meta=f'<meta charset="{charset}">' if charset else "")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", None),
        ("utf-8", "windows-1256"),
        ("cp1256", "windows-1256"),
        ("cp1256", None),
        ("cp1256", "utf-8"),
        ("cp1256", "iso-8859-1"),
        ("iso8859-6", "ISO-8859-6"),
    ],
)
def test_arabic_pages_are_decoded_whatever_they_declare(encoding: str, declared: str | None) -> None:
    """Valid UTF-8 wins; a declaration is believed unless it is a default that servers and templates add."""
    text = page(ARABIC, declared)

    assert decode(text.encode(encoding), "text/html") == text


def test_the_header_is_believed_before_the_page() -> None:
    """A server that converts pages leaves their `meta` behind (RFC 2854 gives the header precedence)."""
    text = page(ARABIC, "iso-8859-6")

    assert decode(text.encode("cp1256"), "text/html; charset=windows-1256") == text


def test_cyrillic_windows_pages_are_decoded() -> None:
    """windows-1251 as declared in the old way."""
    text = RUSSIAN.format(meta='<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">')

    assert decode(text.encode("cp1251"), None) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_recognised_with_and_without_a_mark(encoding: str) -> None:
    """A byte order mark decides and is taken off; markup with a zero in every second byte is UTF-16."""
    text = page(ARABIC, "utf-8")

    assert decode(text.encode(encoding), "text/html; charset=utf-8") == text


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    """A page of UTF-8 with one cut character stays UTF-8."""
    html = (page(ARABIC, "utf-8") * 5).encode()
    place = html.index("جسرا".encode()) + 1

    text = decode(html[:place] + html[place + 1 :], "text/html; charset=utf-8")

    assert text.count("�") == 1  # the first half of the character whose second half is lost
    assert "افتتحت البلدية" in text


@pytest.mark.parametrize("name", ["no-such-charset", "base64", "undefined", "x" * 39])
def test_unknown_charsets_are_passed_over(name: str) -> None:
    """Neither a made-up name nor a codec that is no charset raises."""
    text = page(ARABIC, name)

    assert decode(text.encode(), f"text/html; charset={name}") == text


@given(st.binary(max_size=300))
def test_any_bytes_can_be_decoded_and_parsed(html: bytes) -> None:
    """Strangers' bytes never raise."""
    parse(decode(html, None))


def test_a_tree_has_no_comments_and_survives_odd_markup() -> None:
    """Comments, forbidden characters, a doctype with a slash and a closed html element do not end the parsing."""
    tree = parse('<!DOCTYPE html PUBLIC "a/b">\n<html lang="ar" />\x0b<body><!-- no --><p>نص\x00</p></body>')

    assert tree is not None
    assert tree.get("lang") == "ar"
    assert tree.findtext(".//p") == "نص"
    assert len(list(tree.iter())) == 3


def test_a_page_in_xml_is_parsed() -> None:
    """An encoding in an XML declaration does not contradict the characters that were decoded."""
    tree = parse('<?xml version="1.0" encoding="windows-1256"?><html><body><p>نص</p></body></html>')

    assert tree is not None
    assert tree.findtext(".//p") == "نص"


@pytest.mark.parametrize("text", ["", " \n ", "<!-- only -->"])
def test_no_element_is_no_tree(text: str) -> None:
    """Nothing to read is said so."""
    assert parse(text) is None


def test_pruning_keeps_the_text_around_what_it_cuts() -> None:
    """Scripts, styles and menus go, the words after them stay."""
    tree = parse(
        "<html><body><nav>menu</nav>one<script>x()</script>two<style>p{}</style><svg><text>a</text></svg>three</body>"
    )
    assert tree is not None

    prune(tree)

    assert tree.text_content() == "onetwothree"


def test_pruning_takes_spans_off_cells() -> None:
    """A table that claims a million cells is as large as it is written."""
    tree = parse('<html><body><table><tr><td colspan="1000" rowspan="1000">x</td></tr></table></body></html>')
    assert tree is not None

    prune(tree)

    assert dict(next(tree.iter("td")).attrib) == {}


def test_new_elements_are_of_the_kind_that_the_parser_makes() -> None:
    """Trafilatura needs `text_content`, which plain lxml elements lack."""
    assert blank().text_content() == ""
