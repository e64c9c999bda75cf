"""Feeds of every make, broken and hostile ones among them."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.discovery.feeds import MAX_BYTES, MAX_ENTRIES, MAX_TAGS, MAX_TITLE, MAX_URL, Feed, parse_feed

BASE = "https://news.example.org/rss/latest.xml"
NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def rss(items: str, *, head: str = '<?xml version="1.0" encoding="utf-8"?>', title: str = "أخبار الواحة") -> bytes:
    """Return an RSS 2.0 feed of these items."""
    return f'{head}<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'.encode()


def item(link: str, title: str = "خبر", more: str = "") -> str:
    """Return one RSS item."""
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def urls(feed: Feed) -> list[str]:
    """Return the links of a feed."""
    return [entry.url for entry in feed.entries]


ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><title>صدى الساحل</title>
<link rel="self" href="https://news.example.org/atom"/><link href="https://news.example.org/"/>
<entry><title>افتتاح الميناء</title><id>tag:news.example.org,2026:1</id>
<link rel="enclosure" type="audio/mpeg" href="https://cdn.example.org/1.mp3"/>
<link rel="alternate" type="text/html" href="https://news.example.org/1"/>
<updated>2026-11-22T13:00:00+03:00</updated><published>2026-11-22T12:00:00+03:00</published></entry>
<entry><title type="html">&lt;b&gt;موسم&lt;/b&gt; التمور</title><link href="/2"/>
<updated>2026-11-22T12:00:00+03:00</updated></entry></feed>"""

RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://news.example.org/"><title>أرشيف</title></channel>
<item rdf:about="https://news.example.org/1"><title>خبر</title><link>https://news.example.org/1</link>
<dc:date>2026-11-22T12:00:00+03:00</dc:date></item></rdf:RDF>"""

OLD = """<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "https://example.org/rss-0.91.dtd"><rss version="0.91"><channel><title>قديم</title>
<item><title>خبر</title><link>https://news.example.org/1</link></item></channel></rss>"""


def test_rss() -> None:
    """Title, link and time of an RSS item are read, the time in UTC."""
    feed = parse_feed(
        rss(item("https://news.example.org/1", "افتتاح", "<pubDate>Sun, 22 Nov 2026 12:00:00 +0300</pubDate>")), BASE
    )

    assert feed.title == "أخبار الواحة"
    assert [(entry.url, entry.title, entry.published) for entry in feed.entries] == [
        ("https://news.example.org/1", "افتتاح", NOON)
    ]
    assert (feed.dropped, feed.problem) == (0, None)


def test_atom() -> None:
    """Atom's alternate link is the article, not an enclosure; published goes before updated."""
    feed = parse_feed(ATOM.encode(), BASE)

    assert urls(feed) == ["https://news.example.org/1", "https://news.example.org/2"]
    assert [entry.title for entry in feed.entries] == ["افتتاح الميناء", "موسم التمور"]
    assert [entry.published for entry in feed.entries] == [NOON, NOON]
    assert feed.title == "صدى الساحل"


@pytest.mark.parametrize("text", [RDF, OLD], ids=["rss 1.0", "rss 0.91"])
def test_old_formats(text: str) -> None:
    """RSS 1.0 and 0.91 are read, without asking for the 0.91 document type."""
    feed = parse_feed(text.encode(), BASE)

    assert urls(feed) == ["https://news.example.org/1"]
    assert feed.problem is None


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/sport/1", "https://news.example.org/sport/1"),
        ("2", "https://news.example.org/rss/2"),
        ("//cdn.example.org/3", "https://cdn.example.org/3"),
        ("?id=4&amp;page=2", "https://news.example.org/rss/latest.xml?id=4&page=2"),
        ("\n  https://news.example.org/5 \n", "https://news.example.org/5"),
        ("https://news.example.org/أخبار/6", "https://news.example.org/أخبار/6"),
        ("<![CDATA[https://news.example.org/7?a=1&b=2]]>", "https://news.example.org/7?a=1&b=2"),
        ("http://news.example.org/8", "http://news.example.org/8"),
    ],
)
def test_links_become_absolute(link: str, url: str) -> None:
    """Relative links are resolved against the feed's own URL; others stay as they are written."""
    assert urls(parse_feed(rss(item(link)), BASE)) == [url]


def test_permalink_stands_in_for_a_link() -> None:
    """An item without link is found by its guid, where that is a permalink."""
    items = (
        "<item><guid>https://news.example.org/1</guid></item>"
        '<item><guid isPermaLink="true">https://news.example.org/2</guid></item>'
        '<item><guid isPermaLink="false">https://news.example.org/?p=3</guid></item>'
        "<item><guid>https://news.example.org/x</guid><link>https://news.example.org/4</link></item>"
    )

    feed = parse_feed(rss(items), BASE)

    assert urls(feed) == [f"https://news.example.org/{number}" for number in (1, 2, 4)]
    assert feed.dropped == 1


@pytest.mark.parametrize(
    "link",
    [
        "",
        "javascript:alert(1)",
        "mailto:desk@example.org",
        "ftp://news.example.org/1",
        "file:///etc/hostname",
        "data:text/html,x",
        "https://reader:word@news.example.org/1",
        "https://[news/1",
        "https://news.example.org:99999/1",
        "https://news.example.org/" + "a" * MAX_URL,
    ],
)
def test_useless_links_are_dropped_and_counted(link: str) -> None:
    """Entries without a usable http(s) link are counted; the others are kept."""
    feed = parse_feed(rss(item(link) + item("/2")), BASE)

    assert urls(feed) == ["https://news.example.org/2"]
    assert feed.dropped == 1


@pytest.mark.parametrize(
    ("element", "published"),
    [
        ("<pubDate>Sun, 22 Nov 2026 09:00:00 GMT</pubDate>", NOON),
        ("<pubDate>22 Nov 2026 09:00 +0000</pubDate>", NOON),
        ("<pubDate>2026-11-22T12:00:00+03:00</pubDate>", NOON),
        ("<pubDate>2026-11-22 09:00:00</pubDate>", NOON),
        ("<pubDate>الأحد ظهرا</pubDate>", None),
        ("<pubDate>Sun, 31 Feb 2026 09:00:00 GMT</pubDate>", None),
        ("<pubDate/>", None),
        ("", None),
    ],
)
def test_times(element: str, published: datetime | None) -> None:
    """Usual spellings of a time are read, in UTC where no zone is named; others leave it open."""
    (entry,) = parse_feed(rss(item("/1", more=element)), BASE).entries

    assert entry.published == published
    assert entry.published is None or entry.published.tzinfo is UTC


def test_zone_of_a_time_counts() -> None:
    """A time in another zone is the same moment."""
    (entry,) = parse_feed(rss(item("/1", more="<pubDate>Sun, 22 Nov 2026 14:30:00 +0530</pubDate>")), BASE).entries

    assert entry.published == datetime(2026, 11, 22, 14, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("  عاجل:\n خبر  ", "عاجل: خبر"),
        ("&lt;b&gt;عاجل&lt;/b&gt; خبر", "عاجل خبر"),
        ("قمح &amp;amp; شعير", "قمح & شعير"),
        ("<![CDATA[«الواحة»]]>", "«الواحة»"),
        ("٣ &lt; ٥", "٣ < ٥"),
        ("ع" * (MAX_TITLE + 9), "ع" * MAX_TITLE),
    ],
)
def test_titles_are_plain_text(title: str, plain: str) -> None:
    """Titles come without markup, entities and runs of spaces, and not endlessly long."""
    (entry,) = parse_feed(rss(item("/1", title)), BASE).entries

    assert entry.title == plain


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", "application/rss+xml"),
        ("utf-8", "utf-8", "text/xml"),
        ("utf-8", "utf-8", "text/xml; charset=windows-1256"),
        ("utf-8", "windows-1256", None),
        ("windows-1256", "windows-1256", "text/xml"),
        ("windows-1256", "windows-1256", "text/xml; charset=utf-8"),
        ("windows-1256", "utf-8", "text/xml; charset=windows-1256"),
        ("utf-16", "utf-16", None),
        ("utf-8-sig", "utf-8", "text/html"),
    ],
)
def test_encodings(encoding: str, declared: str, content_type: str | None) -> None:
    """Arabic is read right whether server, prologue or both lie about the encoding, as long as one does not."""
    text = rss(item("/1", "مرصد الواحة"), head=f'<?xml version="1.0" encoding="{declared}"?>').decode()

    (entry,) = parse_feed(text.encode(encoding), BASE, content_type).entries

    assert entry.title == "مرصد الواحة"


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
        f'<!ENTITY a "{"x" * 100_000}">',
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
    body = rss(item("/1", "&a9;&a;"), head=head).decode().replace("أخبار الواحة", "a").encode(encoding)

    feed = parse_feed(body, BASE)

    assert feed.entries == ()
    assert feed.problem is not None


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "not a feed"),
        (b"\x00" * 1_000, "not a feed"),
        (b"\xff\xfe" + b"\xd8" * 99, "not a feed"),
        ("<html><body><h1>الواحة</h1><p>صفحة</p></body></html>".encode(), "not a feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "not a feed"),
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


def test_empty_feed_is_no_problem() -> None:
    """A feed without entries is right as it is."""
    assert parse_feed(rss(""), BASE) == Feed(title="أخبار الواحة")


def test_entries_are_capped() -> None:
    """No more than the first entries are read, and that is told."""
    feed = parse_feed(rss("".join(item(f"/{number}") for number in range(MAX_ENTRIES + 5))), BASE)

    assert len(feed.entries) == MAX_ENTRIES
    assert feed.entries[-1].url == f"https://news.example.org/{MAX_ENTRIES - 1}"
    assert str(MAX_ENTRIES + 5) in str(feed.problem)


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

    parse_feed(OLD.encode(), BASE)
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
