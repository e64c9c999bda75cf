"""Feeds that live and die on an invented calendar, for the silence of feeds. `bench/discovery` prints more of them."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp

from marsad.discovery.rhythm import Rhythm

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
STEP = timedelta(minutes=30)

Rate = Callable[[datetime, random.Random], float]
"""Arrivals an hour at a moment."""


def hours(first: int, last: int, rate: float, rest: tuple[int, ...] = (), night: float = 0.0) -> Rate:
    """Return a rate that holds in some hours of the day, with days of rest (Monday is 0)."""
    return lambda now, _: rate if first <= now.hour < last and now.weekday() not in rest else night


class Bursts:
    """Quiet and busy days follow each other without any rule: what the model does not know."""

    def __init__(self) -> None:
        self._boost = 1.0

    def __call__(self, now: datetime, rng: random.Random) -> float:
        if rng.random() < 0.01:
            self._boost = rng.choice([0.2, 0.5, 3.0])
        return 1.5 * self._boost * (1.0 if 5 <= now.hour < 20 else 0.1)


FEEDS: dict[str, Callable[[], Rate]] = {
    "agency, 120 a day round the clock": lambda: hours(0, 24, 5.0),
    "broadcaster, 60 a day, quiet nights": lambda: hours(5, 21, 3.5, night=0.4),
    "paper, 30 a day by day, rests Friday and Saturday": lambda: hours(6, 16, 3.0, rest=(4, 5)),
    "paper, once a day at 02h": lambda: hours(2, 3, 1.5),
    "magazine, 3 a day": lambda: hours(6, 16, 0.3),
    "column, once a week": lambda: hours(0, 24, 1 / 168),
    "bursts without a rule": Bursts,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one feed: false alarms while it lived, and hours from its death to the alarm, None without."""

    false: int
    after_h: float | None


def arrivals(rate: Rate, rng: random.Random, days: float) -> Iterator[tuple[datetime, bool]]:
    """Yield each look and whether it brought news."""
    now = START
    while now < START + timedelta(days=days):
        now += STEP
        yield now, rng.random() < 1 - exp(-rate(now, rng) * (STEP / timedelta(hours=1)))


def watch(name: str, seed: int, alive_days: float, dead_days: float) -> Told:
    """Follow one feed through its life and after its death."""
    rng, rate = random.Random(f"{name} {seed}"), FEEDS[name]()  # noqa: S311 - no secret
    rhythm, death = Rhythm(START.isoformat(), START.isoformat()), START + timedelta(days=alive_days)
    false, alarmed = 0, False
    for now, news in arrivals(rate, rng, alive_days + dead_days):
        if news and now < death:
            rhythm = rhythm.arrived(now)
        silent = rhythm.silent(now)
        if now >= death and silent:
            return Told(false, (now - death) / timedelta(hours=1))
        false += silent and not alarmed
        alarmed = silent
    return Told(false, None)
