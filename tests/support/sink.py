"""A sink in memory, with the versions and conflicts of the real one."""

from collections.abc import Mapping, Sequence
from typing import Any

from marsad.errors import SearchUnavailable
from marsad.search.sink import Document, Fate, Result, Sink


class MemorySink(Sink):
    """Keeps documents as the real one does (the integration tests hold the handler to the real one)."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], Document] = {}
        self.rejects: set[str] = set()
        self.away = False

    async def write(self, documents: Sequence[Document]) -> list[Result]:
        if self.away:
            raise SearchUnavailable("away")
        return [self._write(document) for document in documents]

    async def read(self, places: Sequence[tuple[str, str]]) -> list[Mapping[str, Any] | None]:
        return [self.held[place].source if place in self.held else None for place in places]

    def _write(self, document: Document) -> Result:
        place = (document.index, document.id)
        if document.source["task_id"] in self.rejects:
            return Result(Fate.REJECTED, "400 document_parsing_exception: bad")
        if place in self.held and self.held[place].version >= document.version:
            return Result(Fate.CONFLICT, "409")
        self.held[place] = document
        return Result(Fate.WRITTEN)

    def only(self) -> Mapping[str, Any]:
        (document,) = self.held.values()
        return document.source
