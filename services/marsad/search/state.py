"""State by id, kept in Elasticsearch under optimistic control.

A handler's batch reads the entries it needs with one real-time multi-get, decides, and writes the entries it changed
with one bulk of external versions, each one above the version it read. If somebody else wrote in between, the write
is refused and the batch is decided again on fresh entries. Entries are found the moment they are written, refreshed or
not, because a get by id reads the translog; searching them may lag by the refresh interval.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import AsyncElasticsearch

from marsad.errors import MarsadError, SearchUnavailable, StateConflict
from marsad.search.bulk import Document, Fate, Result, send
from marsad.search.client import mapped, reason_of

__all__ = ["Change", "Entry", "StateIndex"]

IDS_AT_ONCE = 5_000
NAMED = 5  # failing ids in one message


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it was read: its version (from 1) and its JSON."""

    version: int
    source: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """An entry to write.

    Attributes:
        source: the whole new JSON; nothing of the old entry is kept.
        read: the entry that the decision was based on, or None where there was none.
    """

    source: Mapping[str, Any]
    read: Entry | None = None

    @property
    def version(self) -> int:
        """The version to write."""
        return self.read.version + 1 if self.read else 1


class StateIndex:
    """The entries of one index.

    Args:
        client: from `connect`.
        index: its full name, prefix included (see `names.Names`).
    """

    def __init__(self, client: AsyncElasticsearch, index: str) -> None:
        self._client = client
        self._index = index

    async def read(self, ids: Iterable[str]) -> dict[str, Entry]:
        """Return the entries that exist, by id; an id that is missing has none.

        Raises:
            SearchUnavailable: Elasticsearch is away, a shard is, or the index is missing.
        """
        found: dict[str, Entry] = {}
        for part in _parts(list(dict.fromkeys(ids))):
            with mapped(f"reading {len(part)} entries of {self._index}"):
                answer = await self._client.mget(index=self._index, ids=part, realtime=True)
            for item in answer["docs"]:
                if "error" in item:
                    raise SearchUnavailable(
                        f"reading {item['_id']} of {self._index}: {reason_of(item)}; `marsad setup` creates the index"
                    )
                if item["found"]:
                    found[item["_id"]] = Entry(item["_version"], item["_source"])
        return found

    async def write(self, changes: Mapping[str, Change]) -> None:
        """Write all changes; when it returns, all are acknowledged and seen by the next `read`.

        An error may leave some of them written: the batch is to be read and decided again.

        Raises:
            SearchUnavailable: Elasticsearch or the index refuses for now.
            StateConflict: an entry changed since it was read.
            MarsadError: an entry cannot be written at all; the message names id and cause.
        """
        if not changes:
            return
        documents = [Document(self._index, key, change.version, change.source) for key, change in changes.items()]
        results = await send(self._client, documents, f"writing state to {self._index}")
        for error, fates in (
            (SearchUnavailable, {Fate.LATER, Fate.CLOSED}),
            (StateConflict, {Fate.CONFLICT}),
            (MarsadError, {Fate.REJECTED}),
        ):
            failed = [pair for pair in zip(changes, results, strict=True) if pair[1].fate in fates]
            if failed:
                raise error(_message(self._index, failed))


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))


def _message(index: str, failed: Sequence[tuple[str, Result]]) -> str:
    named = "; ".join(f"{key:.80}: {result.reason}" for key, result in failed[:NAMED])
    more = f" and {len(failed) - NAMED} more" if len(failed) > NAMED else ""
    return f"{index} did not take {len(failed)} entries: {named}{more}"
