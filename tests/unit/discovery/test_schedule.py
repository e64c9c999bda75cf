"""Tests of when lists are due and how copies share them."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest

from marsad.contracts.codec import Record
from marsad.contracts.states import State
from marsad.contracts.urls import Validators
from marsad.discovery.polls import Poll
from marsad.discovery.schedule import sources_of
from marsad.discovery.websub import Subscription
from marsad.outlets import Outlets
from marsad.search.state import Change
from marsad.urls import page_id
from support.payloads import minutes
from support.state import MemoryState
from unit.discovery.desks import CALLBACK, FEED, ScheduleDesk, outlet

SITEMAP, FRONT = "https://ajil.example/robots.txt", "https://ajil.example/"
UNCHANGED = (State.UNCHANGED, "http_304")


@pytest.fixture
def state() -> MemoryState:
    """Return an empty state index."""
    return MemoryState()


async def keep(state: MemoryState, poll: Poll) -> None:
    """Put a list's state into the index."""
    key = page_id(poll.url)
    await state.write({key: Change(poll.source(), state.entries.get(key))})


async def test_every_list_is_due_at_first(state: MemoryState) -> None:
    """Feeds, sitemaps and front pages are asked at once, as fetch tasks of their outlet, and the ledger is told."""
    desk = ScheduleDesk(state, outlet(sitemaps=[SITEMAP], front_pages=[FRONT], article_pattern=r"/\d+$"))

    sent = await desk.tick()

    assert [(one.target, one.task.reads_as) for one in sent] == [
        (FEED, None),
        (SITEMAP, "sitemap"),
        (FRONT, "front_page"),
    ]
    assert {(one.task.kind, one.task.outlet, one.backfill) for one in sent} == {("feed", "ajil", False)}
    assert sum(getattr(record.data, "state", None) is State.DISCOVERED for record in desk.published) == 3


def test_a_list_that_is_named_twice_is_one() -> None:
    """Two files, or two keys of one, may name the same address: it is asked once, as what it was named first."""
    known = Outlets([outlet(sitemaps=[FEED], feeds=[FEED])])

    assert [(source.url, source.reads_as) for source in sources_of(known)] == [(FEED, "feed")]


async def test_a_task_is_sent_before_its_report(state: MemoryState) -> None:
    """A process that ends between the two leaves no report of a task that nobody has: in flight for ever."""
    desk = ScheduleDesk(state)
    delivered: list[str] = []

    async def publish(records: Sequence[Record], _: str) -> None:
        delivered.extend(sorted(record.topic for record in records))  # in one delivery the order is the broker's
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await desk.schedule.tick(publish)
    assert delivered == ["urls.discovered"]


async def test_a_feed_rests_for_its_interval(state: MemoryState) -> None:
    """Five times the floor at first; at its end the feed is due again, as another task."""
    desk = ScheduleDesk(state)
    (first,) = await desk.tick()
    assert await desk.tick(4.9, UNCHANGED) == []

    (second,) = await desk.tick(5.5)

    assert first.task.task_id != second.task.task_id


async def test_an_unchanged_feed_is_asked_ever_less_often(state: MemoryState) -> None:
    """What the ledger says of the last request makes the interval longer, up to the ceiling."""
    desk = ScheduleDesk(state)
    await desk.tick()

    times = [0, *[minute for minute in range(1, 120) if await desk.tick(minute, UNCHANGED)]]

    gaps = [after - before for before, after in pairwise(times)]
    assert gaps == sorted(gaps)
    assert gaps[0] < gaps[-1] <= 11


async def test_a_request_under_way_is_not_repeated(state: MemoryState) -> None:
    """A host that makes us wait for hours is not asked a second time meanwhile; a lost task ends the wait."""
    desk = ScheduleDesk(state)
    assert len(await desk.tick()) == 1

    assert await desk.tick(30) == []
    assert await desk.tick(300) == []
    assert len(await desk.tick(361)) == 1


async def test_a_list_that_was_claimed_and_never_asked_is_asked_soon(state: MemoryState) -> None:
    """A process killed between claiming and sending leaves a task that the ledger never hears of."""
    desk = ScheduleDesk(state)
    await desk.tick()
    desk.unsent = True

    assert await desk.tick(10) == []
    assert len(await desk.tick(16)) == 1


async def test_failures_are_counted_and_slow_the_requests_down(state: MemoryState) -> None:
    """Each end without an answer is remembered with its reason; an answer makes up for all of them."""
    desk = ScheduleDesk(state)
    await desk.tick()
    await desk.tick(6, (State.BLOCKED, "http_403"))

    assert (desk.poll().failures, desk.poll().failure) == (1, "blocked http_403")
    assert await desk.tick(14, (State.BLOCKED, "http_403")) == []  # 5 min doubled
    assert len(await desk.tick(17)) == 1
    await desk.tick(28, UNCHANGED)
    assert (desk.poll().failures, desk.poll().failure) == (0, "")


async def test_two_copies_ask_a_feed_once(state: MemoryState) -> None:
    """A feed that the other copy claimed between reading and writing is left to it."""
    one, other = ScheduleDesk(state), ScheduleDesk(state)
    read = state.read

    async def read_then_lose(ids: object) -> object:
        entries = await read(ids)  # type: ignore[arg-type]
        state.read = read  # type: ignore[method-assign]
        await other.tick()
        return entries

    state.read = read_then_lose  # type: ignore[method-assign,assignment]
    await one.schedule.tick(one.publish)

    assert one.published == []
    assert len(other.published) == 2


async def test_what_another_copy_asked_is_left_alone(state: MemoryState) -> None:
    """A copy that knows the old time looks at the entry before it asks."""
    one, other = ScheduleDesk(state), ScheduleDesk(state)
    await one.tick()
    await other.tick(0.1)
    assert await one.tick(5.6, UNCHANGED)

    other.ends = one.ends
    assert await other.tick(5.7) == []


async def test_state_survives_a_restart(state: MemoryState) -> None:
    """A new process goes on where the old one ended: intervals, validators and all."""
    await ScheduleDesk(state).tick()
    await keep(state, Poll.of({**state.sources()[page_id(FEED)], "interval_s": 480.0}))

    later = ScheduleDesk(state)
    assert await later.tick(4) == []
    assert later.poll().interval_s == 480.0


async def test_validators_and_hash_make_the_next_request_conditional(state: MemoryState) -> None:
    """What the last answer named is sent with the next task, until the links are due to be looked at again."""
    desk = ScheduleDesk(state)
    read = Poll(FEED, minutes(1).isoformat(), etag='"v1"', body_hash="ab" * 16, read_at=minutes(0).isoformat())
    await keep(state, read)

    (sent,) = await desk.tick(2)
    assert sent.validators == Validators(etag='"v1"', last_modified=None)
    assert sent.body_hash == "ab" * 16
    (whole,) = await desk.tick(61, UNCHANGED)
    assert (whole.validators, whole.body_hash) == (None, None)


async def test_archives_wait_while_enough_of_archives_waits(state: MemoryState) -> None:
    """A sitemap that led to old pages is not asked again until those are through; a feed is."""
    desk = ScheduleDesk(state, outlet(sitemaps=[SITEMAP]))
    await keep(state, Poll(SITEMAP, minutes(0).isoformat(), backfill=True))
    desk.full = True

    assert [one.target for one in await desk.tick()] == [FEED]
    desk.full = False
    assert [one.target for one in await desk.tick(0.1)] == [SITEMAP]


async def test_a_hub_is_asked_for_a_subscription(state: MemoryState) -> None:
    """By a fetch task of its own, posted to the hub, once; only where there is a callback."""
    subscription = Subscription("https://hub.example/", FEED, "s" * 64)
    await keep(state, Poll(FEED, minutes(0).isoformat(), websub=subscription))
    silent, desk = ScheduleDesk(state), ScheduleDesk(state, callback=CALLBACK)
    assert [one.form for one in await silent.tick()] == [None]

    feed, asked = await desk.tick(6, UNCHANGED) or await desk.tick(400)

    assert feed.form is None
    assert (asked.target, asked.task.reads_as) == ("https://hub.example/", "subscription")
    assert asked.form is not None
    assert asked.form["hub.callback"] == f"{CALLBACK}/{subscription.place(page_id(FEED))}"
    assert asked.form["hub.topic"] == FEED
    assert len(await desk.tick(900)) == 1


async def test_an_entry_of_an_older_version_is_read(state: MemoryState) -> None:
    """Fields that it lacks have their defaults, and fields that nobody knows any more are left out."""
    await state.write({page_id(FEED): Change({"url": FEED, "next_at": minutes(1).isoformat(), "old": 1})})

    assert len(await ScheduleDesk(state).tick(2)) == 1
    assert "old" not in state.sources()[page_id(FEED)]
