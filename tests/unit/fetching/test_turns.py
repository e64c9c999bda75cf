"""Facts about turns at hosts, in virtual time."""

import asyncio
from itertools import pairwise

import pytest

from marsad.fetching.politeness import HostClocks
from marsad.fetching.turns import IN_PLACE_S, LATE_S, Turns
from support.payloads import NOON
from unit.fetching.doubles import loop_clock, simulate

HOST, PAUSE, START = "ajil.example", 2.0, NOON.timestamp()


def make_turns() -> Turns:
    """Return turns by the loop's clock."""
    return Turns(HostClocks(), loop_clock)


def now() -> float:
    """Return the loop's time."""
    return asyncio.get_running_loop().time()


async def take(turns: Turns, seconds: float, slot: float | None = None) -> tuple[float, float] | None:
    """Hold the host's turn for some seconds; return when it began and ended, or None where it was not to be had."""
    if await turns.enter(HOST, PAUSE, slot) is not None:
        return None
    started = now()
    try:
        await asyncio.sleep(seconds)
    finally:
        turns.leave(HOST, PAUSE)
    return started, now()


def test_requests_of_one_host_do_not_overlap_and_pause_in_between() -> None:
    """One at a time, in order of asking, the pause counted from the end."""

    async def main() -> list[tuple[float, float] | None]:
        turns = make_turns()
        return await asyncio.gather(*(take(turns, 0.2) for _ in range(4)))

    held = [turn for turn in simulate(main()) if turn is not None]
    assert len(held) == 4
    assert held[0][0] == pytest.approx(PAUSE)
    for (_, ended), (started, _) in pairwise(held):
        assert started - ended >= PAUSE - 1e-3


def test_a_slot_too_far_for_the_window_is_returned_untaken() -> None:
    """The task travels through lanes; the slot is far enough for one."""

    async def main() -> list[float | None]:
        turns = make_turns()
        slots = [turns.enter(HOST, 30.0, None) for _ in range(3)]
        return [await slot for slot in slots]

    slots = simulate(main())
    assert [round(slot - START) for slot in slots if slot is not None] == [30, 68, 105]


def test_a_slot_that_was_reserved_is_kept() -> None:
    """A task that comes back early for its slot gets the same slot again, and a near one is waited for."""

    async def main() -> tuple[float | None, float]:
        turns = make_turns()
        far = await turns.enter(HOST, PAUSE, START + 100)
        assert await turns.enter(HOST, PAUSE, START + IN_PLACE_S - 1) is None
        return far, now()

    far, waited = simulate(main())
    assert far == START + 100
    assert waited == pytest.approx(IN_PLACE_S - 1)


def test_a_host_that_is_late_sends_its_tasks_behind_the_others() -> None:
    """Nobody waits in the window for a host that hangs: after LATE_S there is a new slot, reachable by a lane."""

    async def main() -> tuple[float, float]:
        turns = make_turns()
        hanging = asyncio.create_task(take(turns, 1_000))
        await asyncio.sleep(PAUSE + 1)
        slot = await turns.enter(HOST, PAUSE, None)
        waited = now() - PAUSE - 1
        hanging.cancel()
        assert slot is not None
        return waited, slot - loop_clock().timestamp()

    waited, distance = simulate(main())
    assert waited <= IN_PLACE_S + LATE_S
    assert distance >= IN_PLACE_S


def test_a_host_that_rests_does_not_hold_its_tasks() -> None:
    """After a 429, tasks whose slots lie in the rest are sent behind it at once."""

    async def main() -> tuple[float | None, float]:
        turns = make_turns()
        await take(turns, 0)
        turns.push_back(HOST, PAUSE, 600)
        before = now()
        slot = await turns.enter(HOST, PAUSE, loop_clock().timestamp())
        assert now() == before
        return slot, loop_clock().timestamp()

    slot, at = simulate(main())
    assert slot is not None
    assert slot >= at + 600


def test_the_turn_is_kept_for_a_second_request_after_a_pause() -> None:
    """First robots.txt, then the page: two requests, two ends, one turn."""

    async def main() -> tuple[float, bool]:
        turns = make_turns()
        assert await turns.enter(HOST, PAUSE, None) is None
        await asyncio.sleep(1)
        other = asyncio.create_task(take(turns, 0))
        asked_robots = now()
        assert await turns.again(HOST, PAUSE) is None
        paused, kept = now() - asked_robots, not other.done()
        turns.leave(HOST, PAUSE)
        assert (await other) is not None
        return paused, kept

    paused, kept = simulate(main())
    assert paused == pytest.approx(PAUSE)
    assert kept


def test_a_long_pause_after_robots_is_spent_in_a_lane() -> None:
    """A Crawl-delay of a minute does not keep the turn, nor the window, for a minute."""

    async def main() -> float:
        turns = make_turns()
        assert await turns.enter(HOST, PAUSE, None) is None
        slot = await turns.again(HOST, 60)
        turns.leave(HOST, 60)
        assert slot is not None
        return slot - loop_clock().timestamp()

    assert simulate(main()) == pytest.approx(60, abs=1e-3)


def test_who_is_cancelled_while_waiting_or_holding_blocks_nobody() -> None:
    """A partition that leaves cancels what is in flight."""

    async def main() -> tuple[float, float] | None:
        turns = make_turns()
        holding = asyncio.create_task(take(turns, 100))
        await asyncio.sleep(PAUSE + 1)
        waiting = [asyncio.create_task(take(turns, 0)) for _ in range(3)]
        await asyncio.sleep(3)
        for task in (*waiting, holding):
            task.cancel()
        await asyncio.wait((*waiting, holding))
        assert not turns._lines
        return await take(turns, 0, slot=loop_clock().timestamp())

    assert simulate(main()) is not None


def test_lines_of_hosts_that_nobody_waits_for_are_dropped() -> None:
    """Memory follows the window, not the web."""

    async def main() -> int:
        turns = make_turns()
        await asyncio.gather(*(take(turns, 5) for _ in range(8)))
        return len(turns._lines)

    assert simulate(main()) == 0


def test_forgetting_keeps_turns_that_are_taken() -> None:
    """An assignment in the middle of a request does not let a second one through."""

    async def main() -> tuple[float, float] | None:
        turns = make_turns()
        first = asyncio.create_task(take(turns, 3))
        await asyncio.sleep(PAUSE + 1)
        turns.forget()
        second = await take(turns, 0)
        held = await first
        assert held is not None
        assert second is not None
        assert second[0] - held[1] >= PAUSE - 1e-3
        return second

    assert simulate(main()) is not None
