"""Two copies of the schedule, the reading and the watch over a real Elasticsearch."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from elasticsearch import AsyncElasticsearch

from marsad.contracts.codec import Record
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered
from marsad.discovery.health import RECENT
from marsad.discovery.polls import Poll
from marsad.discovery.schedule import Asking, FeedSchedule, sources_of
from marsad.discovery.watching import sick
from marsad.indexing.ledger import project, version_of
from marsad.outlets import Outlets
from marsad.search.bulk import Document, send
from marsad.search.ledger import refresh, reports_by_id
from marsad.search.names import Names
from marsad.search.outcomes import outcomes
from marsad.search.state import StateIndex
from marsad.streaming.effects import ledger_record
from support.payloads import make_task
from unit.discovery.desks import PACE, outlet

pytestmark = pytest.mark.stack

FEEDS = [f"https://ajil.example/rss/{number}" for number in range(40)]
OUTLETS = Outlets([outlet(feeds=FEEDS)])
ROUNDS, COPIES = 12, 2
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Copy:
    """One copy of the schedule, on a clock that it shares with nobody."""

    def __init__(self, client: AsyncElasticsearch, names: Names) -> None:
        self.now = START
        self.sent: Counter[str] = Counter()
        self.tasks: list[str] = []
        state, reports = StateIndex(client, names.state_feeds), partial(reports_by_id, client, names)
        self.schedule = FeedSchedule(state, reports, OUTLETS, Asking(PACE, 3_600), lambda: self.now, self.room)

    async def room(self) -> None:
        return

    async def publish(self, records: Sequence[Record], _: str) -> None:
        await asyncio.sleep(0)
        sent = [record.data for record in records if isinstance(record.data, UrlDiscovered)]
        self.sent.update(one.target for one in sent)
        self.tasks += [one.task.task_id for one in sent]


async def report(client: AsyncElasticsearch, names: Names, task_ids: Sequence[str], state: State) -> None:
    """Write the ends of feed tasks into the ledger's index."""
    tasks = [make_task(task_id=one, kind="feed") for one in task_ids]
    await write(client, names, [ledger_record(one.task_id, state, "fetching", START, task=one) for one in tasks])


async def write(client: AsyncElasticsearch, names: Names, records: Sequence[Record]) -> None:
    """Write reports as indexing does."""
    entries = [record.data for record in records if isinstance(record.data, LedgerEntry)]
    documents = [Document(names.ledger, one.task_id, version_of(one), project(one, None)) for one in entries]
    await send(client, documents, "writing reports")


async def test_two_copies_ask_as_often_as_one(search_client: AsyncElasticsearch, search_names: Names) -> None:
    """At each moment both look at all feeds at once; every feed is asked by one of them, and by both in turn."""
    copies = [Copy(search_client, search_names) for _ in range(COPIES)]
    rounds = []
    for number in range(ROUNDS):
        for copy in copies:
            copy.now = START + timedelta(minutes=12 * number)  # beyond the longest interval and its spread
            copy.sent.clear()
            copy.tasks.clear()
        await asyncio.gather(*(copy.schedule.tick(copy.publish) for copy in copies))
        total = copies[0].sent + copies[1].sent
        rounds.append([len(copy.sent) for copy in copies])
        assert total == Counter(FEEDS), f"round {number}"
        await report(search_client, search_names, [one for copy in copies for one in copy.tasks], State.UNCHANGED)

    print("feeds asked by each copy, by round:", rounds)
    assert all(sum(both) == len(FEEDS) for both in rounds)


async def test_state_survives_a_restart(search_client: AsyncElasticsearch, search_names: Names) -> None:
    """A new process waits for what the old one asked, and knows how it ended."""
    old = Copy(search_client, search_names)
    await old.schedule.tick(old.publish)

    new = Copy(search_client, search_names)
    new.now = START + timedelta(minutes=10)
    await new.schedule.tick(new.publish)
    assert not new.sent, "nobody has said yet how the requests ended"

    await report(search_client, search_names, old.tasks, State.BLOCKED)
    await new.schedule.tick(new.publish)
    entries = await StateIndex(search_client, search_names.state_feeds).read(one.id for one in sources_of(OUTLETS))
    assert new.sent == Counter(FEEDS)
    assert {Poll.of(entry.source).failures for entry in entries.values()} == {1}


async def test_a_wall_that_goes_up_is_found_in_the_ledger(
    search_client: AsyncElasticsearch, search_names: Names
) -> None:
    """The pages of the last hours are held against those of the days before, by outlet."""
    now = datetime.now(UTC)
    records = []
    for number in range(60):
        for outlet_id, state, ago in (
            ("walled", State.INDEXED, RECENT * 4),
            ("walled", State.BLOCKED if number % 2 else State.INDEXED, RECENT / 2),
            ("open", State.INDEXED, RECENT / 2),
        ):
            task = make_task(f"{outlet_id} {ago} {number}", outlet=outlet_id)
            records.append(ledger_record(task.task_id, state, "indexing", now - ago, task=task))
    await write(search_client, search_names, records)
    await refresh(search_client, search_names)

    feeds = StateIndex(search_client, search_names.state_feeds)
    _, found = await sick(feeds, partial(outcomes, search_client, search_names), sources_of(OUTLETS), now)
    assert [(one.outlet, one.state, one.detail) for one in found] == [
        ("walled", "blocked", "30 of the last 60 pages are blocked")
    ]
