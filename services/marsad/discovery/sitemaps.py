"""Reads sitemaps: sets, indexes, news sitemaps, plain lists, robots.txt; gzipped or not, in memory that stays flat.

Protocol: https://www.sitemaps.org/protocol.html (50,000 entries and 50 MiB at most); news elements:
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap, where two days count as news. The
parser mends what is malformed, knows no entities of a document's own and asks for nothing elsewhere, so a bomb stays
what it is: a few bytes. Entries leave the tree as soon as they are read.
"""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from itertools import chain

from lxml import etree

from marsad.discovery.feeds import parse_feed
from marsad.discovery.listings import MAX_ENTRIES, MAX_PROBLEM, MAX_TITLE, Dated, Entry, Listing, link_of, moment_of
from marsad.discovery.unpacking import CHUNK, mended, unpacked

__all__ = ["PART", "Found", "entries_of", "parse_sitemap"]

MAX_FOUND = 50_000
MAX_CHILDREN = 1_000  # that are followed: the first of an index, for there is no telling which are worth more
FRESH = timedelta(days=2)
PART = 500  # links of an archive that are dealt with at once

_FEED_ROOTS = frozenset({"rss", "feed", "RDF"})


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a sitemap; `child` where it is a further sitemap. Times in UTC."""

    url: str
    modified: datetime | None = None
    published: datetime | None = None
    title: str = ""
    child: bool = False


class _NotHere(ValueError):
    """The document is something else; the message says what."""


def parse_sitemap(body: bytes, url: str, now: datetime | None, oldest: datetime) -> Listing:
    """Read a sitemap of any form; never raises.

    Args:
        body: as it came; gzip is undone here, since it belongs to the file and not to the exchange.
        url: resolves relative links.
        now: news that is not older than FRESH is fresh, everything else is old; None: nothing is fresh.
        oldest: what is older is left out.
    """
    sorted_out = _Sorted(now, oldest)
    try:
        for found in entries_of(unpacked(body)):
            sorted_out.add(found, link_of(url, found.url))
    except _NotHere as error:
        return parse_feed(body, url) if str(error) in _FEED_ROOTS else Listing(problem=f"no sitemap, but {error!s:.40}")
    except (ValueError, zlib.error, etree.LxmlError) as error:
        sorted_out.problem = f"read up to here: {type(error).__name__}: {error}"[:MAX_PROBLEM]
    return sorted_out.listing()


def entries_of(chunks: Iterable[bytes]) -> Iterator[Found]:
    """Yield a document's entries one by one, holding no more than a chunk and an entry.

    Raises ValueError where it is no sitemap, and etree.LxmlError where it cannot be read on.
    """
    parts = iter(chunks)
    first = next(parts, b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    if not first.startswith(b"<"):
        yield from _lines(first, parts)
        return
    known = False
    for event, element in _events(mended(chain((first,), parts))):
        if not known:
            known = _is_sitemap(_name(element))
        elif event == "end" and _name(element) in {"url", "sitemap"}:
            found = _found(element)
            _forget(element)
            if found is not None:
                yield found


def _events(chunks: Iterable[bytes]) -> Iterator[tuple[str, etree._Element]]:
    parser = etree.XMLPullParser(
        events=("start", "end"), recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    for chunk in chunks:
        parser.feed(chunk)
        yield from _elements(parser)
    with suppress(etree.LxmlError):  # what is behind a mistake comes at the end, and then the mistake
        parser.close()
    yield from _elements(parser)


def _elements(parser: etree.XMLPullParser) -> Iterator[tuple[str, etree._Element]]:
    for event, element in parser.read_events():
        if isinstance(element, etree._Element):  # noqa: SLF001 - lxml's only name for the type
            yield event, element


def _is_sitemap(root: str) -> bool:
    if root not in {"urlset", "sitemapindex"}:
        raise _NotHere(root)
    return True


def _found(element: etree._Element) -> Found | None:
    fields = _texts(element)
    news = next((child for child in element if _name(child) == "news"), None)
    told = _texts(news) if news is not None else {}
    if not fields.get("loc"):
        return None
    return Found(
        url=fields["loc"],
        modified=moment_of(fields.get("lastmod")),
        published=moment_of(told.get("publication_date")),
        title=" ".join(told.get("title", "").split())[:MAX_TITLE],
        child=_name(element) == "sitemap",
    )


def _texts(element: etree._Element) -> dict[str, str]:
    """Return the texts of what stands directly inside; one with a stranger's entity in it is left out."""
    return {_name(child): (child.text or "").strip() for child in element if _name(child) and not len(child)}


def _name(element: etree._Element) -> str:
    """Return the tag without its name space: sitemaps name it wrongly or not at all."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _forget(element: etree._Element) -> None:
    """Free an entry and all before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)


def _lines(first: bytes, parts: Iterator[bytes]) -> Iterator[Found]:
    """Read a list of URLs, one a line, or the Sitemap lines of a robots.txt (RFC 9309 calls them other records)."""
    rest = b""
    for chunk in chain((first,), parts):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > CHUNK:
            raise _NotHere("bytes without lines")
        yield from filter(None, map(_line, lines))
    if (last := _line(rest)) is not None:
        yield last


def _line(line: bytes) -> Found | None:
    text = line.decode("utf-8", "replace").strip()
    name, colon, value = text.partition(":")
    if colon and name.strip().lower() == "sitemap":
        return Found(value.strip(), child=True)
    return Found(text) if text.startswith(("http://", "https://")) else None


class _Sorted:
    """Fresh news apart from the archive, which is written down again in parts."""

    def __init__(self, now: datetime | None, oldest: datetime) -> None:
        self._now, self._oldest = now, oldest
        self._news: list[Entry] = []
        self._changed: list[Found] = []  # within the last days, which may be news, or the whole site written anew
        self._children: list[Dated] = []
        self._archive = _Archive()
        self._taken = self._dropped = 0
        self.problem: str | None = None

    def add(self, found: Found, url: str | None) -> None:
        """Take one entry. Raises ValueError where there are too many."""
        self._taken += 1
        if self._taken > MAX_FOUND:
            raise ValueError(f"more than {MAX_FOUND} entries")
        if url is None:
            self._dropped += 1
            return
        when = found.published or found.modified
        if when is not None and max(when, found.modified or when) < self._oldest:
            return
        fresh = when is not None and self._now is not None and abs(self._now - when) <= FRESH
        if found.child:
            if len(self._children) < MAX_CHILDREN:
                self._children.append(Dated(url, found.modified))
        elif fresh and found.published and len(self._news) < MAX_ENTRIES:
            self._news.append(Entry(url, found.title, when))
        elif fresh and not found.published and len(self._changed) <= MAX_ENTRIES:
            self._changed.append(Found(url, found.modified))
        else:
            self._archive.add(url, found.modified)

    def listing(self) -> Listing:
        """Return what was read."""
        fresh = self._news
        if len(self._news) + len(self._changed) <= MAX_ENTRIES:
            fresh = [*fresh, *(Entry(one.url, "", one.modified) for one in self._changed)]
        else:
            for one in self._changed:
                self._archive.add(one.url, one.modified)
        return Listing(
            entries=tuple(fresh),
            dropped=self._dropped,
            problem=self.problem,
            children=tuple(self._children),
            old=self._archive.few(),
            parts=self._archive.parts(),
            may_be_empty=self.problem is None,
        )


class _Archive:
    """What is old; beyond PART links, as text in sitemaps of PART entries each: objects would take more room."""

    def __init__(self) -> None:
        self._done: list[bytes] = []
        self._open: list[Dated] = []

    def add(self, url: str, modified: datetime | None) -> None:
        """Take one link."""
        if len(self._open) == PART:
            self._close()
        self._open.append(Dated(url, modified))

    def few(self) -> tuple[Dated, ...]:
        """Return all, where they are no more than PART."""
        return () if self._done else tuple(self._open)

    def parts(self) -> tuple[bytes, ...]:
        """Return all, where they are more than PART."""
        if self._done and self._open:
            self._close()
        return tuple(self._done)

    def _close(self) -> None:
        self._done.append(f"<urlset>{''.join(map(_written, self._open))}</urlset>".encode("utf-8", "replace"))
        self._open.clear()


def _written(one: Dated) -> str:
    changed = f"<lastmod>{one.modified.isoformat()}</lastmod>" if one.modified else ""
    return f"<url><loc>{escape(one.url)}</loc>{changed}</url>"
