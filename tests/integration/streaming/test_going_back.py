"""Going back to what is committed, where nothing is: what was handed out and dropped comes again."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer

from integration.streaming.lab import Lab, found
from marsad.streaming import guard

pytestmark = pytest.mark.stack

COUNT = 10


@pytest.fixture
async def consumer(lab: Lab) -> AsyncIterator[AIOKafkaConsumer]:
    """A member of a new group, which has committed nothing."""
    await lab.write(found(COUNT))
    member = AIOKafkaConsumer(
        lab.full("urls.found"),
        bootstrap_servers=lab.settings.bootstrap(),
        group_id=lab.full("group"),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await member.start()
    yield member
    await member.stop()


async def take(consumer: AIOKafkaConsumer, count: int) -> int:
    """Return how many records come, at most so many."""
    taken = 0
    for _ in range(20):
        taken += sum(map(len, (await consumer.getmany(timeout_ms=200)).values()))
        if taken >= count:
            break
    return taken


async def test_what_was_dropped_comes_again(consumer: AIOKafkaConsumer) -> None:
    """All records are handed out once more: the group has committed none of them."""
    assert await take(consumer, COUNT) == COUNT
    await guard._seek_back(consumer)

    assert await take(consumer, COUNT) == COUNT


async def test_the_client_alone_would_lose_it(consumer: AIOKafkaConsumer) -> None:
    """It says that nothing is committed, and goes on behind what it has handed out."""
    assert await take(consumer, COUNT) == COUNT
    committed = await guard._seek_to_committed(consumer)

    assert set(committed.values()) == {None}
    assert await take(consumer, 1) == 0
