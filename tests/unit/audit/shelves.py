"""Stands for both servers: topics and how far they were read, and what the ledger's index says."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from marsad.contracts.codec import Record, Wire, encode
from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES
from marsad.search import ledger
from marsad.search.ledger import Report, Written
from marsad.search.state import Entry
from marsad.settings import Settings
from marsad.streaming.effects import RawMessage, ledger_record
from marsad.streaming.lag import Place
from marsad.streaming.topics import load_topics
from support.payloads import NOON, make_task

SPECS = load_topics(Settings()).specs


def wire(record: Record) -> Wire:
    """Return a record as a service writes it."""
    return encode(record, cause="c", source="t", at=NOON)


def told(name: str, state: State, **fields: Any) -> Wire:
    """Return the report of where the task of this name stands."""
    task = make_task(name)
    return wire(ledger_record(task.task_id, state, "fetching", NOON, task=task, **fields))


def silent(_: str) -> None:
    """Say nothing."""


@dataclass(slots=True)
class Shelves:
    """What the servers hold; every topic has one partition.

    Attributes:
        topics: short name to records, the first one's offset being 0.
        read: how many of a topic its reader has dealt with; none by default.
        skipped: records of a topic that compaction took.
        reports: the ledger's index.
        articles: the index of articles.
        state: the entries of every state index.
    """

    topics: dict[str, list[Wire]] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    articles: list[Written] = field(default_factory=list)
    state: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    async def places(self, _: Settings) -> list[Place]:
        """Return how far each service has come."""
        return [
            Place(service, topic, 0, 0, self.read.get(topic, 0), self._end(topic))
            for topic, spec in SPECS.items()
            for service in spec.readers
            if service in SERVICES
        ]

    def _end(self, topic: str) -> int:
        return len(self.topics.get(topic, ())) + self.skipped.get(topic, 0)

    async def messages(
        self, _: Settings, topic: str, first: Mapping[int, int] | None = None
    ) -> AsyncIterator[RawMessage]:
        """Yield a topic's records from an offset on."""
        for offset, one in enumerate(self.topics.get(topic, ())):
            if offset >= (first or {}).get(0, 0):
                yield RawMessage(topic, 0, offset, 0, one.key, one.value, one.headers)

    @asynccontextmanager
    async def connect(self, _: Settings) -> AsyncIterator[None]:
        """Give a client that nobody asks."""
        yield None

    async def refresh(self, *_: object) -> None:
        """Find all at once."""

    async def all_reports(self, *_: object) -> AsyncIterator[Report]:
        """Yield the ledger's index."""
        for report in self.reports:
            yield report

    async def all_articles(self, *_: object) -> AsyncIterator[Written]:
        """Yield the index of articles."""
        for article in self.articles:
            yield article

    async def find(self, *_: object, urls: Sequence[str], ids: Sequence[str]) -> list[Report]:
        """Return the reports of these URLs and ids."""
        return [one for one in self.reports if one.url in urls or {one.task_id, one.article_id} & {*ids}]

    async def nothing(self, *_: object) -> dict[str, Any]:
        """Know no article and no further task."""
        return {}

    def index(self, *_: object) -> "Shelves.Entries":
        """Return a state index."""
        return Shelves.Entries(self.state)

    @dataclass(frozen=True, slots=True)
    class Entries:
        """Stands for a state index."""

        held: Mapping[str, Mapping[str, Any]]

        async def read(self, ids: Any) -> dict[str, Entry]:
            """Return the entries that there are."""
            return {key: Entry(1, dict(self.held[key])) for key in ids if key in self.held}

    def stand_in(self, patch: pytest.MonkeyPatch, module: ModuleType) -> None:
        """Let a module read here."""
        for name, ours in {"places": self.places, "read": self.messages, "connect": self.connect}.items():
            patch.setattr(module, name, ours)
        patch.setattr(module, "StateIndex", self.index)
        asked = {"refresh": self.refresh, "find": self.find, "articles_at": self.nothing, "reports_by_id": self.nothing}
        for name, answer in {**asked, "reports": self.all_reports, "written": self.all_articles}.items():
            patch.setattr(ledger, name, answer)
