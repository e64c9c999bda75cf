"""What a replayed record is: the same thing by a new task, of a new generation, and never a revision of its own."""

from datetime import timedelta
from typing import Any

import pytest

from marsad.contracts.articles import ArticleRevised
from marsad.contracts.codec import Event, Wire, decode
from marsad.contracts.model import Payload
from marsad.streaming import replay as module
from marsad.streaming.effects import RawMessage
from marsad.streaming.replay import Span, Written, remake
from marsad.streaming.selection import Selection, readable
from support.payloads import NOON, make_task
from unit.streaming.doubles import SETTINGS, MemoryOutbox, headers_of
from unit.streaming.spans import extracted, fetched, revision

LATER = NOON + timedelta(days=3)


def span(topic: str, generation: int = 1) -> Span:
    """Return a span of a topic; its times do not matter here."""
    return Span(topic, NOON, LATER, generation)


def remade(message: RawMessage, generation: int = 1) -> tuple[Wire, Event[Payload]]:
    """Return a record as it is written again, and what a reader makes of it."""
    event = readable(message)
    assert event is not None
    wire, _ = remake(span(message.topic, generation), message, event, LATER)
    return wire, decode(wire.topic, wire.value, wire.headers)


def test_the_new_task_names_the_old_one() -> None:
    """Its id is its own; generation and time are those of the replay; where the URL came from stays."""
    _, event = remade(fetched(1, 0))
    old: Any = make_task("t1")
    task: Any = getattr(event.data, "task")  # noqa: B009 - of a payload of any kind

    assert (task.replays, task.generation, task.discovered_at) == (old.task_id, 1, LATER)
    assert task.task_id not in {old.task_id, None}
    assert event.envelope.task_id == task.task_id
    assert (task.url, task.found_in) == (old.url, old.found_in)


def test_a_page_keeps_its_bytes_and_its_key() -> None:
    """So it goes to the partition of its page, behind what is there."""
    message = fetched(1, 0)

    wire, event = remade(message)

    assert (wire.key, wire.value, event.body) == (message.key, b"<html>", b"<html>")


@pytest.mark.parametrize("topic", ["articles.revised", "articles.enriched"])
def test_a_revision_keeps_its_place_and_is_called_reprocessed(topic: str) -> None:
    """Number, first_seen and the one before are as they were; nobody is told of an edit."""
    message = revision(7, 0, topic=topic, change="edited", previous_revision=3)

    _, event = remade(message)

    assert isinstance(event.data, ArticleRevised)
    assert (event.data.revision, event.data.previous_revision, event.data.first_seen) == (7, 3, NOON)
    assert event.data.change == "reprocessed"


def test_fields_of_a_newer_writer_are_written_through() -> None:
    """Unknown fields are kept."""
    _, event = remade(revision(7, 0, invented="kept"))

    assert event.data.model_extra == {"invented": "kept"}


def test_a_repeated_replay_writes_the_same_ids() -> None:
    """Task and event ids derive from the old ones and the generation: a second time is a redelivery."""
    message = fetched(1, 0)
    (first, once), (second, twice) = remade(message), remade(message)

    assert once.envelope.id == twice.envelope.id
    assert headers_of(first) == headers_of(second)


def test_other_generations_and_topics_are_other_tasks() -> None:
    """What ran under one generation says nothing about the next."""
    tasks = [remade(fetched(1, 0), 1), remade(fetched(1, 0), 2), remade(extracted(1, 0), 1)]

    assert len({event.envelope.task_id for _, event in tasks}) == 3
    assert len({event.envelope.id for _, event in tasks}) == 3


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> list[RawMessage]:
    """Return what the topic holds, read and written in memory."""
    held: list[RawMessage] = []

    async def read(_own: Any, _name: str, **_: Any) -> Any:
        for message in held:
            yield message

    async def all_read(_own: Any, topics: Any, _waiting: Any) -> None:
        assert topics == {"pages.fetched"}

    monkeypatch.setattr(module, "read", read)
    monkeypatch.setattr(module, "until_read", all_read)
    return held


async def replayed(monkeypatch: pytest.MonkeyPatch, outbox: MemoryOutbox, *waves: list[int]) -> Written:
    """Replay these offsets of `pages.fetched`."""

    async def nothing() -> None:
        return

    monkeypatch.setattr(outbox, "start", nothing)
    monkeypatch.setattr(outbox, "stop", nothing)
    monkeypatch.setattr(module, "Outbox", lambda _: outbox)
    selection = Selection(tuple(frozenset((1, offset) for offset in wave) for wave in waves), 0, 0, 0, 0)
    return await module.replay(SETTINGS, span("pages.fetched"), selection, lambda _, __: None, clock=lambda: LATER)


async def test_waves_are_written_one_after_the_other(topic: list[RawMessage], monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a wave as the topic holds them; what was not selected is passed over; each task is reported as begun."""
    topic += [fetched(number, number, name=f"t{number}") for number in range(5)]
    outbox = MemoryOutbox()

    written = await replayed(monkeypatch, outbox, [1, 4], [0, 3])

    tasks = [headers_of(wire)["marsad_task_id"] for wire in outbox.on("pages.fetched")]
    expected = [headers_of(remade(fetched(number, number, name=f"t{number}"))[0]) for number in (1, 4, 0, 3)]
    assert tasks == [headers["marsad_task_id"] for headers in expected]
    assert [headers_of(wire)["marsad_task_id"] for wire in outbox.on("ledger")] == tasks
    assert written == Written(4)


async def test_a_record_that_does_not_fit_begins_no_task(
    topic: list[RawMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that was reported and never written would be in flight for ever."""
    topic.append(fetched(1, 0))
    outbox = MemoryOutbox({"pages.fetched": 10})

    assert await replayed(monkeypatch, outbox, [0]) == Written(0, 1)
    assert outbox.sent == []


async def test_batches_are_small(topic: list[RawMessage], monkeypatch: pytest.MonkeyPatch) -> None:
    """After each batch the services' places are looked at; the last one is not forgotten."""
    monkeypatch.setattr(module, "BATCH", 2)
    topic += [fetched(number, number) for number in range(5)]
    looked: list[Written] = []

    async def until_read(_own: Any, _topics: Any, waiting: Any) -> None:
        looked.append(waiting.args[0])

    monkeypatch.setattr(module, "until_read", until_read)

    assert await replayed(monkeypatch, MemoryOutbox(), [0, 1, 2, 3, 4]) == Written(5)
    assert looked == [Written(2), Written(4), Written(5)]


async def test_records_that_expired_meanwhile_are_no_hindrance(
    topic: list[RawMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was selected and is gone cannot be written; the rest is."""
    topic.append(fetched(1, 1))

    assert await replayed(monkeypatch, MemoryOutbox(), [0, 1]) == Written(1)
