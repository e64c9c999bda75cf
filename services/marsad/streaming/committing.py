"""Faust's commits: given up while the broker is away, and taken for done only where they were.

aiokafka 0.14.0 waits for the group's coordinator without end, Faust 0.15.3 for aiokafka; a service that is stopped
meanwhile would wait for its last commit until the broker is back. A commit that fails or is given up only means that
records are delivered again. Faust would note its offsets as committed all the same and not send them again before
newer ones come, so that a service that has done everything seemed to lag.
"""

import asyncio
from collections.abc import Mapping

from faust.transport.consumer import Consumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

COMMIT_S = 5.0

_commit = AIOKafkaConsumerThread._commit  # noqa: SLF001 - there is no public seam
_commit_offsets = Consumer._commit_offsets  # noqa: SLF001


async def _commit_in_time(thread: AIOKafkaConsumerThread, offsets: Mapping[TP, int]) -> bool:
    try:
        return await asyncio.wait_for(_commit(thread, offsets), COMMIT_S)
    except TimeoutError:
        return False


async def _commit_and_note(consumer: Consumer, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
    noted = consumer._committed_offset  # noqa: SLF001
    before = {partition: noted[partition] for partition in offsets}
    committed = await _commit_offsets(consumer, offsets, start_new_transaction)
    if not committed:
        noted.update(before)
    return committed


def install() -> None:
    """Replace how Faust commits, for this process."""
    for owner, seam, ours in (
        (AIOKafkaConsumerThread, "_commit", _commit_in_time),
        (Consumer, "_commit_offsets", _commit_and_note),
    ):
        setattr(owner, seam, ours)  # there is no public seam to assign to
