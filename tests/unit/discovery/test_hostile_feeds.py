"""Feeds that are broken, and feeds that mean harm."""

from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.discovery.feeds import MAX_BYTES, MAX_TAGS, parse_feed
from marsad.discovery.listings import MAX_ENTRIES, Listing

BASE = "https://news.example.org/rss/latest.xml"
OLD = b"""<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "https://example.org/rss-0.91.dtd"><rss version="0.91"><channel><title>old</title>
<item><title>news</title><link>https://news.example.org/1</link></item></channel></rss>"""


def rss(items: str, *, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> bytes:
    """Return an RSS 2.0 feed of these items."""
    return f'{head}<rss version="2.0"><channel><title>oasis</title>{items}</channel></rss>'.encode()


def item(link: str, title: str = "خبر", more: str = "") -> str:
    """Return one RSS item."""
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def urls(feed: Listing) -> list[str]:
    """Return the links of a feed."""
    return [entry.url for entry in feed.entries]


@pytest.mark.parametrize(
    "body",
    [
        rss(item("/1") + "<item><title>ناقص").replace(b"</channel></rss>", b""),
        rss(item("/1").replace("<link>", '<link a="1" a="2">')),
        rss(item("/1") + "<p>a & b</p>"),
        rss(item("/1") + "&nbsp;&unknown;"),
        rss(item("/1")) + b"<script>x</script>",
        rss(item("/1", "a\x0bb")),
        b"\n\n " + rss(item("/1")),
    ],
    ids=["cut off", "attribute twice", "lone ampersand", "entities", "junk behind", "control character", "junk before"],
)
def test_malformed_feeds_are_read_all_the_same(body: bytes) -> None:
    """A feed that is no XML gives its links."""
    assert urls(parse_feed(body, BASE))[0] == "https://news.example.org/1"


def test_malformed_feed_says_so() -> None:
    """What is wrong with a feed that could be read nevertheless is told."""
    feed = parse_feed(rss(item("/1") + "a & b"), BASE)

    assert feed.problem is not None
    assert feed.problem.startswith("not well-formed")
    assert len(feed.entries) == 1


def test_half_an_emoji_does_not_cost_the_feed() -> None:
    """References to what no XML character is are left out."""
    feed = parse_feed(rss(item("/1", "أ&#55357;&#56832;ب&#8;&#x110000;&#x1F600;&#1593;")), BASE)

    assert [entry.title for entry in feed.entries] == ["أب😀ع"]
    assert feed.problem is None


def test_entity_for_a_character_is_harmless() -> None:
    """A document type that names characters is read."""
    head = '<?xml version="1.0"?>\n<!DOCTYPE rss [\n<!ENTITY nbsp "&#160;">\n<!ENTITY copy "(C)">\n]>\n'

    assert urls(parse_feed(rss(item("/1", "أ&nbsp;ب &copy;"), head=head), BASE)) == ["https://news.example.org/1"]


BOMB = '<!ENTITY a "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "declarations",
    [
        BOMB,
        f'<!ENTITY a "{"x" * 10_000}">',
        '<!ENTITY a SYSTEM "file:///etc/hostname">',
        '<!ENTITY a PUBLIC "a" "https://example.org/a">',
        '<!ENTITY % a SYSTEM "https://example.org/a.dtd"> %a;',
        "<!ENTITY a '&b;'>",
    ],
    ids=["laughs", "quadratic", "file", "network", "parameter", "single quotes"],
)
@pytest.mark.parametrize("before", ["", "<!-- <a -->"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-7", "cp037"])
def test_growing_entities_are_refused(declarations: str, before: str, encoding: str) -> None:
    """Entities that grow or point elsewhere end the reading before a parser sees them, in any encoding."""
    head = f'<?xml version="1.0" encoding="{encoding}"?>{before}<!DOCTYPE rss [{declarations}]>'
    body = rss(item("/1", "&a9;&a;"), head=head).decode().replace("خبر", "news").encode(encoding)

    feed = parse_feed(body, BASE)

    assert feed.entries == ()
    assert feed.problem == "declares entities that grow or lie elsewhere"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "not a feed"),
        (b"\x00" * 1_000, "not a feed"),
        (b"\xff\xfe" + b"\xd8" * 99, "not a feed"),
        ("<html><body><h1>الواحة</h1><p>صفحة</p></body></html>".encode(), "not a feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "no JSON Feed"),
        (b'{"version": ', "unreadable"),
        (b'<?xml version="1.0"?><urlset><url><loc>https://news.example.org/1</loc></url></urlset>', "not a feed"),
        (b'<?xml version="1.0" encoding="undefined"?><rss>\xff</rss>', "unreadable"),
        (b"<rss>" + b" " * MAX_BYTES, "larger than"),
        (b"<rss>" + b"<a>" * MAX_TAGS, "tags"),
        (b"<html><feeds></html>", "not a feed"),
    ],
)
def test_what_is_no_feed_is_an_empty_feed(body: bytes, problem: str) -> None:
    """Pages, noise and what is too large give an empty feed that names the problem."""
    feed = parse_feed(body, BASE)

    assert feed.entries == ()
    assert problem in str(feed.problem)


def test_body_is_never_taken_for_a_path(tmp_path: Path) -> None:
    """Bytes that happen to be the path of a file open no file."""
    secret = tmp_path / "<rss>"
    secret.write_bytes(rss(item("https://news.example.org/secret")))
    assert feedparser.parse(bytes(secret)).entries, "feedparser itself opens it, or this test shows nothing"

    assert parse_feed(bytes(secret), BASE).entries == ()


def test_body_is_never_taken_for_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a feed says makes the parser fetch."""
    asked: list[object] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *arguments, **_: asked.append(arguments))
    monkeypatch.setattr("urllib.request.urlopen", lambda *arguments, **_: asked.append(arguments))

    parse_feed(OLD, BASE)
    parse_feed(b"https://news.example.org/<rss>", BASE)
    parse_feed(rss(item("/1", more='<source url="https://example.org/rss"/>')), BASE)

    assert asked == []


PIECES = [
    "<rss>", "<channel>", "<item>", "</item>", "<link>", "</link>", "<title>", "</title>", "<entry>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>", "https://news.example.org/1", "&", "&#", ";", "&#xD800;",
    "<![CDATA[", "]]>", "<!DOCTYPE", "<!ENTITY", "<?", "--", "'", '"', "=", "خبر", "\0",
    "<guid isPermaLink='false'>", "<pubDate>", "<content type='xhtml'>", "<content type='base64'>",
    "xml:base='http://['>", "</",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.sampled_from([None, "text/xml", "text/xml; charset=x"]),
)
def test_nothing_raises(text: str, content_type: str | None) -> None:
    """Whatever stands in a feed, the answer is a feed whose links are absolute."""
    feed = parse_feed(b"<rss><channel>" + text.encode(), BASE, content_type)

    assert all(entry.url.startswith("http") for entry in feed.entries)
    assert len(feed.entries) <= MAX_ENTRIES
