"""Faust must not skip a record: where it does, the process ends before it could commit past the gap.

Faust takes offsets that are missing for compaction and marks them acknowledged (`Consumer._add_gap`). None of our
input topics is compacted in a way that Faust reads, so a gap is always a lost record (upstream issues 216, 221, 312
and 596). The committed offset still points before it, so the restarted process reads it again. One gap is of another
kind: what expired unread is gone from the broker, and a process that ended at it would end there at every start. It is
told, and passed over as Faust does.

Faust's iterator in plain Python (used where its extension was not built) also acknowledges what it drops because it
was read under a former assignment. The new assignment reads such a record again, so that acknowledgement, which nobody
has earned, must not count.

What Faust has fetched when a rebalance begins it drops, and goes back to the committed offset. aiokafka goes nowhere
where nothing is committed yet: what was dropped would be lost, and the first commit pass it. There it begins anew.
"""

import logging
import os
from collections.abc import Callable
from typing import NoReturn

from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.transport.consumer import Consumer
from faust.types.tuples import TP, Message

from marsad.telemetry import logger

EXIT_SKIPPED = 70  # sysexits.h, EX_SOFTWARE

log = logger(__name__)


def end_process(message: str) -> NoReturn:
    """End this process at once: no handler runs, nothing is committed."""
    log.critical("process_ended", detail=message)
    logging.shutdown()
    os._exit(EXIT_SKIPPED)


_add_gap = Consumer._add_gap  # noqa: SLF001 - there is no public seam


async def _refuse_gap(consumer: Consumer, tp: TP, offset_from: int, offset_to: int) -> None:
    """End the process, unless the broker itself no longer has what is missing."""
    if (await consumer.earliest_offsets(tp))[tp] < offset_to:
        end_process(f"Faust skipped offsets {offset_from} to {offset_to - 1} of {tp}")
    log.critical("records_expired", topic=tp.topic, partition=tp.partition, kept_from=offset_to)
    await _add_gap(consumer, tp, offset_from, offset_to)


_ack = Consumer.ack


def _ack_of_this_assignment(consumer: Consumer, message: Message) -> bool:
    return message.generation_id == consumer.app.consumer_generation_id and _ack(consumer, message)


_seek_to_committed = AIOKafkaConsumer.seek_to_committed


async def _seek_back(consumer: AIOKafkaConsumer, *partitions: TopicPartition) -> dict[TopicPartition, int | None]:
    committed: dict[TopicPartition, int | None] = await _seek_to_committed(consumer, *partitions)
    if fresh := [partition for partition, offset in committed.items() if not offset]:
        await consumer.seek_to_beginning(*fresh)
    return committed


def install() -> None:
    """Replace Faust's handling of gaps and of former assignments, and aiokafka's going back, for this process."""
    setattr(AIOKafkaConsumer, "seek_to_committed", _seek_back)  # noqa: B010 - there is no public seam to assign to
    for seam, ours in (("_add_gap", _refuse_gap), ("ack", _ack_of_this_assignment)):
        setattr(Consumer, seam, ours)  # there is no public seam to assign to


class Contiguity:
    """Watches that each partition's offsets follow one another between two assignments."""

    def __init__(self, end: Callable[[str], object] = end_process) -> None:
        self._last: dict[tuple[str, int], int] = {}
        self._end = end

    def forget(self) -> None:
        """Start anew: after an assignment a partition begins where its committed offset stands."""
        self._last.clear()

    def check(self, topic: str, partition: int, offset: int) -> None:
        """Take note of a record; end the process where one before it is missing. An older one is a redelivery."""
        last = self._last.get((topic, partition))
        if last is not None and offset > last + 1:
            self._end(f"offset {offset} of {topic}[{partition}] came after {last}")
        self._last[topic, partition] = offset
