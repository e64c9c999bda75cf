"""A timer ticks on whatever a tick does, and what it waits for is seen, though no record is in hand."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from marsad.contracts.codec import Record
from marsad.errors import SearchUnavailable
from marsad.streaming.service import Publish, Timer
from marsad.streaming.timers import keep_ticking
from marsad.telemetry.metrics import HELD
from marsad.telemetry.waits import longest

AWAY = SearchUnavailable("reading the feeds: nobody answers")


def seen_after(ends: Sequence[Exception | None]) -> tuple[str, float]:
    """Let a timer's ticks end so; return what is waited for after the last of them, and its gauge."""

    async def play() -> tuple[str, float]:
        left, all_done = list(ends), asyncio.Event()

        async def tick(_: object) -> None:
            if not left:
                all_done.set()
                await asyncio.Event().wait()  # so that nothing changes while it is looked at
            if end := left.pop(0):
                raise end

        ticking = asyncio.create_task(keep_ticking(Timer(0, tick), publish))
        await all_done.wait()
        seen = longest(), HELD.labels("elasticsearch")._value.get()
        ticking.cancel()
        await asyncio.wait([ticking])
        return (seen[0].reason if seen[0] else "", seen[1])

    return asyncio.run(play())


async def publish(records: Sequence[Record], cause: str) -> None:
    """Send nothing: these timers have no records."""


@pytest.mark.parametrize(
    ("ends", "seen"),
    [
        ([None], ("", 0.0)),
        ([AWAY], (str(AWAY), 1.0)),
        ([AWAY, AWAY, AWAY], (str(AWAY), 1.0)),
        ([AWAY, None], ("", 0.0)),
        ([AWAY, ValueError("ours")], ("", 0.0)),
        ([ValueError("ours"), AWAY], (str(AWAY), 1.0)),
    ],
)
def test_a_timer_waits_from_a_refusal_to_the_next_answer(
    ends: Sequence[Exception | None], seen: tuple[str, float]
) -> None:
    """Once, however often it is refused; an error of ours is no answer of a server and no wait for one."""
    assert seen_after(ends) == seen


def test_a_timer_that_is_stopped_waits_no_more() -> None:
    """A service that ends leaves no wait behind."""
    assert seen_after([AWAY])[1] == 1.0

    assert longest() is None
    assert HELD.labels("elasticsearch")._value.get() == 0.0


async def test_a_timer_that_fails_ticks_again(logs: list[dict[str, Any]]) -> None:
    """One bad tick is logged; the clock goes on."""
    ticks: list[int] = []
    enough = asyncio.Event()

    async def tick(_: Publish) -> None:
        ticks.append(len(ticks))
        if len(ticks) == 3:
            enough.set()
        raise ZeroDivisionError

    ticking = asyncio.create_task(keep_ticking(Timer(0, tick), publish))
    await enough.wait()
    ticking.cancel()
    await asyncio.wait([ticking])

    assert {line["event"] for line in logs} == {"timer_failed"}
    assert len(ticks) >= 3


async def test_a_timer_is_given_the_means_to_publish() -> None:
    """What a tick sends goes the services' way, acknowledged."""
    given: asyncio.Future[Publish] = asyncio.get_running_loop().create_future()

    async def tick(send: Publish) -> None:
        given.set_result(send)

    ticking = asyncio.create_task(keep_ticking(Timer(60, tick), publish))

    assert await given is publish

    ticking.cancel()
    await asyncio.wait([ticking])
