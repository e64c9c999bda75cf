"""From outcomes to acknowledged effects: what does not fit, cannot be written, or floods the dead letters."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.codec import Event, Record, Wire
from marsad.contracts.urls import UrlFound
from marsad.errors import SearchUnavailable
from marsad.streaming.backoff import Backoff
from marsad.streaming.outcome import Emit, Outcome, Quarantine
from marsad.streaming.processor import FEWEST, RECENT
from support.payloads import make_extracted, make_found, make_task
from unit.streaming.doubles import TASK_ID, MemoryOutbox, headers_of, make_broken, make_message
from unit.streaming.processing import (
    keys,
    make_processor,
    offsets,
    poisoned_by,
    process,
    reasons,
    settle_all,
    settled,
    three_messages,
)


async def test_an_output_that_is_too_large_is_quarantined_alone() -> None:
    """The loss table's third row: one large output took a whole batch with it; here the others are delivered."""

    def decide(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        big = make_extracted("ن" * 5_000)
        huge = Emit((Record("articles.extracted", "k", big), Record("urls.found", "k", make_found("http://small"))))
        return [huge if event.data.url.endswith("/1") else settled(event) for event in events]

    messages = three_messages()
    outbox = await process(decide, messages, MemoryOutbox({"articles.extracted": 4_096}))
    (dead,) = outbox.on("discovery.dead")

    assert (dead.value, offsets(outbox), reasons(outbox)) == (messages[1].value, [1], ["too_large"])
    assert "more than articles.extracted allows" in headers_of(dead)["marsad_dead_detail"]
    assert sorted(keys(outbox.on("ledger"))) == sorted(
        [TASK_ID, make_task("https://ajil.example/0").task_id, make_task("https://ajil.example/2").task_id]
    )


async def test_a_task_too_large_for_the_ledger_is_quarantined_once() -> None:
    """Its report names the id alone and fits, so the quarantine comes to an end."""
    task = make_task(padding="ن" * 1_000_000)
    message = make_message(make_extracted(task=task), topic="articles.extracted")

    async def handler(_: Sequence[Event[Any]]) -> Sequence[Outcome]:
        raise ZeroDivisionError

    outbox = MemoryOutbox({"ledger": 1 << 20})
    await make_processor(handler, outbox).process([message])

    assert offsets(outbox) == [0]
    assert keys(outbox.on("ledger")) == [task.task_id]


async def test_a_dead_letter_that_does_not_fit_stops_the_runner() -> None:
    """Nothing is left but an operator: the error says which setting of which file is too small."""
    with pytest.raises(RuntimeError, match=r"raise max_bytes of the topic in deploy/kafka/topics\.yaml"):
        await process(settle_all, [make_broken(b"x" * 500)], MemoryOutbox({"discovery.dead": 100}))


async def test_a_report_that_does_not_fit_stops_the_runner_too() -> None:
    """A ledger that takes no report would otherwise fill the dead letters with the same record for ever."""
    with pytest.raises(RuntimeError, match=r"more than ledger allows"):
        await process(settle_all, [make_message()], MemoryOutbox({"ledger": 100}))


@pytest.mark.parametrize(
    "record",
    [
        Record("urls.retry.2d", "k", make_found("http://a")),
        Record("articles.revised", "k", make_found("http://a")),
        Record("urls.found", "\ud800", make_found("http://a")),
        Record("urls.found", "k", make_found("http://a", note=object())),
    ],
)
async def test_a_record_that_cannot_be_written_is_its_events_fault(record: Record) -> None:
    """An outcome that breaks a contract ends in quarantine, alone."""

    def decide(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        return [Emit((record,)) if event.data.url.endswith("/1") else settled(event) for event in events]

    outbox = await process(decide, three_messages())

    assert (offsets(outbox), reasons(outbox)) == ([1], ["unwritable_outcome"])
    assert len(outbox.on("ledger")) == 3


async def test_a_strangers_task_field_does_not_break_the_quarantine() -> None:
    """A poison record whose undeclared `task` is no task: quarantined, and its partition moves on."""
    message = make_message(make_found("https://ajil.example/7", task="7"), offset=7)

    assert offsets(await process(poisoned_by("/7"), [message])) == [7]


async def test_effects_are_acknowledged_before_processing_returns() -> None:
    """Only then may the offset be committed: while the broker has not answered, the batch is not done."""
    answer = asyncio.Event()

    class Slow(MemoryOutbox):
        async def deliver(self, wires: Sequence[Wire]) -> set[int]:
            await answer.wait()
            return await super().deliver(wires)

    async def handler(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        return settle_all(events)

    outbox = Slow()
    task = asyncio.create_task(make_processor(handler, outbox).process([make_message()]))
    for _ in range(20):
        await asyncio.sleep(0)

    assert not task.done()

    answer.set()
    await task

    assert len(outbox.sent) == 1


async def test_a_flood_of_dead_letters_slows_the_service_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the set share the runner pauses, longer each time; a batch that is well again is not held up."""
    paused: list[Backoff] = []

    async def pause(backoff: Backoff) -> None:
        paused.append(backoff)

    monkeypatch.setattr(Backoff, "pause", pause)

    async def handler(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        return settle_all(events)

    processor = make_processor(handler, MemoryOutbox())
    for offset in range(FEWEST - 1):
        await processor.process([make_broken(offset=offset)])
    before_a_share_says_anything = len(paused)
    await processor.process([make_broken()])
    await processor.process([make_broken()])
    await processor.process([make_message()])

    assert before_a_share_says_anything == 0
    assert len(paused) == 2
    assert paused[0] is paused[1]


async def test_after_a_flood_the_next_one_begins_with_a_short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The share is counted over recent records alone, and pauses start anew when it has fallen."""
    paused: list[Backoff] = []

    async def pause(backoff: Backoff) -> None:
        paused.append(backoff)

    monkeypatch.setattr(Backoff, "pause", pause)

    async def handler(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        return settle_all(events)

    processor = make_processor(handler, MemoryOutbox())
    await processor.process([make_broken()] * FEWEST)
    await processor.process([make_message()] * RECENT)
    await processor.process([make_broken()] * RECENT)

    assert len(paused) == 2
    assert paused[0] is not paused[1]


behaviours = st.sampled_from(["settle", "emit", "quarantine", "raise", "huge", "unwritable", "nonsense", "broken"])


@given(st.lists(behaviours, min_size=1, max_size=8), st.booleans())
async def test_nothing_escapes_and_nothing_is_lost(plan: list[str], outage: bool) -> None:
    """Whatever mix of events a batch holds, each one leaves its effects or is a dead letter, exactly once."""
    outbox = MemoryOutbox({"articles.extracted": 4_096})
    away = [outage]

    def decide(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        if away.pop() if away else False:
            raise SearchUnavailable("away")
        return [outcome_of(plan[int(event.data.url.rpartition("/")[2])], event) for event in events]

    messages = [
        make_broken(offset=offset) if behaviour == "broken" else make_message(offset=offset)
        for offset, behaviour in enumerate(plan)
    ]
    await process(decide, messages, outbox)

    well = {"settle", "emit"}
    assert offsets(outbox) == sorted(offsets(outbox), key=lambda offset: (plan[offset] == "huge", offset))
    assert sorted(offsets(outbox)) == [offset for offset, behaviour in enumerate(plan) if behaviour not in well]
    assert all(
        (dead.key, dead.value) == (messages[offset].key, messages[offset].value)
        for dead, offset in zip(outbox.on("discovery.dead"), offsets(outbox), strict=True)
    )
    assert len(outbox.on("urls.found")) == plan.count("emit")
    settles = [key for key in keys(outbox.on("ledger")) if key != TASK_ID]
    assert settles == [
        make_task(f"https://ajil.example/{n}").task_id for n, what in enumerate(plan) if what == "settle"
    ]


def outcome_of(behaviour: str, event: Event[UrlFound]) -> Any:
    """Behave as the plan says."""
    match behaviour:
        case "settle":
            return settled(event)
        case "emit":
            return Emit((Record("urls.found", "k", make_found("http://next")),))
        case "quarantine":
            return Quarantine("by_decision", "")
        case "huge":
            return Emit((Record("articles.extracted", "k", make_extracted("ن" * 5_000)),))
        case "unwritable":
            return Emit((Record("articles.extracted", "k", make_found("http://a")),))
        case "nonsense":
            return None
        case _:
            raise ZeroDivisionError("poison")
