"""Pages out of WARC records, as if they had just been fetched: our own archive's, Common Crawl's, anybody's.

A task of such a page derives from the record's id and the generation, so a replay that is repeated is a redelivery.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from marsad.contracts.codec import Record as KafkaRecord
from marsad.contracts.codec import Wire, encode
from marsad.contracts.ids import derive, hash_bytes
from marsad.contracts.model import Task
from marsad.contracts.pages import PageFetched
from marsad.contracts.urls import Validators
from marsad.fetching.bodies import check_type
from marsad.fetching.client import DATE_CHARS, ETAG_CHARS, TYPE_CHARS
from marsad.fetching.decoding import decoder_for
from marsad.fetching.failures import FetchError
from marsad.fetching.head import read_head, robots_of
from marsad.outlets import Outlets
from marsad.urls import clean, page_id
from marsad.warc.reading import Record
from marsad.warc.writing import TASK_FIELD

SOURCE = "replay"
MAX_HEAD = 64 * 1024  # bytes of status line and headers
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # of our clock; a page of next year would outrank all real ones until then
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?=[ \r\n])")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"\r?\n?([0-9A-Fa-f]{1,8})[^\r\n]{0,4096}\r?\n")
_URL_TYPES = ("http://", "https://")
_PAGE = frozenset({200, 203})


class LeftOut(Exception):
    """A record that gives no page; `str` of it is the reason, one of few words."""


def page_of(record: Record, outlets: Outlets, generation: int, cap: int, at: datetime) -> tuple[Wire, Task]:
    """Return the record of `pages.fetched` that a WARC record gives, and its task. Raises LeftOut.

    Args:
        record: read with at least `cap + MAX_HEAD` bytes of its block.
        outlets: whose files name the outlet of a host.
        generation: of the new task.
        cap: bytes of a body, packed and unpacked.
        at: now.
    """
    if record.type != "response":
        raise LeftOut(f"type {record.type}" if record.type in _TYPES else "unknown type")
    url = _url(record)
    status, headers, body = _http(record, cap)
    if status not in _PAGE:
        raise LeftOut(f"status {status // 100}xx")
    if "warc-truncated" in record.fields:
        raise LeftOut("truncated")
    body = _decoded(body, headers, cap)
    fetched_at = _date(record, at)
    task = _task(record, url, outlets, generation, at)
    identity = page_id(url)
    facts: dict[str, Any] = {
        "task": task,
        "final_url": url,
        "status": status,
        "content_type": headers.get("content-type", "")[:TYPE_CHARS] or None,
        "fetched_at": fetched_at,
        "elapsed_ms": 0,
        "body_hash": hash_bytes(body),
        "validators": _validators(headers),
        "page_id": identity,
        "robots": _robots(headers, body),
    }
    try:
        page = KafkaRecord("pages.fetched", identity, PageFetched(**facts), body, task.task_id)
    except ValidationError as error:
        raise LeftOut("fields") from error
    return encode(page, cause=task.task_id, source=SOURCE, at=at), task


_TYPES = frozenset({"warcinfo", "request", "metadata", "revisit", "resource", "conversion", "continuation"})


def _url(record: Record) -> str:
    target = record.fields.get("warc-target-uri", "").strip("<>")  # WARC 1.0's grammar had them
    if not target.lower().startswith(_URL_TYPES):
        raise LeftOut("no web address")
    try:
        clean(target)
    except ValueError as error:
        raise LeftOut("address") from error
    return target


def _http(record: Record, cap: int) -> tuple[int, dict[str, str], bytes]:
    end = _END_OF_HEAD.search(record.block, 0, MAX_HEAD)
    status = _STATUS.match(record.block)
    if end is None or status is None:
        raise LeftOut("no HTTP")
    if record.length - end.end() > cap:
        raise LeftOut("too large")
    headers: dict[str, str] = {}
    for line in record.block[: end.start()].splitlines()[1:]:
        name, _, value = line.decode("latin-1").partition(":")
        key = name.strip().lower()
        headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
    return int(status[1]), headers, record.block[end.end() :]


def _decoded(body: bytes, headers: dict[str, str], cap: int) -> bytes:
    """Undo what was done for the wire; many archives keep the headers of a body that they undid already."""
    try:
        check_type(headers.get("content-type"))
    except FetchError as error:
        raise LeftOut("type of content") from error
    if "chunked" in headers.get("transfer-encoding", "").lower() and _CHUNK.match(body):
        body = _unchunked(body)
    coding = headers.get("content-encoding", "")
    if not body or (coding and not _looks_coded(body)):
        coding = ""
    try:
        decoder = decoder_for(coding)
        plain = bytearray()
        for piece in decoder.feed(body):
            plain += piece
            if len(plain) > cap:
                raise LeftOut("too large")
        plain += decoder.finish()
    except FetchError as error:
        raise LeftOut("content encoding") from error
    if not plain:
        raise LeftOut("empty")
    return bytes(plain)


def _validators(headers: dict[str, str]) -> Validators:
    """Return them without what is too long: cut short it would be another."""
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    return Validators(
        etag=etag if 0 < len(etag) <= ETAG_CHARS else None,
        last_modified=modified if 0 < len(modified) <= DATE_CHARS else None,
    )


def _looks_coded(body: bytes) -> bool:
    """Whether a body is not the text that it decodes to: markup and JSON begin with these, codings do not."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"<", b"{", b"["}


def _unchunked(body: bytes) -> bytes:
    return b"".join(_chunks(body))


def _chunks(body: bytes) -> Iterator[bytes]:
    at = 0
    while head := _CHUNK.match(body, at):
        size = int(head[1], 16)
        if size == 0:
            return
        if head.end() + size > len(body):
            raise LeftOut("truncated")
        yield body[head.end() : head.end() + size]
        at = head.end() + size
    raise LeftOut("truncated")


def _date(record: Record, at: datetime) -> datetime:
    try:
        date = datetime.fromisoformat(record.fields.get("warc-date", ""))
    except ValueError as error:
        raise LeftOut("date") from error
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    if not EARLIEST <= date <= at + AHEAD:
        raise LeftOut("date")
    return date


def _task(record: Record, url: str, outlets: Outlets, generation: int, at: datetime) -> Task:
    outlet = outlets.for_url(url)
    identity = record.fields.get("warc-record-id") or derive(
        url, record.fields.get("warc-date", ""), hash_bytes(record.block)
    )
    new = {
        "task_id": derive("warc", identity, str(generation)),
        "kind": "page",
        "outlet": outlet.id if outlet else None,
        "discovered_at": at,
        "generation": generation,
    }
    if text := record.fields.get(TASK_FIELD.lower()):
        try:
            old = Task.model_validate_json(text)
        except ValidationError as error:
            raise LeftOut("task") from error
        if old.kind != "page":
            raise LeftOut("a feed's")
        return old.model_copy(update={**new, "replays": old.task_id})
    return Task.model_validate({**new, "url": clean(url), "found_in": "submitted"})


def _robots(headers: dict[str, str], body: bytes) -> tuple[str, ...]:
    said = robots_of([headers.get("x-robots-tag", "")])
    return tuple(sorted({*said, *read_head(body, headers.get("content-type")).robots}))
