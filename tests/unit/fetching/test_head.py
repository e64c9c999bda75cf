"""Facts about what a page's head asks of a crawler."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.fetching.head import Head, immediate, read_head, robots_of

HTML = "text/html; charset=utf-8"


def head(inside: str, content_type: str | None = HTML) -> Head:
    """Return what a head with this inside says."""
    return read_head(f"<!doctype html><html><head>{inside}</head><body><p>x</p></body></html>".encode(), content_type)


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0;url=https://ajil.example/1", "https://ajil.example/1"),
        ("0; URL='/1'", "/1"),
        ('0;URL="/1"', "/1"),
        ("  00.0 , /1 ", "/1"),
        ("0 url = /1?a=b&c=d", "/1?a=b&c=d"),
        ("0;url=/أخبار", "/أخبار"),
        ("1;url=/1", None),
        ("300;url=/1", None),
        ("0", None),
        ("0;", None),
        ("0;url=", None),
        ("url=/1", None),
        ("", None),
        ("-1;url=/1", None),
        ("0" + " " * 5_000 + '"', None),
    ],
)
def test_a_refresh_of_no_seconds_leads_on(content: str, target: str | None) -> None:
    """Any later one is a page that loads itself anew, or a notice to be read."""
    assert immediate(content) == target


@pytest.mark.parametrize(
    ("inside", "refresh"),
    [
        ("<meta http-equiv=refresh content='0;url=/1'>", "/1"),
        ("<META CONTENT=\"0; url=/1&amp;x\" HTTP-EQUIV=' Refresh '>", "/1&x"),
        ("<title>a < b <i></title><meta http-equiv=refresh content='0;url=/1'>", "/1"),
        ("<script>if (a<b) document.write('<p>')</script><meta http-equiv=refresh content='0;url=/1'>", "/1"),
        ("<meta http-equiv=refresh content='9;url=/9'><meta http-equiv=refresh content='0;url=/1'>", "/1"),
        ("<meta name='a>b' content='>'><meta http-equiv=refresh content='0;url=/1'>", "/1"),
        ("<noscript><meta http-equiv=refresh content='0;url=/1'></noscript>", None),
        ("<template><meta http-equiv=refresh content='0;url=/1'></template>", None),
        ("<!-- <meta http-equiv=refresh content='0;url=/1'> -->", None),
        ("<!--[if IE]><meta http-equiv=refresh content='0;url=/1'><![endif]-->", None),
        ("<script>'<meta http-equiv=refresh content=\"0;url=/1\">'</script>", None),
        ("<textarea><meta http-equiv=refresh content='0;url=/1'></textarea>", None),
        ("<p>quoted:</p><meta http-equiv=refresh content='0;url=/1'>", None),
        ("</head><body><meta http-equiv=refresh content='0;url=/1'>", None),
        ("<meta name=refresh content='0;url=/1'>", None),
    ],
)
def test_only_the_heads_own_refresh_counts(inside: str, refresh: str | None) -> None:
    """Not what stands in scripts, comments, the body, or for readers without scripts."""
    assert head(inside).refresh == refresh


def test_robots_tags_that_concern_us_are_read() -> None:
    """Everybody's and our own, each word once, sorted; what allows something says nothing."""
    tags = (
        "<meta name=ROBOTS content='NoArchive, nofollow'><meta name=robots content='index,follow,noarchive'>"
        "<meta name=marsad content=noindex><meta name=googlebot content=nosnippet>"
    )
    assert head(tags).robots == ("noarchive", "nofollow", "noindex")
    assert head("<meta name=robots content=none>").robots == ("none",)
    assert head("<meta name=robots content='max-snippet:-1, all'>").robots == ()


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        (["noarchive"], ("noarchive",)),
        (["NOINDEX, nofollow", "none"], ("nofollow", "noindex", "none")),
        (["googlebot: noindex, nofollow"], ()),
        (["googlebot: noindex, marsad: noarchive, nosnippet"], ("noarchive", "nosnippet")),
        (["unavailable_after: 25 Jun 2010 15:00:00 PST, noarchive"], ("noarchive",)),
        (["max-snippet: 20, noindex"], ("noindex",)),
        (["\x00\xff", "", ",,,:"], ()),
    ],
)
def test_x_robots_tag_may_name_an_agent(fields: list[str], wanted: tuple[str, ...]) -> None:
    """What stands behind another's name is that one's."""
    assert robots_of(fields) == wanted


def test_old_character_sets_are_read() -> None:
    """As declared by the answer, by the page or by a mark; anything else as UTF-8."""
    arabic = "<head><meta charset=windows-1256><meta http-equiv=refresh content='0;url=/خبر'></head>"
    assert read_head(arabic.encode("windows-1256"), "text/html").refresh == "/خبر"
    russian = "<head><meta http-equiv=refresh content='0;url=/новость'></head>"
    assert read_head(russian.encode("koi8-r"), "text/html; charset=koi8-r").refresh == "/новость"
    assert read_head(russian.encode("utf-16"), "text/html").refresh == "/новость"
    for charset in ("rot13", "idna", "unicode_escape", "iso-8859-99", "x" * 200):
        assert read_head(russian.encode(), f"text/html; charset={charset}").refresh == "/новость"
        read_head(russian.encode("cp1251"), f"text/html; charset={charset}")


@pytest.mark.parametrize("content_type", ["application/rss+xml", "text/plain", "application/json"])
def test_only_html_has_a_head(content_type: str) -> None:
    """A text about markup is no markup."""
    assert head("<meta http-equiv=refresh content='0;url=/1'>", content_type) == Head()
    assert head("<meta http-equiv=refresh content='0;url=/1'>", None).refresh == "/1"


@given(st.binary(max_size=2_000))
def test_any_bytes_have_a_head(noise: bytes) -> None:
    """Nothing is raised, whatever stands in it."""
    for start in (b"", b"<head><meta ", b"<meta content='", b"\xff\xfe<", b"<title>"):
        read_head(start + noise, None)
