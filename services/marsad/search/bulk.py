"""One bulk request with external versions, and what became of every item in it.

Source: Elasticsearch's Bulk API. A bulk answers 200 although items failed; each item carries its own status.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import orjson
from elastic_transport import ApiError
from elasticsearch import AsyncElasticsearch

from marsad.search.client import mapped, reason_of, waits

MAX_BYTES = 8 << 20  # of one request; the server's own limit is 100 MiB
MAX_ID_BYTES = 512
SHARDS_WAIT = "20s"  # for a missing primary shard; below the client's deadline, so that we get an answer

_TOO_LARGE = 413
_CONFLICT = 409
_BAD_REQUEST = 400
_INDEX_LEVEL_TYPES = {
    "index_closed_exception",
    "validation_exception",  # no new index: the cluster's limit of shards is reached
    "invalid_index_name_exception",
}


class Fate(Enum):
    """What became of one document."""

    WRITTEN = "written"
    CONFLICT = "conflict"
    """The index holds the same version or a newer one."""
    REJECTED = "rejected"
    """The document itself is at fault."""
    LATER = "later"
    """429 or 5xx: the same document may well be taken in a moment."""
    CLOSED = "closed"
    """The index as a whole refuses (401, 403, 404, no shards left): an operator's task."""


@dataclass(frozen=True, slots=True)
class Result:
    """The fate of one document, and the server's reason unless it was written."""

    fate: Fate
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Attributes:
        index: full name of the index.
        id: at most 512 bytes.
        version: external; a document is written where the index has none or a lower one.
        source: JSON values.
    """

    index: str
    id: str
    version: int
    source: Mapping[str, Any]


async def send(client: AsyncElasticsearch, documents: Sequence[Document], doing: str) -> list[Result]:
    """Write the documents once each and return their fates in order.

    Requests stay below MAX_BYTES; one that the server still finds too large is halved. Nothing is repeated.

    Raises:
        SearchUnavailable: no answer, or the request as a whole was refused.
        MarsadError: the request is wrong.
    """
    results: list[Result | None] = [None] * len(documents)
    encoded: list[tuple[int, bytes]] = []
    for position, document in enumerate(documents):
        try:
            encoded.append((position, encode_document(document)))
        except (TypeError, ValueError) as error:  # for example an integer beyond 64 bits, a lone surrogate
            results[position] = Result(Fate.REJECTED, f"the document cannot be sent: {error}")
    for chunk in _chunks(encoded):
        for (position, _), result in zip(chunk, await _send(client, chunk, doing), strict=True):
            results[position] = result
    return [result for result in results if result is not None]


def encode_document(document: Document) -> bytes:
    """Return a document's two lines of a bulk request. Raises TypeError or ValueError for what cannot be sent."""
    if not 0 < len(document.id.encode()) <= MAX_ID_BYTES:  # the server would refuse the whole request
        raise ValueError(f"its id has {len(document.id.encode())} bytes, not 1 to {MAX_ID_BYTES}")
    action = {
        "index": {
            "_index": document.index,
            "_id": document.id,
            "version": document.version,
            "version_type": "external",
        }
    }
    return orjson.dumps(action) + b"\n" + orjson.dumps(document.source) + b"\n"


def _chunks(encoded: Sequence[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    chunk: list[tuple[int, bytes]] = []
    size = 0
    for item in encoded:
        if chunk and size + len(item[1]) > MAX_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += len(item[1])
    if chunk:
        yield chunk


async def _send(client: AsyncElasticsearch, chunk: Sequence[tuple[int, bytes]], doing: str) -> list[Result]:
    try:
        with mapped(f"{doing} ({len(chunk)} documents)"):
            answer = await _request(client, b"".join(lines for _, lines in chunk))
    except _TooLarge:
        if len(chunk) == 1:
            size = len(chunk[0][1])
            return [Result(Fate.REJECTED, f"the document has {size} bytes, more than http.max_content_length")]
        half = len(chunk) // 2
        return [*await _send(client, chunk[:half], doing), *await _send(client, chunk[half:], doing)]
    return [_result(item["index"]) for item in answer["items"]]


class _TooLarge(Exception):
    """The server answered 413."""


async def _request(client: AsyncElasticsearch, body: bytes) -> Mapping[str, Any]:
    try:
        answer = await client.perform_request(
            "POST",
            "/_bulk",
            params={"timeout": SHARDS_WAIT, "include_source_on_error": "false"},
            headers={"accept": "application/json", "content-type": "application/x-ndjson"},
            body=body,
        )
    except ApiError as error:
        if error.meta.status == _TOO_LARGE:
            raise _TooLarge from error
        raise
    body_of: Mapping[str, Any] = answer.body
    return body_of


def _result(item: Mapping[str, Any]) -> Result:
    status = item["status"]
    if status < 300:  # noqa: PLR2004 - HTTP's own number
        return Result(Fate.WRITTEN)
    reason = f"{status} {reason_of(item)}"
    if status == _CONFLICT:
        return Result(Fate.CONFLICT, reason)
    if waits(status):
        return Result(Fate.LATER, reason)
    if status == _BAD_REQUEST and item["error"].get("type") not in _INDEX_LEVEL_TYPES:
        return Result(Fate.REJECTED, reason)
    return Result(Fate.CLOSED, reason)
