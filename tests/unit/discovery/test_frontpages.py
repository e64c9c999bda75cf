"""Article links on front pages."""

import pytest

from marsad.discovery.frontpages import MAX_LINKS, parse_front_page
from marsad.discovery.listings import MAX_ENTRIES, Listing

BASE = "https://news.example.org/"
DATED = r"/20\d\d/\d\d/"


def read(html: str | bytes, pattern: str = DATED, content_type: str | None = "text/html") -> Listing:
    """Read a page."""
    return parse_front_page(html if isinstance(html, bytes) else html.encode(), BASE, content_type, pattern)


def urls(listing: Listing) -> list[str]:
    """Return the links."""
    return [entry.url for entry in listing.entries]


def test_links_that_match_are_found_once_in_order() -> None:
    """Relative and absolute ones; the same article in picture and headline is one; titles are the links' texts."""
    listing = read(
        '<a href="/about">من نحن</a><a href="/2026/11/ink"><img></a><h2><a href="2026/11/paper?utm_source=front">'
        ' ورق  <b>جديد</b></a></h2><a href="https://news.example.org/2026/11/ink#top">حبر</a>'
    )

    assert urls(listing) == [f"{BASE}2026/11/ink", f"{BASE}2026/11/paper?utm_source=front"]
    assert listing.entries[1].title == "ورق جديد"
    assert listing.problem is None


def test_the_base_of_the_page_counts() -> None:
    """As it does in browsers."""
    assert urls(read('<base href="/2026/11/"><a href="ink">x</a>')) == [f"{BASE}2026/11/ink"]


@pytest.mark.parametrize(
    ("charset", "content_type", "meta"),
    [
        ("utf-8", "text/html", ""),
        ("utf-8", "text/html; charset=iso-8859-1", ""),
        ("windows-1256", "text/html; charset=windows-1256", ""),
        ("windows-1256", "text/html", '<meta charset="windows-1256">'),
        ("windows-1256", "text/html; charset=no-such", '<meta charset="windows-1256">'),
    ],
)
def test_letters_are_read_in_the_pages_charset(charset: str, content_type: str, meta: str) -> None:
    """What the bytes prove goes before what the server says, and that before the page itself."""
    listing = read(f'{meta}<a href="/2026/11/1">خبر</a>'.encode(charset), content_type=content_type)

    assert listing.entries[0].title == "خبر"


def test_the_pattern_is_searched_in_the_cleaned_address() -> None:
    """Raw Arabic and its escapes are the same."""
    for link in ("/خبر/1", "/%D8%AE%D8%A8%D8%B1/1"):
        assert len(read(f'<a href="{link}">x</a>', pattern=r"/%D8%AE%D8%A8%D8%B1/\d").entries) == 1


def test_a_pattern_that_fits_nothing_is_told() -> None:
    """With the number of links that there are: the site was designed anew."""
    listing = read('<a href="/a">x</a><a href="/b">y</a>')

    assert listing.problem == f"none of 2 links matches {DATED!r}"
    assert listing.barren


@pytest.mark.parametrize("body", [b"", b"   ", b"\x00", b"{}", b"\xff\xfe\x00"])
def test_what_is_no_page_gives_nothing(body: bytes) -> None:
    """And raises nothing."""
    assert read(body).entries == ()


@pytest.mark.parametrize("href", ["javascript:x", "mailto:a@b.example", "http://[", "https://a b.example/2026/11/", ""])
def test_links_that_lead_nowhere_are_left_out(href: str) -> None:
    """They cost themselves alone."""
    assert urls(read(f'<a href="{href}">x</a><a href="/2026/11/1">y</a>')) == [f"{BASE}2026/11/1"]


@pytest.mark.parametrize("base", ["http://[", "javascript:x", ""])
def test_a_base_that_is_no_address_is_passed_over(base: str) -> None:
    """The page's own address resolves its links, as in browsers."""
    assert urls(read(f'<base href="{base}"><a href="/2026/11/1">y</a>')) == [f"{BASE}2026/11/1"]


def test_a_page_of_links_is_cut() -> None:
    """Neither its length nor its number of articles is followed to the end."""
    many = "".join(f'<a href="/2026/11/{number}">x</a>' for number in range(MAX_ENTRIES + 5))
    late = '<a href="/x">x</a>' * MAX_LINKS + '<a href="/2026/11/1">y</a>'

    assert len(read(many).entries) == MAX_ENTRIES
    assert read(late).entries == ()
