"""What the fetchers know of the hosts that they ask: written every moment, for people and for whoever takes over.

A host is only ever written by the fetcher that owns its partition. The version is the time in milliseconds, so that
what a fetcher says that lost its partitions a moment ago does not replace what the new owner says.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from elasticsearch import AsyncElasticsearch

from marsad.search.bulk import MAX_ID_BYTES, Document, send
from marsad.search.client import mapped
from marsad.search.names import Names
from marsad.search.state import StateIndex

__all__ = ["HostBoard", "HostState"]

MOST = 10_000  # hosts that are read at once; Elasticsearch's own limit of a page


@dataclass(frozen=True, slots=True)
class HostState:
    """One host.

    Attributes:
        host: as the fetchers name it: with its port where that is an odd one.
        pause_s: kept now between two requests, adaptive part included.
        next_at: no request is made before.
        failures: since the last page.
        resting: it is left alone until `next_at`, since it only fails.
        queued: tasks that hold a slot, about.
        archives: tasks of archives that hold a slot, about.
        at: when this was so.
    """

    host: str
    pause_s: float
    next_at: datetime
    failures: int
    resting: bool
    queued: int
    archives: int
    at: datetime


class HostBoard:
    """The states of all hosts.

    Args:
        client: from `connect`.
        names: what everything is called.
    """

    def __init__(self, client: AsyncElasticsearch, names: Names) -> None:
        self._client = client
        self._index = names.state_hosts

    async def put(self, states: Sequence[HostState]) -> None:
        """Write states; what is older than what is there is left out. Raises SearchUnavailable."""
        documents = [
            Document(self._index, state.host, round(state.at.timestamp() * 1000), _source(state))
            for state in states
            if len(state.host) <= MAX_ID_BYTES
        ]
        if documents:
            await send(self._client, documents, f"writing hosts to {self._index}")

    async def recall(self, host: str) -> HostState | None:
        """Return what was written of a host last. Raises SearchUnavailable."""
        entry = (await StateIndex(self._client, self._index).read([host])).get(host)
        return _state(entry.source) if entry else None

    async def all(self) -> list[HostState]:
        """Return every host's state, at most MOST, in no order. Raises SearchUnavailable."""
        with mapped(f"reading {self._index}"):
            await self._client.indices.refresh(index=self._index, ignore_unavailable=True)
            answer = await self._client.search(
                index=self._index, size=MOST, query={"match_all": {}}, ignore_unavailable=True
            )
        return [_state(hit["_source"]) for hit in answer["hits"]["hits"]]


def _source(state: HostState) -> dict[str, Any]:
    return {**asdict(state), "next_at": state.next_at.isoformat(), "at": state.at.isoformat()}


def _state(source: dict[str, Any]) -> HostState:
    times = {name: datetime.fromisoformat(source[name]) for name in ("next_at", "at")}
    return HostState(**{**source, **times})
