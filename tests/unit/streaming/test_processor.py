"""The one path of both engines: whatever a handler does, every record ends in acknowledged effects."""

import asyncio
from collections.abc import MutableMapping, Sequence
from typing import Any

import pytest

from marsad.contracts.codec import Event
from marsad.contracts.urls import UrlFound
from marsad.errors import BrokerUnavailable, SearchUnavailable, StateConflict
from marsad.streaming import processor as module
from marsad.streaming.outcome import DONE, Outcome, Quarantine
from support.payloads import make_task
from unit.streaming.doubles import TASK_ID, MemoryOutbox, headers_of, make_broken, make_message
from unit.streaming.processing import (
    keys,
    make_processor,
    offsets,
    poisoned_by,
    process,
    reasons,
    settle_all,
    three_messages,
)


async def test_every_outcome_is_delivered_in_order() -> None:
    """The handler gets the whole batch at once, and each event's records follow the one's before."""
    seen: list[int] = []
    outbox = await process(settle_all, [make_message(offset=offset) for offset in range(3)], seen=seen)

    assert seen == [3]
    assert keys(outbox.on("ledger")) == [make_task(f"https://ajil.example/{offset}").task_id for offset in range(3)]


async def test_an_empty_batch_is_nothing() -> None:
    """Without records nobody is asked."""
    seen: list[int] = []

    assert (await process(settle_all, [], seen=seen)).sent == []
    assert seen == []


async def test_a_broken_handler_quarantines_its_event() -> None:
    """The loss table's first row: an exception in an agent loses the record; here it is kept."""
    outbox = await process(poisoned_by("/7"), [message := make_message(offset=7)])

    (dead,) = outbox.on("discovery.dead")

    assert (dead.key, dead.value) == (message.key, message.value)
    assert headers_of(dead)["marsad_dead_detail"] == "ZeroDivisionError: poison"
    assert keys(outbox.on("ledger")) == [TASK_ID]


async def test_a_log_line_stays_short(logs: list[MutableMapping[str, Any]]) -> None:
    """An error that quotes a page does not fill the disk with it."""

    def quoting(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        return [Quarantine("odd", "x" * 1_000_000) for _ in events]

    await process(quoting, [make_message()])

    assert [len(line["detail"]) for line in logs if line["event"] == "quarantined"] == [2_000]


@pytest.mark.parametrize("culprits", [("/3",), ("/0", "/4"), ("/1", "/2", "/3")])
async def test_only_the_culprits_of_a_batch_are_quarantined(culprits: tuple[str, ...]) -> None:
    """Where a batch breaks the handler, it is asked event by event; the others are dealt with as ever."""
    outbox = await process(poisoned_by(*culprits), [make_message(offset=offset) for offset in range(5)])
    bad = [int(name[1:]) for name in culprits]

    assert offsets(outbox) == bad
    assert sorted(keys(outbox.on("ledger"))) == sorted(
        TASK_ID if offset in bad else make_task(f"https://ajil.example/{offset}").task_id for offset in range(5)
    )


@pytest.mark.parametrize("made", [[], [DONE, DONE], [DONE] * 4])
async def test_outcomes_that_do_not_match_are_the_handlers_error(made: list[Outcome]) -> None:
    """Too few or too many outcomes: nobody could say whose they are, so no event is taken for dealt with."""
    outbox = await process(lambda events: settle_all(events) if len(events) == 1 else made, three_messages())

    assert len(outbox.on("ledger")) == 3
    assert reasons(outbox) == []


async def test_outcomes_that_never_match_end_in_quarantine() -> None:
    """An event for which the handler gives no outcome at all is kept among the dead letters."""
    outbox = await process(lambda _: [], three_messages())

    assert reasons(outbox) == ["handler_error"] * 3
    assert "0 outcomes for 1 events" in headers_of(outbox.on("discovery.dead")[0])["marsad_dead_detail"]


@pytest.mark.parametrize("made", [None, [None], ["done"], [object()]])
async def test_what_is_no_outcome_ends_in_quarantine(made: Any) -> None:
    """A handler that returns nonsense loses nothing."""
    outbox = await process(lambda _: made, [make_message()])

    assert len(reasons(outbox)) == 1


@pytest.mark.parametrize("error", [SearchUnavailable("away"), BrokerUnavailable("away"), StateConflict("faster")])
async def test_an_outage_holds_the_batch(error: Exception) -> None:
    """While a server is away the same batch is asked again, and nothing is quarantined."""
    asked: list[int] = []

    def decide(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        asked.append(len(events))
        if len(asked) < 3:
            raise error
        return settle_all(events)

    outbox = await process(decide, three_messages())

    assert asked == [3, 3, 3]
    assert reasons(outbox) == []
    assert len(outbox.on("ledger")) == 3


async def test_an_outage_while_the_culprit_is_looked_for_is_waited_out() -> None:
    """Poison and an outage in one batch: the outage never makes a culprit of an innocent event."""
    failures = iter([ZeroDivisionError("poison"), SearchUnavailable("away"), None, ZeroDivisionError("poison"), None])

    def decide(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        if error := next(failures):
            raise error
        return settle_all(events)

    outbox = await process(decide, three_messages())

    assert offsets(outbox) == [1]


async def test_a_cancelled_await_inside_a_handler_is_its_error() -> None:
    """A future that somebody else cancelled is not the end of this task: the record must not be dropped silently."""

    async def handler(_: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        future: asyncio.Future[Sequence[Outcome]] = asyncio.get_running_loop().create_future()
        future.cancel()
        return await future

    outbox = MemoryOutbox()
    await make_processor(handler, outbox).process([make_message()])

    assert reasons(outbox) == ["handler_error"]


async def test_a_stop_while_the_handler_works_leaves_no_effect() -> None:
    """When the runner is stopped, a batch under way ends without records: it will be delivered again."""
    entered = asyncio.Event()

    async def handler(_: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        entered.set()
        await asyncio.Event().wait()
        return []

    outbox = MemoryOutbox()
    task = asyncio.create_task(make_processor(handler, outbox).process([make_message()]))
    await entered.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert outbox.sent == []


async def test_a_stop_while_a_server_is_away_leaves_no_effect() -> None:
    """A held batch can be given up at any time."""
    asked = asyncio.Event()

    async def handler(_: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        asked.set()
        raise SearchUnavailable("away")

    outbox = MemoryOutbox()
    task = asyncio.create_task(make_processor(handler, outbox).process([make_message()]))
    await asked.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert outbox.sent == []


async def test_a_held_batch_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pauses an outage takes, the log says that it began, and says so again for another cause."""
    told: list[str] = []
    answers: list[Exception] = [*[SearchUnavailable("away")] * 5, *[StateConflict("overtaken")] * 2]

    async def handler(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        if answers:
            raise answers.pop(0)
        return settle_all(events)

    monkeypatch.setattr(module.log, "warning", lambda event, **fields: told.append(f"{event} {fields['kind']}"))
    monkeypatch.setattr("marsad.streaming.backoff.Backoff.next_s", lambda _: 0)
    await make_processor(handler, MemoryOutbox()).process([make_message()])

    assert told == ["held SearchUnavailable", "held StateConflict"]


async def test_records_that_cannot_be_read_never_reach_the_handler() -> None:
    """The loss table's second row: bad JSON is no Record that Faust drops, but a dead letter of ours, in its place."""
    seen: list[int] = []
    batch = [
        make_message(offset=0),
        make_broken(b"\xff", offset=1),
        make_message(offset=2),
        make_broken(None, offset=3),
    ]

    outbox = await process(settle_all, batch, seen=seen)

    assert seen == [2]
    assert offsets(outbox) == [1, 3]
    assert reasons(outbox) == ["undecodable", "undecodable"]
    assert len(outbox.on("ledger")) == 2


async def test_a_batch_of_unreadable_records_asks_nobody() -> None:
    """The handler is never given an empty batch."""
    seen: list[int] = []
    outbox = await process(settle_all, [make_broken(offset=offset) for offset in range(3)], seen=seen)

    assert seen == []
    assert offsets(outbox) == [0, 1, 2]


async def test_an_unreadable_record_whose_task_is_known_is_reported() -> None:
    """`discovered − terminal = in flight` holds for records that nobody can read, too."""
    outbox = await process(settle_all, [make_broken(task=TASK_ID.encode())])

    assert keys(outbox.on("ledger")) == [TASK_ID]
