"""Reads RSS and Atom feeds, well-formed or not, into links.

feedparser does the reading. It is given a stream, never a string or bytes: those it would take for an address to
fetch or a file to open. What is hostile (entities that grow, a page that is no feed, more than MAX_BYTES) becomes an
empty feed that says so. Runs in a worker process: a parser of malformed XML may be slow on purpose-made input.
"""

import io
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from time import struct_time
from typing import Any
from urllib.parse import urljoin

import feedparser
from feedparser.encodings import convert_to_utf8

from marsad.urls import clean

__all__ = ["Feed", "FeedEntry", "parse_feed"]

MAX_BYTES = 5_000_000
MAX_TAGS = 200_000  # marks of tags; the parser takes about 30 µs for each, twice where the feed is malformed
MAX_ENTRIES = 1_000
MAX_URL = 2_048  # characters of a link as the feed writes it
MAX_TITLE = 500  # characters
MAX_PROBLEM = 300  # characters
HEAD = 65_536  # bytes in which the root element must begin

_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_ENTITY = b"<!ENTITY"
# A name for one character or for a few: what feeds use entities for.
_HARMLESS_ENTITY = re.compile(rb"""<!ENTITY\s{1,9}\w{1,32}\s{1,9}"(?:&#\w{1,8};|[^&%"<]{0,16})"\s{0,9}>""")
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));", re.IGNORECASE)
_CHARACTER = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One link of a feed: absolute, as the feed writes it; the time in UTC, None where the feed gives none."""

    url: str
    title: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as read; `dropped` counts the entries without a usable link, `problem` says what was wrong with it."""

    title: str = ""
    entries: tuple[FeedEntry, ...] = ()
    dropped: int = 0
    problem: str | None = None


def parse_feed(body: bytes, url: str, content_type: str | None = None) -> Feed:
    """Read RSS 0.9x, 1.0, 2.0 or Atom; `url` resolves relative links, `content_type` is the response's header.

    Never raises and never fetches. At most MAX_ENTRIES entries, in the feed's order. A time without a zone counts as
    UTC. Sources: RFC 4287 (Atom), the RSS 2.0 specification (https://www.rssboard.org/rss-specification).
    """
    if len(body) > MAX_BYTES:
        return Feed(problem=f"larger than {MAX_BYTES} bytes: {len(body)}")
    try:
        text = _to_utf8(body, content_type)
        problem = _refusal(text)
        return Feed(problem=problem) if problem else _read(text, url)
    except Exception as error:  # noqa: BLE001 - the parser of malformed feeds raises whatever its input leads it to
        return Feed(problem=f"unreadable: {type(error).__name__}: {error}"[:MAX_PROBLEM])


def _to_utf8(body: bytes, content_type: str | None) -> bytes:
    """Return the feed in UTF-8. Bytes that are UTF-8 are taken as such, whatever server and prologue declare."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        headers = {"content-type": content_type} if content_type else {}
    else:
        headers = {} if b"\0" in body else {"content-type": "application/xml; charset=utf-8"}
    text: bytes = convert_to_utf8(headers, body, {})
    return _REFERENCE.sub(_valid, text)


def _valid(reference: re.Match[bytes]) -> bytes:
    """Drop references to what no XML character is: halves of emoji would cost the whole feed."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return reference[0] if code <= sys.maxunicode and _CHARACTER.match(chr(code)) else b""


def _refusal(text: bytes) -> str | None:
    if _ROOT.search(text[:HEAD]) is None:
        return "no RSS or Atom root element: not a feed"
    if text.count(b"<") > MAX_TAGS:
        return f"more than {MAX_TAGS} tags"
    if text.count(_ENTITY) != len(_HARMLESS_ENTITY.findall(text)):
        return "declares entities that grow or lie elsewhere"
    return None


def _read(text: bytes, url: str) -> Feed:
    parsed = feedparser.parse(
        io.BytesIO(text),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.version and not parsed.entries:
        return Feed(problem="neither RSS nor Atom")
    entries = [_entry(raw, url) for raw in parsed.entries[:MAX_ENTRIES]]
    kept = tuple(entry for entry in entries if entry is not None)
    return Feed(_title(parsed.feed), kept, len(entries) - len(kept), _problem(parsed))


def _problem(parsed: Any) -> str | None:  # noqa: ANN401 - feedparser has no types
    if len(parsed.entries) > MAX_ENTRIES:
        return f"only the first {MAX_ENTRIES} of {len(parsed.entries)} entries were read"
    if parsed.bozo:
        return f"not well-formed: {parsed.bozo_exception}"[:MAX_PROBLEM]
    return None


def _entry(raw: Any, base: str) -> FeedEntry | None:  # noqa: ANN401 - feedparser has no types
    link = str(raw.get("link") or "").strip()
    if not 0 < len(link) <= MAX_URL:
        return None
    try:
        url = urljoin(base, link)
        clean(url)
    except ValueError:
        return None
    return FeedEntry(url, _title(raw), _moment(raw.get("published_parsed") or dict.get(raw, "updated_parsed")))


def _title(raw: Any) -> str:  # noqa: ANN401 - feedparser has no types
    text = unescape(_TAG.sub("", str(raw.get("title") or "")))
    return " ".join(text.split())[:MAX_TITLE]


def _moment(parsed: struct_time | None) -> datetime | None:
    try:
        return datetime(*parsed[:6], tzinfo=UTC) if parsed else None
    except ValueError:  # 31 February, second 60
        return None
