"""Batches of the window engine that may fill before they are handed out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from marsad.streaming import window_runner as module
from marsad.streaming.effects import RawMessage
from marsad.streaming.service import Source
from marsad.streaming.window_runner import Partition
from unit.streaming.windows import NOW_S, Work, messages, settle, unused


@pytest.fixture
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock long before the next multiple of an hour."""
    monkeypatch.setattr(module, "time", lambda: NOW_S - NOW_S % 3_600)


@asynccontextmanager
async def partition(work: Any, batch: int, within_s: float) -> AsyncIterator[Partition]:
    """Run one partition of `ledger` and close it."""
    failures: list[BaseException] = []
    own = Partition(Source("ledger", unused, batch, within_s=within_s), work, failures.append)
    try:
        yield own
    finally:
        await own.close()
    assert failures == []


@pytest.mark.usefixtures("early")
async def test_a_batch_may_fill() -> None:
    """Records wait for the next moment of handing out, unless their batch is full before."""
    work = Work(is_open=True)
    async with partition(work, batch=3, within_s=3_600) as own:
        own.put(messages(0, 1))
        await settle()

        assert work.begun == []

        own.put(messages(2, 3))
        await settle()

        assert work.begun == [[0, 1, 2]]
        assert own.window.committable == 3


@pytest.mark.usefixtures("early")
async def test_a_batch_that_is_full_waits_for_nothing() -> None:
    """Under load batches go out one after the other; only the last one, not full, may fill."""
    work = Work(is_open=True)
    async with partition(work, batch=2, within_s=3_600) as own:
        own.put(messages(*range(5)))
        await settle()

        assert work.begun == [[0, 1], [2, 3]]


async def test_a_batch_does_not_wait_for_ever_to_fill() -> None:
    """At the next multiple of the time what is there goes out."""
    begun: asyncio.Queue[list[int]] = asyncio.Queue()

    class Telling:
        async def process(self, batch: list[RawMessage]) -> None:
            begun.put_nowait([message.offset for message in batch])

    async with partition(Telling(), batch=100, within_s=0.01) as own:
        own.put(messages(0, 1))

        assert await asyncio.wait_for(begun.get(), 5) == [0, 1]


@pytest.mark.usefixtures("early")
async def test_closing_does_not_hand_out_what_still_fills() -> None:
    """A partition that leaves with a batch half full never began it: the next owner reads it."""
    work = Work(is_open=True)
    async with partition(work, batch=100, within_s=3_600) as own:
        own.put(messages(0, 1))
        await settle()

    assert work.begun == []
    assert own.window.committable is None


@pytest.mark.usefixtures("early")
async def test_a_partition_that_fills_and_leaves_at_one_moment_is_closed() -> None:
    """The last record of a batch does not keep its partition from ending, however close the two come."""
    async with partition(Work(is_open=True), batch=3, within_s=3_600) as own:
        own.put(messages(0))
        await settle()
        own.put(messages(1, 2))

        await asyncio.wait_for(own.close(), 5)
