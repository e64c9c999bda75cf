"""What operators have done with dead letters: Kafka cannot delete one record, so the marks stand beside the topics."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from elasticsearch import AsyncElasticsearch

from marsad.search.names import Names
from marsad.search.state import Change, StateIndex

__all__ = ["Done", "Mark", "Marks"]

Done = Literal["replayed", "dropped"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What was done with a letter last, when (with zone), and how often it was replayed."""

    done: Done
    at: datetime
    replays: int


class Marks:
    """The marks of all letters, by the letters' ids.

    Args:
        client: from `connect`.
        names: what everything is called.
    """

    def __init__(self, client: AsyncElasticsearch, names: Names) -> None:
        self._state = StateIndex(client, names.state_letters)

    async def read(self, ids: Iterable[str]) -> dict[str, Mark]:
        """Return the marks that there are. Raises SearchUnavailable."""
        return {key: _mark(entry.source) for key, entry in (await self._state.read(ids)).items()}

    async def put(self, ids: Iterable[str], done: Done, at: datetime) -> None:
        """Mark letters; returns when Elasticsearch has all marks.

        Raises:
            SearchUnavailable: Elasticsearch is away.
            StateConflict: somebody else marked one of them in this moment.
        """
        meant = list(dict.fromkeys(ids))
        entries = await self._state.read(meant)
        changes = {}
        for key in meant:
            before = entries.get(key)
            replays = (before.source["replays"] if before else 0) + (done == "replayed")
            changes[key] = Change({"done": done, "at": at.isoformat(), "replays": replays}, before)
        await self._state.write(changes)


def _mark(source: dict[str, Any]) -> Mark:
    return Mark(source["done"], datetime.fromisoformat(source["at"]), source["replays"])
