"""Elasticsearch left out: what handlers would ask of it, at no cost."""

from collections.abc import Iterable, Mapping, Sequence

from marsad.search.bulk import Document, Fate, Result
from marsad.search.names import Names
from marsad.search.state import Change, Entry
from marsad.settings import Settings


class Remembered:
    """A state index without any entry."""

    async def read(self, ids: Iterable[str]) -> dict[str, Entry]:
        """Return nothing."""
        for _ in ids:
            pass
        return {}

    async def write(self, changes: Mapping[str, Change]) -> None:
        """Take everything."""


class Recorder:
    """A sink that takes everything and hands it out again."""

    def __init__(self) -> None:
        self._taken: list[Document] = []

    async def write(self, documents: Sequence[Document]) -> list[Result]:
        """Take all documents."""
        self._taken += documents
        return [Result(Fate.WRITTEN) for _ in documents]

    async def read(self, places: Sequence[tuple[str, str]]) -> list[Mapping[str, object] | None]:
        """Return that nothing is there."""
        return [None for _ in places]

    def taken(self) -> list[Document]:
        """Return what was written since the last call."""
        taken, self._taken = self._taken, []
        return taken


def names() -> Names:
    """Return names that nobody looks up."""
    return Names.of(Settings())
