"""Tests of what becomes of a URL that was found."""

from datetime import datetime

import pytest

from marsad.contracts.ids import derive
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered
from marsad.discovery.handler import UrlFoundHandler
from marsad.errors import StateConflict
from marsad.outlets import Outlets
from marsad.search.state import Change
from marsad.streaming.outcome import Emit, Outcome, Settle
from support.payloads import make_event, make_found, minutes
from support.state import MemoryState


class Room:
    """A handler over state in memory and a clock that a test sets."""

    def __init__(self) -> None:
        self.state = MemoryState()
        self.now = minutes(0)
        self.handler = UrlFoundHandler(self.state, Outlets(), revisit_s=3_600, generation=7, clock=self.clock)

    def clock(self) -> datetime:
        return self.now

    async def find(self, url: str, cause: str, **fields: object) -> Outcome:
        (outcome,) = await self.handler([make_event(make_found(url, **fields), cause=cause)])
        return outcome


@pytest.fixture
def room() -> Room:
    """Return a handler that has seen nothing."""
    return Room()


def handed_on(outcome: Outcome) -> UrlDiscovered:
    """Return the URL to fetch; the ledger must have been told too."""
    assert isinstance(outcome, Emit)
    discovered, entry = outcome.records
    assert isinstance(discovered.data, UrlDiscovered)
    assert isinstance(entry.data, LedgerEntry)
    assert entry.data.state is State.DISCOVERED
    assert entry.data.task == discovered.data.task
    return discovered.data


async def test_a_new_url_becomes_a_task(room: Room) -> None:
    """The task carries the cleaned URL, the generation and an id that derives from its cause."""
    payload = handed_on(await room.find("https://AJIL.example/a?utm_source=x#top", "c1"))

    assert payload.target == payload.task.url == "https://ajil.example/a"
    assert payload.task.task_id == derive("task", derive("c1"))
    assert payload.task.generation == 7
    assert not payload.known


async def test_the_task_of_the_envelope_is_kept(room: Room) -> None:
    """Whoever found the URL may have named its task already."""
    event = make_event(make_found("https://ajil.example/a"), task_id=derive("named"))

    (outcome,) = await room.handler([event])

    assert handed_on(outcome).task.task_id == derive("named")


async def test_a_seen_url_ends_as_duplicate(room: Room) -> None:
    """Another find within the interval ends, and the state stays as it was."""
    await room.find("https://ajil.example/a", "c1")
    before = room.state.sources()

    outcome = await room.find("https://ajil.example/a#x", "c2")

    assert isinstance(outcome, Settle)
    assert (outcome.state, outcome.reason) == (State.DUPLICATE, "seen")
    assert room.state.sources() == before


async def test_two_of_a_batch_see_each_other(room: Room) -> None:
    """The same URL twice in one batch is handed on once."""
    events = [make_event(make_found("https://ajil.example/a"), cause=cause) for cause in ("c1", "c2")]

    first, second = await room.handler(events)

    handed_on(first)
    assert isinstance(second, Settle)
    assert second.state is State.DUPLICATE


async def test_of_two_pages_that_name_each_other_one_is_asked_again(room: Room) -> None:
    """Both were found by themselves and ended as duplicates of the other: one of them must be the article's home."""
    a, b = "https://ajil.example/a", "https://ajil.example/b"
    await room.find(a, "c1")
    await room.find(b, "c2")

    assert isinstance(await room.find(b, "c3", found_in="page", referrer=a), Settle)
    assert handed_on(await room.find(a, "c4", found_in="page", referrer=b)).task.found_in == "page"
    assert isinstance(await room.find(b, "c3", found_in="page", referrer=a), Settle)
    assert handed_on(await room.find(a, "c4", found_in="page", referrer=b)).task.task_id == derive("task", derive("c4"))


async def test_in_one_batch_two_pages_that_name_each_other_are_seen_too(room: Room) -> None:
    """The second of them sees what the first one left."""
    a, b = "https://ajil.example/a", "https://ajil.example/b"
    await room.find(a, "c1")
    await room.find(b, "c2")
    named = [make_found(b, found_in="page", referrer=a), make_found(a, found_in="page", referrer=b)]

    first, second = await room.handler([make_event(found, cause=found.url) for found in named])

    assert isinstance(first, Settle)
    handed_on(second)


async def test_a_page_that_many_name_is_asked_once(room: Room) -> None:
    """Copies of an article name one home, which names none of them."""
    home = "https://ajil.example/home"
    for cause, url in enumerate([home, "https://ajil.example/a", "https://ajil.example/b"]):
        await room.find(url, str(cause))

    for cause, copy in enumerate(["https://ajil.example/a", "https://ajil.example/b", "ftp://nowhere"]):
        assert isinstance(await room.find(home, f"by {cause}", found_in="page", referrer=copy), Settle)


async def test_a_redelivery_hands_on_the_same_task(room: Room) -> None:
    """The same record again, later, leads to the same task with the same time of discovery."""
    once = handed_on(await room.find("https://ajil.example/a", "c1"))
    room.now = minutes(30)

    again = handed_on(await room.find("https://ajil.example/a", "c1"))

    assert again == once
    assert room.state.writes == 1


async def test_a_revisit_knows_that_the_url_was_there(room: Room) -> None:
    """A page that is gone on a revisit is a retraction, so the fetcher is told."""
    await room.find("https://ajil.example/a", "c1")
    room.now = minutes(61)

    assert handed_on(await room.find("https://ajil.example/a", "c2")).known


@pytest.mark.parametrize("url", ["ftp://ajil.example/a", "https://", "https://user:secret@ajil.example/a", "خبر"])
async def test_what_cannot_be_fetched_is_refused(room: Room, url: str) -> None:
    """A URL that we never fetch ends at once, counted, without any state."""
    outcome = await room.find(url, "c1")

    assert isinstance(outcome, Settle)
    assert (outcome.state, outcome.reason) == (State.REFUSED, "bad_url")
    assert room.state.writes == 0


async def test_a_conflict_is_for_the_runner(room: Room) -> None:
    """Where another copy wrote in between, the whole batch is to be decided again."""
    stale = await room.state.read([])
    await room.find("https://ajil.example/a", "c1")

    with pytest.raises(StateConflict):
        await room.state.write({key: Change({}, stale.get(key)) for key in room.state.entries})


@pytest.mark.parametrize(("backfill", "topic"), [(False, "urls.discovered"), (True, "urls.backfill")])
async def test_an_archive_goes_behind_what_is_fresh(room: Room, backfill: bool, topic: str) -> None:
    """To a topic of its own, and it says so wherever it goes on."""
    outcome = await room.find("https://ajil.example/a", "c1", backfill=backfill)

    assert handed_on(outcome).backfill is backfill
    assert isinstance(outcome, Emit)
    assert outcome.records[0].topic == topic
