"""Tests of when feeds are due and how copies share them."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

import pytest

from marsad.contracts.codec import Record
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered, Validators
from marsad.discovery.schedule import FeedSchedule, remember_validators
from marsad.outlets import Outlet, Outlets
from support.payloads import minutes
from support.state import MemoryState

FEEDS = ("https://ajil.example/rss", "https://ajil.example/sport/rss")


def outlet() -> Outlet:
    """Return an outlet with two feeds."""
    return Outlet.model_validate(
        {
            "id": "ajil",
            "name": {"ar": "عاجل", "en": "Ajil"},
            "country": "EG",
            "kind": "paper",
            "languages": ["ar"],
            "time_zone": "Africa/Cairo",
            "domains": ["ajil.example"],
            "feeds": list(FEEDS),
            "checked": {"on": date(2026, 3, 1), "against": "nothing: an invention of this test"},
        }
    )


class Desk:
    """A schedule over state in memory, with what it published."""

    def __init__(self, state: MemoryState) -> None:
        self.now = minutes(0)
        self.published: list[Record] = []
        self.causes: list[str] = []
        self.schedule = FeedSchedule(state, Outlets([outlet()]), interval_s=300, revisit_s=3_600, clock=self.clock)

    def clock(self) -> datetime:
        return self.now

    async def publish(self, records: Sequence[Record], cause: str) -> None:
        self.published += records
        self.causes.append(cause)

    async def tick(self) -> list[UrlDiscovered]:
        self.published.clear()
        await self.schedule.tick(self.publish)
        return [record.data for record in self.published if isinstance(record.data, UrlDiscovered)]


@pytest.fixture
def state() -> MemoryState:
    """Return an empty state index."""
    return MemoryState()


async def test_every_feed_is_due_at_first(state: MemoryState) -> None:
    """A new feed is asked at once, as a fetch task of its outlet, and the ledger is told."""
    desk = Desk(state)

    sent = await desk.tick()

    assert [payload.target for payload in sent] == list(FEEDS)
    assert {(payload.task.kind, payload.task.outlet) for payload in sent} == {("feed", "ajil")}
    assert sum(getattr(record.data, "state", None) is State.DISCOVERED for record in desk.published) == 2


async def test_a_task_is_sent_before_its_report(state: MemoryState) -> None:
    """A process that ends between the two leaves no report of a task that nobody has: in flight for ever."""
    desk = Desk(state)
    delivered: list[str] = []

    async def publish(records: Sequence[Record], _: str) -> None:
        delivered.extend(sorted(record.topic for record in records))  # in one delivery the order is the broker's
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await desk.schedule.tick(publish)
    assert delivered == ["urls.discovered"]


async def test_a_feed_rests_for_its_interval(state: MemoryState) -> None:
    """Within the interval nothing is sent; at its end the feed is due again, as another task."""
    desk = Desk(state)
    first = await desk.tick()
    desk.now = minutes(4.9)
    assert await desk.tick() == []
    desk.now = minutes(5)

    second = await desk.tick()

    assert len(second) == 2
    assert {payload.task.task_id for payload in first}.isdisjoint(payload.task.task_id for payload in second)


async def test_two_copies_ask_a_feed_once(state: MemoryState) -> None:
    """A feed that the other copy claimed between reading and writing is left to it."""
    one, other = Desk(state), Desk(state)
    read = state.read

    async def read_then_lose(ids: object) -> object:
        entries = await read(ids)  # type: ignore[arg-type]
        state.read = read  # type: ignore[method-assign]
        await other.tick()
        return entries

    state.read = read_then_lose  # type: ignore[method-assign,assignment]
    await one.schedule.tick(one.publish)

    assert one.published == []
    assert len(other.published) == 4


async def test_validators_make_the_next_request_conditional(state: MemoryState) -> None:
    """What the last answer named is sent with the next task."""
    desk = Desk(state)
    assert {payload.validators for payload in await desk.tick()} == {None}
    await remember_validators(state, [(FEEDS[0], Validators(etag='"v1"', last_modified=None))], minutes(1))
    desk.now = minutes(6)

    sent = {payload.target: payload.validators for payload in await desk.tick()}

    assert sent[FEEDS[0]] == Validators(etag='"v1"', last_modified=None)


async def test_links_are_looked_at_again_although_the_feed_does_not_change(state: MemoryState) -> None:
    """Once the revisit interval has passed since its links were read, a feed is asked without conditions."""
    desk = Desk(state)
    await desk.tick()
    await remember_validators(state, [(url, Validators(etag='"v1"', last_modified=None)) for url in FEEDS], minutes(1))
    desk.now = minutes(61)

    assert {payload.validators for payload in await desk.tick()} == {None}


async def test_a_feed_that_nobody_schedules_is_not_remembered(state: MemoryState) -> None:
    """A submitted feed has no entry, and gets none."""
    await remember_validators(
        state, [("https://other.example/rss", Validators(etag="x", last_modified=None))], minutes(0)
    )

    assert state.entries == {}
