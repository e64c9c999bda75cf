"""Reads RSS, Atom and JSON feeds, well-formed or not, into links.

feedparser does the reading. It is given a stream, never a string or bytes: those it would take for an address to
fetch or a file to open. What is hostile (entities that grow, a page that is no feed, more than MAX_BYTES) becomes an
empty feed that says so. Runs in a worker process: a parser of malformed XML may be slow on purpose-made input.
"""

import io
import re
import sys
from datetime import UTC, datetime
from html import unescape
from time import struct_time
from typing import Any

import feedparser
from feedparser.encodings import convert_to_utf8

from marsad.discovery.jsonfeed import looks_like_json, parse_json_feed
from marsad.discovery.listings import MAX_ENTRIES, MAX_PROBLEM, MAX_TITLE, Entry, Listing, link_of

__all__ = ["MAX_BYTES", "parse_feed"]

MAX_BYTES = 5_000_000
MAX_TAGS = 200_000  # marks of tags; the parser takes about 30 µs for each, twice where the feed is malformed
HEAD = 65_536  # bytes in which the root element must begin
MAX_DIGITS = 6  # of what a feed says about its pace

_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_ENTITY = b"<!ENTITY"
# A name for one character or for a few: what feeds use entities for.
_HARMLESS_ENTITY = re.compile(rb"""<!ENTITY\s{1,9}\w{1,32}\s{1,9}"(?:&#\w{1,8};|[^&%"<]{0,16})"\s{0,9}>""")
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));", re.IGNORECASE)
_CHARACTER = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")


PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


def parse_feed(body: bytes, url: str, content_type: str | None = None) -> Listing:
    """Read RSS, Atom or JSON Feed; `url` resolves relative links, `content_type` is the response's header.

    Never raises and never fetches. At most MAX_ENTRIES entries, in the feed's order. A time without a zone counts as
    UTC. Sources: RFC 4287 (Atom), the RSS 2.0 specification (https://www.rssboard.org/rss-specification).
    """
    if len(body) > MAX_BYTES:
        return Listing(problem=f"larger than {MAX_BYTES} bytes: {len(body)}")
    try:
        if looks_like_json(body):
            return parse_json_feed(body, url)
        text = _to_utf8(body, content_type)
        problem = _refusal(text)
        return Listing(problem=problem) if problem else _read(text, url)
    except Exception as error:  # noqa: BLE001 - the parser of malformed feeds raises whatever its input leads it to
        return Listing(problem=f"unreadable: {type(error).__name__}: {error}"[:MAX_PROBLEM])


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


def _read(text: bytes, url: str) -> Listing:
    parsed = feedparser.parse(
        io.BytesIO(text),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.version and not parsed.entries:
        return Listing(problem="neither RSS nor Atom")
    entries = [_entry(raw, url) for raw in parsed.entries[:MAX_ENTRIES]]
    kept = tuple(entry for entry in entries if entry is not None)
    hubs = (link_of(url, str(link.get("href") or "")) for link in _links(parsed, "hub"))
    own = next((link_of(url, str(link.get("href") or "")) for link in _links(parsed, "self")), None)
    return Listing(
        title=_title(parsed.feed),
        entries=kept,
        dropped=len(entries) - len(kept),
        problem=_problem(parsed),
        least_s=_least_s(parsed.feed),
        hubs=tuple(hub for hub in hubs if hub),
        topic=own,
    )


def _links(parsed: Any, relation: str) -> list[Any]:  # noqa: ANN401 - feedparser has no types
    return [link for link in parsed.feed.get("links", ()) if link.get("rel") == relation]


def _least_s(feed: Any) -> float:  # noqa: ANN401 - feedparser has no types
    """Return how long the feed asks to be left alone: RSS's ttl in minutes, or the syndication module's period.

    Once an hour is no wish: WordPress writes it into every feed whose editors never thought of it.

    Source: https://web.resource.org/rss/1.0/modules/syndication/ (updatePeriod, divided by updateFrequency).
    """
    ttl, period = str(feed.get("ttl") or ""), str(feed.get("sy_updateperiod") or "").strip().lower()
    often = str(feed.get("sy_updatefrequency") or "1").strip()
    by_ttl = 60.0 * int(ttl) if ttl.isascii() and ttl.isdigit() and len(ttl) <= MAX_DIGITS else 0.0
    times = int(often) if often.isascii() and often.isdigit() and len(often) <= MAX_DIGITS else 1
    by_period = PERIODS_S.get(period, 0) / max(times, 1)
    return max(by_ttl, 0.0 if by_period == PERIODS_S["hourly"] else by_period)


def _problem(parsed: Any) -> str | None:  # noqa: ANN401 - feedparser has no types
    if len(parsed.entries) > MAX_ENTRIES:
        return f"only the first {MAX_ENTRIES} of {len(parsed.entries)} entries were read"
    if parsed.bozo:
        return f"not well-formed: {parsed.bozo_exception}"[:MAX_PROBLEM]
    return None


def _entry(raw: Any, base: str) -> Entry | None:  # noqa: ANN401 - feedparser has no types
    url = link_of(base, str(raw.get("link") or ""))
    if url is None:
        return None
    return Entry(url, _title(raw), _moment(raw.get("published_parsed") or dict.get(raw, "updated_parsed")))


def _title(raw: Any) -> str:  # noqa: ANN401 - feedparser has no types
    text = unescape(_TAG.sub("", str(raw.get("title") or "")))
    return " ".join(text.split())[:MAX_TITLE]


def _moment(parsed: struct_time | None) -> datetime | None:
    try:
        return datetime(*parsed[:6], tzinfo=UTC) if parsed else None
    except ValueError:  # 31 February, second 60
        return None
