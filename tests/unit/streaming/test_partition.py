"""One partition of the window engine: order, what is under way at once, lanes, pressure, closing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from marsad.streaming import window_runner as module
from marsad.streaming.service import Source
from marsad.streaming.window_runner import QUEUED, QUEUED_BYTES, SPAN, Partition
from unit.streaming.doubles import make_message
from unit.streaming.windows import NOW_S, Work, messages, settle, unused


class Watched(Partition):
    """A partition whose failures can be looked at."""

    failures: list[BaseException]


@asynccontextmanager
async def partition(work: Any, **source: Any) -> AsyncIterator[Watched]:
    """Run one partition of `urls.discovered` and close it."""
    failures: list[BaseException] = []
    own = Watched(Source("urls.discovered", unused, **source), work, failures.append)
    own.failures = failures
    try:
        yield own
    finally:
        await own.close()


class Clock:
    """Time that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOW_S
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the runner's clock at NOW_S."""
    clock = Clock()

    class Sleeping:
        """asyncio with our sleep."""

        sleep = staticmethod(clock.sleep)

        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

    monkeypatch.setattr(module, "time", clock.time)
    monkeypatch.setattr(module, "asyncio", Sleeping())
    return clock


async def test_batches_are_filled_in_order() -> None:
    """Records go out in the order of their offsets, as many at once as the source allows."""
    work = Work(is_open=True)
    async with partition(work, batch=3) as own:
        own.put(messages(*range(7)))
        await settle()

    assert work.begun == [[0, 1, 2], [3, 4, 5], [6]]
    assert own.window.committable == 7


async def test_one_batch_in_flight_keeps_the_order() -> None:
    """By default the next batch begins when the one before has settled."""
    work = Work()
    async with partition(work) as own:
        own.put(messages(0, 1))
        await settle()

        assert work.begun == [[0]]
        assert own.window.committable == 0

        work.finish(0)
        await settle()

        assert work.begun == [[0], [1]]
        assert own.window.committable == 1
        work.finish(1)


async def test_many_in_flight_do_not_wait_for_a_slow_one() -> None:
    """A slow record holds the committable offset, not the others."""
    work = Work()
    async with partition(work, in_flight=3) as own:
        own.put(messages(*range(6)))
        await settle()

        assert work.begun == [[0], [1], [2]]

        for offset in (1, 2, 3, 4):
            work.finish(offset)
        await settle()

        assert work.begun == [[0], [1], [2], [3], [4], [5]]
        assert own.window.committable == 0

        work.finish(0)
        await settle()

        assert own.window.committable == 5
        work.finish(5)


async def test_a_slow_record_holds_back_a_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be delivered again after a crash stays countable."""
    monkeypatch.setattr(module, "SPAN", 4)
    work = Work()
    async with partition(work, in_flight=100) as own:
        own.put(messages(*range(10)))
        for offset in range(1, 10):
            work.finish(offset)
        await settle()

        assert work.begun == [[0], [1], [2], [3]]

        work.finish(0)
        await settle()

        assert own.window.committable == 10
    assert SPAN > 100


async def test_a_lane_waits_until_its_record_is_due(clock: Clock) -> None:
    """A record is handled a fixed time after it was written, not after it was read."""
    work = Work(is_open=True)
    async with partition(work, delay_s=60) as own:
        own.put(messages(0, written_s=NOW_S - 20))
        await settle()

    assert clock.slept == [40]
    assert work.begun == [[0]]


async def test_a_lane_hands_out_only_what_is_due(clock: Clock) -> None:
    """A batch ends before the first record that is not due yet."""
    work = Work(is_open=True)
    async with partition(work, delay_s=60, batch=10) as own:
        own.put([*messages(0, 1, written_s=NOW_S - 70), *messages(2, written_s=NOW_S - 50)])
        await settle()

    assert work.begun == [[0, 1], [2]]
    assert clock.slept == [10]


@pytest.mark.parametrize("ahead_s", [1, 86_400, 10**9])
async def test_a_writers_clock_ahead_adds_nothing(clock: Clock, ahead_s: int) -> None:
    """A record stamped in the future waits for its lane's delay, never for its stamp."""
    work = Work(is_open=True)
    async with partition(work, delay_s=60) as own:
        own.put(messages(0, written_s=NOW_S + ahead_s))
        await settle()

    assert clock.slept == [60]
    assert work.begun == [[0]]


@pytest.mark.parametrize("stamp_s", [-0.001, 0, NOW_S + 10**9])
async def test_without_a_delay_nobody_waits(clock: Clock, stamp_s: float) -> None:
    """Records without a time, or with an absurd one, are handled at once."""
    work = Work(is_open=True)
    async with partition(work) as own:
        own.put(messages(0, written_s=stamp_s))
        await settle()

    assert (work.begun, clock.slept) == ([[0]], [])


async def test_a_full_queue_says_so() -> None:
    """Neither many records nor large ones pile up in memory."""
    async with partition(Work()) as own:
        empty = own.full
        own.put(messages(*range(QUEUED + 1)))

        assert (empty, own.full) == (False, True)
    async with partition(Work()) as own:
        own.put(messages(0, 1, value=b"x" * (QUEUED_BYTES // 2)))

        assert own.full


async def test_a_queue_that_was_worked_off_is_not_full() -> None:
    """Bytes are given back when records are handed out."""
    async with partition(Work(is_open=True), batch=QUEUED) as own:
        own.put([*messages(*range(QUEUED)), *messages(QUEUED, value=b"x" * QUEUED_BYTES)])
        before = own.full
        await settle()

        assert (before, own.full) == (True, False)


async def test_closing_lets_what_is_in_flight_finish() -> None:
    """Work that is nearly done is not done again by another member; what was not begun stays."""
    work = Work()
    async with partition(work, in_flight=2) as own:
        own.put(messages(0, 1, 2))
        await settle()
        work.finish(0)
        work.finish(1)

    assert work.begun == [[0], [1]]
    assert work.cancelled == []
    assert own.window.committable == 2


async def test_closing_gives_up_what_does_not_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the grace the batch is cancelled and its offset stays open: it will be delivered again."""
    monkeypatch.setattr(module, "GRACE_S", 0.01)
    work = Work()
    async with partition(work, in_flight=2) as own:
        own.put(messages(0, 1))
        await settle()
        work.finish(1)

    assert work.cancelled == [[0]]
    assert own.window.committable == 0
    assert own.failures == []


async def test_what_cannot_be_processed_fails_the_runner() -> None:
    """A dead letter that does not fit: the offset stays open, and the runner hears of it."""
    work = Work(is_open=True)
    work.error = RuntimeError("dead letter is too large")
    async with partition(work) as own:
        own.put(messages(5))
        await settle()

    assert own.failures == [work.error]
    assert own.window.committable == 5


async def test_a_pump_that_breaks_fails_the_runner() -> None:
    """An offset twice in one assignment would stall the partition silently; it ends the run instead."""
    async with partition(Work(is_open=True)) as own:
        own.put(messages(5))
        await settle()
        own.put(messages(5))
        await settle()

    assert [str(error) for error in own.failures] == ["offset 5 was delivered after 5"]


async def test_a_stamp_is_never_negative_time() -> None:
    """A record without a time (−1) is due at once in any lane."""
    message = replace(make_message(), timestamp_ms=-1)
    work = Work(is_open=True)
    async with partition(work, delay_s=60) as own:
        own.put([message])
        await settle()

    assert work.begun == [[0]]
