"""Feeds of every make."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from marsad.discovery.feeds import parse_feed
from marsad.discovery.listings import MAX_ENTRIES, MAX_TITLE, MAX_URL, Listing

BASE = "https://news.example.org/rss/latest.xml"
NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def rss(items: str, *, head: str = '<?xml version="1.0" encoding="utf-8"?>', title: str = "أخبار الواحة") -> bytes:
    """Return an RSS 2.0 feed of these items."""
    return f'{head}<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'.encode()


def item(link: str, title: str = "خبر", more: str = "") -> str:
    """Return one RSS item."""
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def urls(feed: Listing) -> list[str]:
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


def test_empty_feed_is_no_problem() -> None:
    """A feed without entries is right as it is."""
    assert parse_feed(rss(""), BASE) == Listing(title="أخبار الواحة")


def test_entries_are_capped() -> None:
    """No more than the first entries are read, and that is told."""
    feed = parse_feed(rss("".join(item(f"/{number}") for number in range(MAX_ENTRIES + 5))), BASE)

    assert len(feed.entries) == MAX_ENTRIES
    assert feed.entries[-1].url == f"https://news.example.org/{MAX_ENTRIES - 1}"
    assert str(MAX_ENTRIES + 5) in str(feed.problem)


@pytest.mark.parametrize(
    ("wish", "least_s"),
    [
        ("<ttl>10</ttl>", 600),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 86_400),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 900),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>", 0),
        ("<sy:updatePeriod>now and then</sy:updatePeriod><ttl>soon</ttl>", 0),
    ],
)
def test_how_long_a_feed_asks_to_be_left_alone(wish: str, least_s: float) -> None:
    """By ttl or by the syndication module; once an hour is what WordPress writes unasked, and no wish."""
    body = rss(wish + item("https://news.example.org/1")).replace(
        b"<rss ", b'<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    )

    assert parse_feed(body, BASE).least_s == least_s
