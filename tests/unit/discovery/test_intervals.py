"""When lists are asked again."""

import random

import pytest

from marsad.discovery.intervals import FIRST, LEAST_AT_MOST_S, SPREAD, after, fresh_for_s, spread
from support.payloads import NOON

FLOOR, CEILING = 60.0, 1_800.0
TODAY = "Sun, 01 Mar 2026 12:00:00 GMT"


def step(interval_s: float, *, changed: bool) -> float:
    """Return the next interval between the usual bounds."""
    return after(interval_s, changed=changed, floor_s=FLOOR, ceiling_s=CEILING)


def test_news_shortens_and_silence_lengthens() -> None:
    """Down to the floor, up to the ceiling, and never beyond."""
    busy = quiet = FLOOR * FIRST
    for _ in range(30):
        assert FLOOR <= step(busy, changed=True) <= busy
        assert quiet <= step(quiet, changed=False) <= CEILING
        busy, quiet = step(busy, changed=True), step(quiet, changed=False)

    assert (busy, quiet) == (FLOOR, CEILING)


@pytest.mark.parametrize("gap_s", [1_200.0, 3_600.0])
def test_it_settles_where_one_answer_in_five_brings_news(gap_s: float) -> None:
    """So news waits for about a sixth of the time between two of them, by a simulation with a fixed seed."""
    rng = random.Random(6)  # noqa: S311 - no secret
    clock = asked = brought = waited = came = 0.0
    interval, upcoming = FLOOR * FIRST, rng.expovariate(1 / gap_s)
    while asked < 4_000:
        clock, asked = clock + interval, asked + 1
        news = upcoming <= clock
        while upcoming <= clock:
            waited, came = waited + clock - upcoming, came + 1
            upcoming += rng.expovariate(1 / gap_s)
        brought += news
        interval = step(interval, changed=news)

    assert 0.15 < brought / asked < 0.27
    assert waited / came < 0.2 * gap_s


def test_the_wait_is_spread_upwards_by_lot() -> None:
    """The same lot gives the same wait, others fall elsewhere, none below the interval."""
    waits = {lot: spread(100, 0, 0, CEILING, str(lot)) for lot in range(200)}

    assert waits == {lot: spread(100, 0, 0, CEILING, str(lot)) for lot in range(200)}
    assert 100 <= min(waits.values()) < 101
    assert 100 * (1 + SPREAD) - 1 < max(waits.values()) <= 100 * (1 + SPREAD)


def test_what_a_list_asks_for_is_the_least() -> None:
    """Up to a quarter of a day: many caches are told a year for everything."""
    assert spread(60, 3_600, 0, CEILING, "x") >= 3_600
    assert spread(60, 31_536_000, 0, CEILING, "x") <= LEAST_AT_MOST_S * (1 + SPREAD)


def test_failures_double_the_wait_up_to_the_ceiling() -> None:
    """And no number of them overflows."""
    waits = [spread(60, 0, failures, CEILING, "x") for failures in (0, 1, 2, 3, 9, 10**6)]

    assert waits[1] == pytest.approx(2 * waits[0])
    assert waits[-2] == waits[-1] <= CEILING * (1 + SPREAD)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'public, MAX-AGE="600"', "age": "200"}, 400),
        ({"cache-control": "max-age=600", "age": "900"}, 0),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "no-store"}, 0),
        ({"cache-control": "max-age=x"}, 0),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "max-age=٣"}, 0),
        ({"expires": "Sun, 01 Mar 2026 12:30:00 GMT"}, 1_800),
        ({"expires": "Sun, 01 Mar 2026 12:30:00 GMT", "date": "Sun, 01 Mar 2026 12:20:00 GMT"}, 600),
        ({"expires": "Sun, 01 Mar 2026 12:30:00 GMT", "cache-control": "max-age=60"}, 60),
        ({"expires": "Sun, 01 Mar 2020 12:30:00 GMT"}, 0),
        ({"expires": "0"}, 0),
        ({"expires": "-1", "date": "x"}, 0),
        ({"expires": "Sun, 01 Mar 99999 12:30:00 GMT"}, 0),
        ({"expires": TODAY, "date": "x"}, 0),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], seconds: float) -> None:
    """As RFC 9111, 4.2.1, has it; what cannot be read promises nothing."""
    assert fresh_for_s(headers, NOON) == seconds
