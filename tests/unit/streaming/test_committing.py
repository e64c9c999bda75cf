"""Faust's commits end while the broker is away, and count only where they were made."""

import asyncio
from collections.abc import Mapping, Sequence
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
    monkeypatch.setattr(Consumer, "_commit_offsets", Consumer._commit_offsets)
    monkeypatch.setattr(committing, "COMMIT_S", 0.05)
    committing.install()


class Broker:
    """Stands for aiokafka's consumer: it commits, or waits for its coordinator."""

    def __init__(self, *, away: bool) -> None:
        self.away = away
        self.committed: list[object] = []

    async def commit(self, offsets: object) -> None:
        if self.away:
            await asyncio.Event().wait()
        self.committed.append(offsets)


def make_thread(broker: Broker) -> Any:
    """Return Faust's thread around a broker, without a thread."""
    thread: Any = object.__new__(AIOKafkaConsumerThread)
    thread._consumer = broker
    thread.tp_last_committed_at = {}
    thread._ensure_consumer = lambda: broker
    thread.assignment = lambda: {PLACE}
    return thread


def make_consumer(answers: Sequence[bool]) -> Any:
    """Return what Faust's consumer needs in order to commit; its commits end as told."""
    told = list(answers)

    async def commit(_offsets: Mapping[TP, int]) -> bool:
        return told.pop(0)

    async def flush() -> None:
        """Nothing is buffered."""

    return SimpleNamespace(
        _committed_offset={PLACE: 5},
        _commit=commit,
        assignment=lambda: {PLACE},
        in_transaction=False,
        log=SimpleNamespace(dev=lambda *_: None, isEnabledFor=lambda _: False),
        app=SimpleNamespace(
            producer=SimpleNamespace(flush=flush),
            tables=SimpleNamespace(on_commit=lambda _: None),
            monitor=SimpleNamespace(on_tp_commit=lambda _: None),
        ),
    )


async def test_a_commit_is_made() -> None:
    """As before, where the broker is there."""
    broker = Broker(away=False)

    assert await make_thread(broker)._commit({PLACE: 7})
    assert len(broker.committed) == 1


async def test_a_commit_is_given_up_while_the_broker_is_away() -> None:
    """It says that nothing was committed, and whoever stops the service goes on."""
    broker = Broker(away=True)

    assert not await asyncio.wait_for(make_thread(broker)._commit({PLACE: 7}), 5)
    assert broker.committed == []


async def test_offsets_count_as_committed_where_they_were() -> None:
    """The next commit starts from there."""
    consumer = make_consumer([True])

    assert await Consumer._commit_offsets(consumer, {PLACE: 7})
    assert consumer._committed_offset == {PLACE: 7}


async def test_offsets_of_a_commit_that_failed_are_committed_next_time() -> None:
    """Although no newer record comes: else everything was done, and a lag stayed."""
    consumer = make_consumer([False, True])

    assert not await Consumer._commit_offsets(consumer, {PLACE: 7})
    assert consumer._committed_offset == {PLACE: 5}
    assert Consumer._should_commit(consumer, PLACE, 7)
    assert await Consumer._commit_offsets(consumer, {PLACE: 7})
    assert consumer._committed_offset == {PLACE: 7}


def test_the_seams_in_faust_are_where_we_replace_them() -> None:
    """A newer Faust that looks at what a commit returned needs none of this."""
    noted = '            on_timeout.info("-consumer.commit()")\n            if did_commit:'
    assert noted in getsource(committing._commit_offsets)
    assert "\n        self._committed_offset.update(committable_offsets)" in getsource(committing._commit_offsets)
    assert "await consumer.commit(aiokafka_offsets)" in getsource(committing._commit)
