"""Sitemaps of every make: their forms, what is fresh in them, and what means harm."""

import gzip
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.discovery import unpacking
from marsad.discovery.listings import MAX_ENTRIES, Dated, Listing
from marsad.discovery.sitemaps import MAX_CHILDREN, MAX_FOUND, PART, entries_of, parse_sitemap

BASE = "https://news.example.org/sitemap.xml"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
OLDEST = NOW - timedelta(days=30)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
NAMES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def url(loc: str, more: str = "") -> str:
    """Return one entry."""
    return f"<url><loc>{loc}</loc>{more}</url>"


def news(moment: str, title: str = "افتتاح") -> str:
    """Return the news elements of an entry."""
    return (
        '<n:news xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><n:publication><n:name>x</n:name>'
        f"</n:publication><n:publication_date>{moment}</n:publication_date><n:title>{title}</n:title></n:news>"
    )


def read(text: str | bytes, now: datetime | None = NOW) -> Listing:
    """Read a sitemap."""
    return parse_sitemap(text if isinstance(text, bytes) else text.encode(), BASE, now, OLDEST)


def urlset(*entries: str) -> str:
    """Return a sitemap of these entries."""
    return f"{HEAD}<urlset {NAMES}>{''.join(entries)}</urlset>"


def test_young_news_is_fresh_and_everything_else_is_old() -> None:
    """Two days count as news, by the date of publication; what is older than the archive's depth is left out."""
    listing = read(
        urlset(
            url("/1", news("2026-11-22T11:00:00+03:00")),
            url("/2", news("2026-11-19")),
            url("/3", "<lastmod>2026-11-01</lastmod>"),
            url("/4", "<lastmod>2020-01-01</lastmod>"),
            url("/5"),
        )
    )

    assert [(entry.url, entry.title) for entry in listing.entries] == [("https://news.example.org/1", "افتتاح")]
    assert [one.url.rpartition("/")[2] for one in listing.old] == ["2", "3", "5"]
    assert listing.old[1].modified == datetime(2026, 11, 1, tzinfo=UTC)
    assert listing.problem is None


def test_an_old_article_that_changed_is_looked_at_again() -> None:
    """Its change counts for whether it is left out, its publication for whether it is news."""
    listing = read(urlset(url("/1", "<lastmod>2026-11-22</lastmod>" + news("2020-01-01"))))

    assert (listing.entries, len(listing.old)) == ((), 1)


def test_what_changed_lately_is_fresh_unless_the_whole_site_did() -> None:
    """A sitemap without news elements dates changes; where all are of today, they tell nothing."""
    day = "<lastmod>2026-11-22T01:00Z</lastmod>"
    few = read(urlset(*(url(f"/{number}", day) for number in range(3))))
    many = read(urlset(*(url(f"/{number}", day) for number in range(MAX_ENTRIES + 1))))

    assert (len(few.entries), len(few.old)) == (3, 0)
    assert (len(many.entries), len(many.parts)) == (0, 3)


def test_no_flood_of_news() -> None:
    """More news than a news sitemap may hold is taken for an archive from there on."""
    listing = read(urlset(*(url(f"/{number}", news("2026-11-22")) for number in range(MAX_ENTRIES + 10))))

    assert (len(listing.entries), len(listing.old)) == (MAX_ENTRIES, 10)


def test_an_index_names_sitemaps() -> None:
    """With the times of their changes; those that did not change for long are left out."""
    listing = read(
        f"{HEAD}<sitemapindex {NAMES}><sitemap><loc>/new.xml.gz</loc><lastmod>2026-11-20</lastmod></sitemap>"
        "<sitemap><loc>/old.xml.gz</loc><lastmod>2019-11-20</lastmod></sitemap>"
        "<sitemap><loc>/any.xml.gz</loc></sitemap></sitemapindex>"
    )

    assert listing.children == (
        Dated("https://news.example.org/new.xml.gz", datetime(2026, 11, 20, tzinfo=UTC)),
        Dated("https://news.example.org/any.xml.gz", None),
    )


def test_an_endless_index_is_cut() -> None:
    """Its first sitemaps are followed."""
    listing = read("<sitemapindex>" + "<sitemap><loc>/a</loc></sitemap>" * (MAX_CHILDREN + 5) + "</sitemapindex>")

    assert len(listing.children) == MAX_CHILDREN


def test_robots_txt_names_sitemaps() -> None:
    """Its Sitemap lines, however they are spelled; nothing else of it."""
    listing = read(
        "User-agent: *\nDisallow: /x\nsitemap: /a.xml\r\nSITEMAP:https://news.example.org/b.xml\n# Sitemap: /c"
    )

    assert [one.url for one in listing.children] == ["https://news.example.org/a.xml", "https://news.example.org/b.xml"]
    assert (*listing.entries, *listing.old) == ()


def test_plain_text_is_a_list_of_urls() -> None:
    """One a line; other lines are passed over."""
    listing = read("\ufeffhttps://news.example.org/1\n\nnot a url\nhttps://news.example.org/خبر")

    assert [one.url for one in listing.old] == ["https://news.example.org/1", "https://news.example.org/خبر"]


def test_a_feed_in_a_sitemaps_place_is_read() -> None:
    """The protocol allows RSS and Atom."""
    listing = read("<rss version='2.0'><channel><item><link>/1</link></item></channel></rss>")

    assert [entry.url for entry in listing.entries] == ["https://news.example.org/1"]


@pytest.mark.parametrize("members", [1, 3])
def test_gzip_is_undone(members: int) -> None:
    """A file of several members too."""
    whole = urlset(*(url(f"/{number}") for number in range(30))).encode()
    size = len(whole) // members + 1
    body = b"".join(gzip.compress(whole[start : start + size]) for start in range(0, len(whole), size))

    assert len(read(body).old) == 30


def test_a_file_that_is_cut_off_gives_what_it_has() -> None:
    """And says so."""
    whole = gzip.compress(urlset(*(url(f"/{number}" + "x" * number) for number in range(400))).encode())
    listing = read(whole[: len(whole) // 2])

    assert 0 < len(listing.old) < 400
    assert "the gzip ends too early" in str(listing.problem)


@pytest.mark.parametrize(
    "text",
    [
        urlset(url("/1?a=1&b=2"), url("/2")),
        urlset(url("/1"), url("/2")).replace(NAMES, ""),
        urlset(url("/1"), url("/2")).replace(NAMES, 'xmlns="http://www.google.com/schemas/sitemap/0.84"'),
        urlset(url(" \n/1 "), url("/2")).replace("</urlset>", ""),
        "\n\n" + urlset(url("/1"), url("/2")),
        urlset(url("/1"), "<url></url><url><loc/></url>", url("/2")),
        urlset(url("/1", '<image:image xmlns:image="x"><image:loc>/p.jpg</image:loc></image:image>'), url("/2")),
    ],
    ids=["ampersand", "no name space", "old name space", "no end", "blank lines", "empty entries", "pictures"],
)
def test_malformed_sitemaps_are_read_all_the_same(text: str) -> None:
    """The first entry begins with /1, the second is /2, and nothing else is one."""
    urls = [one.url for one in read(text).old]

    assert len(urls) == 2
    assert urls[0].startswith("https://news.example.org/1")
    assert urls[1] == "https://news.example.org/2"


def test_entities_grow_into_nothing() -> None:
    """A bomb of entities stays as small as it came, and no file is opened: their names are text like any other."""
    declared = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE urlset [<!ENTITY a0 "aaaaaaaaaa">{declared}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    listing = read(bomb + f"<urlset>{url('/&a9;')}{url('/&f;')}{url('/2')}</urlset>")

    assert [one.url for one in listing.old] == [f"https://news.example.org/{name}" for name in ("&a9", "&f", "2")]


@pytest.mark.parametrize("shift", range(40))
def test_ampersands_survive_the_borders_of_chunks(shift: int) -> None:
    """Escaped, not escaped and inside CDATA: the address is the same wherever a chunk ends."""
    spelled = ("/?a=1&amp;b=2", "/?a=1&b=2", "<![CDATA[/?a=1&b=2]]>", "/?a=1&#38;b=2", "/?a=1&#x26;b=2")
    text = urlset(*map(url, spelled)).encode()
    pieces = [text[: 150 + shift], *(text[start : start + 40] for start in range(150 + shift, len(text), 40))]

    assert {found.url for found in entries_of(pieces)} == {"/?a=1&b=2"}


def test_sections_that_never_end_are_read_once() -> None:
    """They reach to the end; looked for again at each opening, their end would take longer than a worker lives."""
    spelled = b"<![CDATA[" * 20_000 + b"&"

    assert b"".join(unpacking.mended([spelled])) == spelled


def test_a_bomb_of_gzip_ends_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read before is kept."""
    monkeypatch.setattr(unpacking, "MAX_BYTES", 300_000)
    listing = read(gzip.compress(urlset(url("/1")).encode() + b" " * 1_000_000))

    assert len(listing.old) == 1
    assert "more than 300000 bytes" in str(listing.problem)


def test_too_many_entries_are_cut() -> None:
    """The protocol ends at 50,000; what was read till then counts."""
    listing = read(urlset(url("/a") * (MAX_FOUND + 1)))

    assert len(listing.parts) == MAX_FOUND // PART
    assert "more than 50000 entries" in str(listing.problem)


def test_parts_are_sitemaps_of_the_same_links() -> None:
    """Read again as what is not fresh, they give each link and time once, in order."""
    number = PART * 2 + 7
    whole = read(
        urlset(*(url(f"/{n}?a=1&amp;b=خبر", "<lastmod>2026-11-02T03:04:05Z</lastmod>") for n in range(number)))
    )
    again = [one for part in whole.parts for one in read(part, now=None).old]

    assert [one.url for one in again] == [f"https://news.example.org/{n}?a=1&b=خبر" for n in range(number)]
    assert {one.modified for one in again} == {datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)}


@pytest.mark.parametrize("body", [b"", b"\x00" * 99, b"<html><body>x</body></html>", b"<", b"x" * 200_000, b"\x1f\x8b"])
def test_what_is_no_sitemap_is_told_or_empty(body: bytes) -> None:
    """Nothing is found in it, and nothing raised."""
    listing = read(body)

    assert (*listing.entries, *listing.old, *listing.children, *listing.parts) == ()


def test_an_empty_sitemap_is_no_fault() -> None:
    """A news sitemap names nothing on a quiet day."""
    assert not read(urlset()).barren
    assert read("<html></html>").barren


@given(st.binary(max_size=300), st.sampled_from([b"", b"<urlset><url><loc>", b"\x1f\x8b\x08\x00", b"Sitemap: "]))
def test_any_bytes_are_survived(noise: bytes, head: bytes) -> None:
    """Whatever comes, a listing comes out."""
    assert isinstance(read(head + noise), Listing)


MEASURE = """
import sys
from pathlib import Path
from marsad.discovery.sitemaps import entries_of

def chunks(number):
    yield b"<urlset>"
    for n in range(number):
        yield b"<url><loc>https://news.example.org/%d/an-article</loc><lastmod>2026-11-22</lastmod></url>" % n
    yield b"</urlset>"

def peak():  # ru_maxrss would be that of the process that began this one
    return Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]

sum(1 for _ in entries_of(chunks(500)))
before = peak()
found = sum(1 for _ in entries_of(chunks(int(sys.argv[1]))))
print(found, before, peak())
"""


def test_memory_stays_flat() -> None:
    """Ten times the entries take no more memory: the peak of a process that streams 50,000 is that of 5,000."""
    peaks = {}
    for number in (5_000, 50_000):
        out = subprocess.run([sys.executable, "-c", MEASURE, str(number)], capture_output=True, check=True, text=True)
        found, before, peak = map(int, out.stdout.split())
        assert found == number
        peaks[number] = (before, peak)
    print(f"peak KiB: {peaks}")

    assert peaks[50_000][1] <= 1.05 * peaks[5_000][1]
    assert peaks[50_000][1] - peaks[50_000][0] <= 2_048
