"""Pauses grow to their bound, spread out, and are never nothing."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.streaming.backoff import FIRST_S, Backoff

longest = st.floats(0.001, 3_600)


@given(longest, st.integers(1, 40))
def test_every_pause_is_between_half_a_step_and_the_step(longest_s: float, count: int) -> None:
    """Steps double from the first one and stop at the longest; the jitter takes off at most half."""
    backoff = Backoff(longest_s)
    for number in range(count):
        step = min(FIRST_S * 2**number, longest_s)

        assert step / 2 <= backoff.next_s() <= step


@given(longest)
def test_after_a_long_outage_pauses_stay_at_the_bound(longest_s: float) -> None:
    """An outage of hours neither overflows nor outgrows what was set."""
    backoff = Backoff(longest_s)
    pauses = [backoff.next_s() for _ in range(5_000)]

    assert max(pauses) <= longest_s
    assert min(pauses[-100:]) >= longest_s / 2


def test_two_services_do_not_come_back_at_the_same_moment() -> None:
    """Jitter spreads those who wait for the same server."""
    assert len({Backoff(10).next_s() for _ in range(50)}) > 1


async def test_a_pause_sleeps_for_its_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pause` sleeps once, for a pause of the series."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    backoff = Backoff(10)
    await backoff.pause()
    await backoff.pause()

    assert FIRST_S / 2 <= slept[0] <= FIRST_S
    assert FIRST_S <= slept[1] <= 2 * FIRST_S
