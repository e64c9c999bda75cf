"""The bulk writer: every document ends as written, as a conflict or as rejected; nothing is left open.

What the server could not take in the moment (429, 5xx, item by item) is written again after a pause with full jitter;
the others of its batch are not. Source of the jitter: Brooker, "Exponential Backoff And Jitter", AWS, 2015.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from elasticsearch import AsyncElasticsearch

from marsad.errors import SearchUnavailable
from marsad.search.bulk import Document, Fate, Result, send
from marsad.search.client import mapped, reason_of

__all__ = ["Document", "Fate", "Result", "Sink"]

ATTEMPTS = 6
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0

_NO_INDEX = "index_not_found_exception"


class Sink:
    """Writes documents with external versions, and reads them back by id.

    Args:
        client: from `connect`.
        sleep: waits so many seconds.
        jitter: a number from 0 to 1, evenly spread.
    """

    def __init__(
        self,
        client: AsyncElasticsearch,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._jitter = jitter

    async def write(self, documents: Sequence[Document]) -> list[Result]:
        """Write the documents; return WRITTEN, CONFLICT or REJECTED for each, in order.

        Raises:
            SearchUnavailable: no answer, an index refuses as a whole, or documents were put off ATTEMPTS times. Some
                documents may be written; writing all again is safe, the versions see to that.
        """
        results = await self._attempt(documents)
        for attempt in range(ATTEMPTS - 1):
            later = [place for place, result in enumerate(results) if result.fate is Fate.LATER]
            if not later:
                return results
            await self._sleep(self._jitter() * min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**attempt))
            again = await self._attempt([documents[place] for place in later])
            for place, result in zip(later, again, strict=True):
                results[place] = result
        _refuse(documents, results, Fate.LATER, f"put off {ATTEMPTS} times")
        return results

    async def read(self, places: Sequence[tuple[str, str]]) -> list[Mapping[str, Any] | None]:
        """Return the documents at these (index, id) as they are now, refreshed or not; None where there is none.

        Raises:
            SearchUnavailable: no answer, or a shard is away.
        """
        if not places:
            return []
        with mapped(f"reading {len(places)} documents"):
            answer = await self._client.mget(
                docs=[{"_index": index, "_id": key} for index, key in places], realtime=True
            )
        return [_source(item) for item in answer["docs"]]

    async def _attempt(self, documents: Sequence[Document]) -> list[Result]:
        results = await send(self._client, documents, "writing documents")
        _refuse(documents, results, Fate.CLOSED, "refused by their index")
        return results


def _refuse(documents: Sequence[Document], results: Sequence[Result], fate: Fate, why: str) -> None:
    """Raise SearchUnavailable that names the first document with this fate, where there is one."""
    failed = [pair for pair in zip(documents, results, strict=True) if pair[1].fate is fate]
    if failed:
        document, result = failed[0]
        example = f"{document.id} of {document.index}: {result.reason}"
        raise SearchUnavailable(f"{len(failed)} of {len(documents)} documents were {why}; {example}")


def _source(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    error = item.get("error")
    if error is None:
        return item["_source"] if item["found"] else None
    if error.get("type") == _NO_INDEX:  # a month without articles as yet
        return None
    raise SearchUnavailable(f"reading {item['_id']} of {item['_index']}: {reason_of(item)}")
