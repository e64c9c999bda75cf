"""Faust's commits end when the service stops, and not before they are made."""

import asyncio
from inspect import getsource
from types import SimpleNamespace
from typing import Any

import pytest
from faust.transport.consumer import Consumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

from marsad.streaming import committing

PLACE = TP("pages.fetched", 1)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the commits for one test, and lose no time over them."""
    monkeypatch.setattr(AIOKafkaConsumerThread, "_commit", AIOKafkaConsumerThread._commit)  # undone after the test
    monkeypatch.setattr(committing, "COMMIT_S", 0.05)
    monkeypatch.setattr(committing, "LOOK_EVERY_S", 0.01)
    committing.install()


class Broker:
    """Stands for aiokafka's consumer: it commits once its broker is there."""

    def __init__(self, *, there: bool) -> None:
        self.there = asyncio.Event()
        self.committed: list[object] = []
        if there:
            self.there.set()

    async def commit(self, offsets: object) -> None:
        await self.there.wait()
        self.committed.append(offsets)


def make_thread(broker: Broker, *, stopping: bool = False) -> Any:
    """Return Faust's thread around a broker, without a thread."""
    thread: Any = object.__new__(AIOKafkaConsumerThread)
    thread.app = SimpleNamespace(should_stop=stopping)
    thread.tp_last_committed_at = {}
    thread._ensure_consumer = lambda: broker
    thread.assignment = lambda: {PLACE}
    return thread


@pytest.mark.parametrize("stopping", [False, True])
async def test_a_commit_is_made(*, stopping: bool) -> None:
    """Where the broker is there, the last one too."""
    broker = Broker(there=True)

    assert await make_thread(broker, stopping=stopping)._commit({PLACE: 7})
    assert len(broker.committed) == 1


async def test_a_running_service_waits_for_its_commit() -> None:
    """However long the broker is away: Faust would not commit these offsets another time."""
    broker = Broker(there=False)
    commit = asyncio.create_task(make_thread(broker)._commit({PLACE: 7}))
    await asyncio.sleep(0.1)
    waiting = not commit.done()
    broker.there.set()

    assert waiting
    assert await commit
    assert len(broker.committed) == 1


async def test_a_service_that_stops_gives_its_commit_up() -> None:
    """Also one that was under way already; nothing is left behind that would commit later."""
    broker = Broker(there=False)
    thread = make_thread(broker)
    commit = asyncio.create_task(thread._commit({PLACE: 7}))
    await asyncio.sleep(0.05)
    thread.app.should_stop = True

    assert not await asyncio.wait_for(commit, 5)
    broker.there.set()
    await asyncio.sleep(0.05)
    assert broker.committed == []


async def test_a_cancelled_commit_leaves_nothing_behind() -> None:
    """Whoever waits for it may be cancelled."""
    broker = Broker(there=False)
    commit = asyncio.create_task(make_thread(broker)._commit({PLACE: 7}))
    await asyncio.sleep(0.05)
    commit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await commit
    broker.there.set()
    await asyncio.sleep(0.05)

    assert broker.committed == []


def test_the_seam_in_faust_is_where_we_replace_it() -> None:
    """A newer Faust that remembers what a failed commit held needs another answer."""
    assert "await consumer.commit(aiokafka_offsets)" in getsource(committing._commit)
    assert "\n        self._committed_offset.update(committable_offsets)" in getsource(Consumer._commit_offsets)
