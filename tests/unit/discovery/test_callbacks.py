"""What a hub's calls at the public callback lead to."""

import hmac
from dataclasses import replace

import pytest

from marsad.contracts.pages import FeedFetched
from marsad.contracts.states import State
from marsad.contracts.urls import UrlFound
from marsad.discovery.callbacks import Callbacks
from marsad.discovery.polls import Poll
from marsad.discovery.websub import Subscription
from marsad.errors import StateConflict
from marsad.outlets import Outlets
from marsad.search.state import Change
from marsad.streaming.outcome import Settle
from marsad.urls import page_id
from support.payloads import make_event, minutes
from support.state import MemoryState
from unit.discovery.desks import FEED, ReadingDesk, outlet

QUERY = {"hub.mode": "subscribe", "hub.topic": FEED, "hub.challenge": "c-1", "hub.lease_seconds": "864000"}
BODY = b'<rss version="2.0"><channel><item><link>https://ajil.example/pushed</link></item></channel></rss>'
PLACE = Subscription("https://hub.example/", FEED, "s").place(page_id(FEED))
SIGNATURE = "sha256=" + hmac.new(b"s", BODY, "sha256").hexdigest()


async def subscribed(index: MemoryState, **fields: object) -> Callbacks:
    """Return the callbacks of a feed whose subscription was asked for."""
    asked = replace(Subscription("https://hub.example/", FEED, "s").asked(minutes(0)), **fields)  # type: ignore[arg-type]
    poll = Poll(FEED, minutes(5).isoformat(), websub=asked)
    await index.write({page_id(FEED): Change(poll.source(), index.entries.get(page_id(FEED)))})
    return Callbacks(index, Outlets([outlet()]), lambda: minutes(1))


async def test_a_subscription_is_confirmed_and_kept() -> None:
    """The hub gets its challenge back, and the lease is in the state before it does."""
    state = MemoryState()
    calls = await subscribed(state)

    assert await calls.verify(PLACE, QUERY) == "c-1"
    kept = Poll.of(state.sources()[page_id(FEED)]).websub
    assert kept is not None
    assert kept.active(minutes(2))


async def test_nobody_else_is_answered() -> None:
    """An unknown feed, and a challenge that nobody asked for, are 404; nothing is written."""
    state = MemoryState()
    calls = await subscribed(state)

    assert await calls.verify("0" * 32, QUERY) is None
    assert await calls.verify(PLACE, QUERY | {"hub.topic": "x"}) is None
    assert await calls.accept("0" * 32, SIGNATURE, None, BODY) is None
    assert await calls.accept(PLACE, SIGNATURE, None, BODY) is None
    assert state.writes == 1


@pytest.mark.parametrize("mode", ["subscribe", "denied"])
async def test_a_callback_is_not_guessed(mode: str) -> None:
    """A feed's id is known to whoever knows its address: he could end subscriptions, or confirm them for a year."""
    state = MemoryState()
    calls = await subscribed(state, state="active", expires_at=minutes(60).isoformat())

    for place in (page_id(FEED), f"{page_id(FEED)}-", PLACE[:-1] + "x", f"{page_id(FEED)}-\udc80"):
        assert await calls.verify(place, QUERY | {"hub.mode": mode}) is None
        assert await calls.accept(place, SIGNATURE, None, BODY) is None
    assert state.writes == 1


async def test_a_challenge_survives_a_conflict() -> None:
    """The schedule may claim the feed at the same moment; three conflicts in a row are told."""
    state = MemoryState()
    calls = await subscribed(state)
    read = state.read
    disturbed = 0

    async def overtaken(ids: list[str]) -> object:
        nonlocal disturbed
        entries = await read(ids)
        disturbed += 1
        if disturbed in {1, 3, 4, 5}:
            await state.write({ids[0]: Change(entries[ids[0]].source, entries[ids[0]])})
        return entries

    state.read = overtaken  # type: ignore[assignment,method-assign]
    assert await calls.verify(PLACE, QUERY) == "c-1"
    with pytest.raises(StateConflict):
        await calls.verify(PLACE, QUERY | {"hub.lease_seconds": "9"})


async def test_what_is_pushed_is_read_like_a_feed() -> None:
    """With the right signature it becomes a task and a fetched feed, and its link is found."""
    state = MemoryState()
    calls = await subscribed(state, state="active", expires_at=minutes(60).isoformat())

    records = await calls.accept(PLACE, SIGNATURE, "application/rss+xml", BODY)

    assert records is not None
    feed, report = records
    assert (feed.topic, feed.body, getattr(report.data, "state", None)) == ("feeds.fetched", BODY, State.DISCOVERED)
    assert isinstance(feed.data, FeedFetched)
    outcome = await ReadingDesk().decided(make_event(feed.data, body=BODY))
    assert isinstance(outcome, Settle)
    assert [one.data.url for one in outcome.records if isinstance(one.data, UrlFound)] == [
        "https://ajil.example/pushed"
    ]


async def test_the_same_push_is_the_same_task() -> None:
    """Hubs repeat themselves."""
    calls = await subscribed(MemoryState(), state="active", expires_at=minutes(60).isoformat())

    first, second = [await calls.accept(PLACE, SIGNATURE, None, BODY) for _ in range(2)]
    assert first is not None
    assert second is not None
    assert first[0].task_id == second[0].task_id


@pytest.mark.parametrize("signature", [None, "sha256=00", SIGNATURE.replace("sha256", "sha1")])
async def test_a_wrong_signature_leads_to_nothing(signature: str | None) -> None:
    """The answer does not tell: it is that of a right one."""
    calls = await subscribed(MemoryState(), state="active", expires_at=minutes(60).isoformat())

    assert await calls.accept(PLACE, signature, None, BODY) == ()


async def test_after_the_lease_nothing_is_taken() -> None:
    """A hub that goes on is told 404, as if it had never been."""
    calls = await subscribed(MemoryState(), state="active", expires_at=minutes(0).isoformat())

    assert await calls.accept(PLACE, SIGNATURE, None, BODY) is None
