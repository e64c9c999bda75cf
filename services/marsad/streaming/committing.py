"""Faust's last commit must not keep a service from stopping while the broker is away.

aiokafka 0.14.0 waits for the group's coordinator without end, and Faust 0.15.3 waits for aiokafka. While a service runs
that is right: Faust forgets which records were acknowledged as soon as it has handed a commit over, so a commit that
was given up would not be made good. Once the service stops, what is not committed is delivered again.
"""

import asyncio
from collections.abc import Mapping

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

COMMIT_S = 5.0  # of a service that stops
LOOK_EVERY_S = 0.25

_commit = AIOKafkaConsumerThread._commit  # noqa: SLF001 - there is no public seam


async def _commit_or_stop(thread: AIOKafkaConsumerThread, offsets: Mapping[TP, int]) -> bool:
    """Return whether the offsets were committed; False where the service stops and the broker does not answer."""
    committing = asyncio.ensure_future(_commit(thread, offsets))
    try:
        while not thread.app.should_stop:
            await asyncio.wait({committing}, timeout=LOOK_EVERY_S)
            if committing.done():
                return committing.result()
        await asyncio.wait({committing}, timeout=COMMIT_S)
        return committing.result() if committing.done() else False
    finally:
        committing.cancel()


def install() -> None:
    """Replace how Faust commits, for this process."""
    setattr(AIOKafkaConsumerThread, "_commit", _commit_or_stop)  # noqa: B010 - there is no public seam to assign to
