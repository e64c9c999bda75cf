"""A state index in memory, with the versions and conflicts of the real one."""

from collections.abc import Iterable, Mapping
from typing import Any

from marsad.errors import StateConflict
from marsad.search.state import Change, Entry, StateIndex


class MemoryState(StateIndex):
    """Behaves as StateIndex does on a real server (the integration tests hold the two together)."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.writes = 0

    async def read(self, ids: Iterable[str]) -> dict[str, Entry]:
        return {key: self.entries[key] for key in set(ids) if key in self.entries}

    async def write(self, changes: Mapping[str, Change]) -> None:
        for key, change in changes.items():
            stored = self.entries.get(key)
            if stored is not None and stored.version >= change.version:
                raise StateConflict(f"{key}: version {stored.version} is there")
            self.entries[key] = Entry(change.version, dict(change.source))
            self.writes += 1

    def sources(self) -> dict[str, dict[str, Any]]:
        return {key: entry.source for key, entry in self.entries.items()}
