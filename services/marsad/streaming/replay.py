"""Replaying a span of a topic: its records are written again, as new tasks of a raised generation.

A new task names the one that it replays. Its id derives from that one, the topic and the generation, and so do the
ids of its records: a replay that was interrupted and is repeated hands on the same tasks, which is a redelivery and
has its effects once. Revisions are not made here or by what follows: see `revisions/history.py`, and the external
versions of Elasticsearch.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from marsad.contracts.articles import ArticleRevised
from marsad.contracts.codec import Event, Record, Wire, encode
from marsad.contracts.ids import derive
from marsad.contracts.model import Task
from marsad.contracts.states import State
from marsad.contracts.topics import CONTRACTS
from marsad.settings import Settings
from marsad.streaming.effects import RawMessage, ledger_record
from marsad.streaming.outbox import Outbox
from marsad.streaming.outcome import Clock
from marsad.streaming.pace import until_read
from marsad.streaming.processor import now
from marsad.streaming.reader import read
from marsad.streaming.selection import Place, Replayed, Selection, Selector, readable

__all__ = ["Progress", "Span", "Written", "remake", "replay", "select", "write_tasks"]

SOURCE = "replay"
BATCH = 100  # records written before the services' places are looked at again
BATCH_BYTES = 16 * 1024 * 1024  # of them, for pages may be large


@dataclass(frozen=True, slots=True)
class Span:
    """What is replayed: a topic's records written at or after `since` and before `until`, under a generation."""

    topic: str
    since: datetime
    until: datetime
    generation: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a replay has written so far.

    Attributes:
        records: acknowledged by the broker.
        too_large: they would not fit their topic any more; they stay as they are.
    """

    records: int = 0
    too_large: int = 0


Progress = Callable[[Written, int], None]
"""Is told what is written, and how many records wait before the service that reads the topic."""


async def select(own: Settings, span: Span, seen: Callable[[], None]) -> Selection:
    """Read a span and return what of it is to be replayed.

    Args:
        own: where the broker is.
        span: of one of `selection.REPLAYED`.
        seen: called for each record.

    Raises:
        BrokerUnavailable: Kafka is away or lacks its topics.
    """
    selector = Selector(span.topic, span.generation)
    async for message in read(own, span.topic, since=span.since, until=span.until):
        selector.add(message)
        seen()
    return selector.select()


async def replay(own: Settings, span: Span, selection: Selection, progress: Progress, *, clock: Clock = now) -> Written:
    """Write what was selected, no faster than it is read; return when the broker has acknowledged all.

    Raises:
        BrokerUnavailable: Kafka is away. What was written stays; repeating the replay does it no harm.
    """
    outbox = Outbox(own)
    await outbox.start()
    written = Written()
    try:
        for wave in selection.waves:
            async for batch in _batches(own, span, wave):
                written = await _write(outbox, span, batch, written, clock())
                await until_read(own, {span.topic}, partial(progress, written))
    finally:
        await outbox.stop()
    return written


def remake(span: Span, message: RawMessage, event: Event[Replayed], at: datetime) -> tuple[Wire, Task]:
    """Return a record as its replay writes it, and the new task.

    What follows from the new generation alone is told as such: a revision that exists keeps its place in its article's
    history, and its change is `reprocessed`.
    """
    old = event.data.task
    task = old.model_copy(
        update={
            "task_id": derive("replay", old.task_id, span.topic, str(span.generation)),
            "replays": old.task_id,
            "generation": span.generation,
            "discovered_at": at,
        }
    )
    marks = {"change": "reprocessed"} if isinstance(event.data, ArticleRevised) else {}
    data = event.data.model_copy(update={"task": task, **marks})
    body = event.body if CONTRACTS[span.topic].has_body else None
    record = Record(span.topic, (message.key or b"").decode("utf-8", "replace"), data, body, task.task_id)
    cause = derive("replay", event.envelope.id, str(span.generation))
    return encode(record, cause=cause, source=SOURCE, at=at), task


async def _batches(
    own: Settings, span: Span, wave: frozenset[Place]
) -> AsyncIterator[list[tuple[RawMessage, Event[Replayed]]]]:
    """Yield the records of a wave; reading ends with the last of them."""
    left = set(wave)
    batch: list[tuple[RawMessage, Event[Replayed]]] = []
    held = 0
    partitions = sorted({partition for partition, _ in wave})
    async with aclosing(read(own, span.topic, partitions=partitions, since=span.since)) as messages:
        async for message in messages:
            place = message.partition, message.offset
            if place not in left:
                continue
            left.discard(place)
            if (event := readable(message)) is not None:
                batch.append((message, event))
                held += len(message.value or b"")
            if len(batch) >= BATCH or held >= BATCH_BYTES:
                yield batch
                batch, held = [], 0
            if not left:
                break
    if batch:
        yield batch


async def _write(
    outbox: Outbox,
    span: Span,
    batch: Sequence[tuple[RawMessage, Event[Replayed]]],
    before: Written,
    at: datetime,
) -> Written:
    """Write a batch's records, then that their tasks have begun: only of those that were written."""
    made = [remake(span, message, event, at) for message, event in batch]
    refused = await write_tasks(outbox, made, at)
    return Written(before.records + len(made) - len(refused), before.too_large + len(refused))


async def write_tasks(outbox: Outbox, made: Sequence[tuple[Wire, Task]], at: datetime) -> set[int]:
    """Write records that begin tasks, then the ledger's entries of those that were written.

    Returns:
        Positions of the records that are larger than their topic allows.
    """
    refused = await outbox.deliver([wire for wire, _ in made])
    await outbox.deliver([_begun(task, at) for place, (_, task) in enumerate(made) if place not in refused])
    return refused


def _begun(task: Task, at: datetime) -> Wire:
    record = ledger_record(task.task_id, State.DISCOVERED, SOURCE, at, task=task)
    return encode(record, cause=task.task_id, source=SOURCE, at=at)
