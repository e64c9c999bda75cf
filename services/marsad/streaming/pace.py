"""Giving records back to running services no faster than they are read."""

import asyncio
from collections.abc import Callable, Collection

from marsad.settings import Settings
from marsad.streaming.lag import lags

AHEAD = 1_000  # records that may wait before the service that reads a topic: what is new comes after no more of them
LOOK_EVERY_S = 1.0


async def until_read(own: Settings, topics: Collection[str], waiting: Callable[[int], None]) -> None:
    """Wait until few enough records wait before the readers of these topics.

    Args:
        own: where the broker is.
        topics: short names.
        waiting: is told each time how many records wait.

    Raises:
        BrokerUnavailable: Kafka is away.
    """
    while True:
        number = sum(lag.waiting for lag in await lags(own) if lag.topic in topics)
        waiting(number)
        if number <= AHEAD:
            return
        await asyncio.sleep(LOOK_EVERY_S)
