"""When a feed's silence is an alarm, on simulated timelines."""

import json
from datetime import timedelta

import pytest

from marsad.discovery.rhythm import FEWEST, Rhythm
from unit.discovery.timelines import FEEDS, START, watch

ALIVE, DEAD = 60.0, 30.0
FOUND_WITHIN_H = {
    "agency, 120 a day round the clock": 8,
    "broadcaster, 60 a day, quiet nights": 24,
    "paper, 30 a day by day, rests Friday and Saturday": 96,
    "paper, once a day at 02h": 10 * 24,
    "magazine, 3 a day": 7 * 24,
    "bursts without a rule": 5 * 24,
}


@pytest.mark.parametrize(("name", "within_h"), FOUND_WITHIN_H.items(), ids=FOUND_WITHIN_H)
def test_a_dead_feed_is_noticed_and_a_living_one_hardly_ever(name: str, within_h: float) -> None:
    """Two lives of sixty days with nights and days of rest: at most one false alarm together, and death is found."""
    told = [watch(name, seed, ALIVE, DEAD) for seed in (1, 2)]
    print(name, told)

    assert sum(one.false for one in told) <= 1
    assert all(one.after_h is not None and one.after_h <= within_h for one in told)


def test_a_weekly_column_is_no_alarm() -> None:
    """Months of it say little, so little is said."""
    assert watch("column, once a week", 1, ALIVE, 0).false == 0
    assert set(FEEDS) == {*FOUND_WITHIN_H, "column, once a week"}


def daily(days: int) -> Rhythm:
    """Return the rhythm of ten arrivals on each of some days, from 08h to 17h."""
    rhythm = Rhythm(START.isoformat(), START.isoformat())
    for day in range(days):
        for hour in range(8, 18):
            rhythm = rhythm.arrived(START + timedelta(days=day, hours=hour))
    return rhythm


def test_a_night_counts_for_nothing() -> None:
    """What is missing grows in the hours that usually bring news alone."""
    rhythm = daily(28)
    evening, morning = START + timedelta(days=27, hours=19), START + timedelta(days=28, hours=7)

    assert rhythm.missing(morning) - rhythm.missing(evening) < 0.3
    assert 8 < rhythm.missing(START + timedelta(days=28, hours=18)) < 12


def test_weeks_of_silence_are_counted_whole() -> None:
    """As the hours of each would be, one by one."""
    rhythm = daily(28)
    last = START + timedelta(days=27, hours=17)

    three = rhythm.missing(last + timedelta(weeks=3))
    assert three == pytest.approx(3 * rhythm.missing(last + timedelta(weeks=1)), rel=0.01)
    assert three == pytest.approx(210, rel=0.05)


def test_little_is_known_of_a_young_feed() -> None:
    """Nothing is said before ten arrivals; before a week has passed, three days of silence must be twenty pauses."""
    few = Rhythm(START.isoformat(), START.isoformat())
    for hour in range(1, FEWEST):
        few = few.arrived(START + timedelta(hours=hour))
    enough = few.arrived(START + timedelta(hours=FEWEST))

    assert not few.silent(START + timedelta(days=300))
    assert not enough.silent(START + timedelta(days=3))
    assert enough.silent(START + timedelta(days=3, hours=FEWEST))


def test_a_long_pause_that_ended_makes_patient() -> None:
    """A holiday is remembered for some weeks, and the same silence is no alarm again."""
    rhythm = daily(28)
    silence = timedelta(days=2, hours=1)
    assert rhythm.silent(START + timedelta(days=27, hours=17) + silence)

    back = rhythm.arrived(START + timedelta(days=27, hours=17) + silence)
    assert not back.silent(START + timedelta(days=27, hours=17) + 2 * silence)


def test_it_survives_being_written() -> None:
    """As JSON, and smaller than two kilobytes."""
    rhythm = daily(20)
    text = json.dumps(rhythm.source())

    assert Rhythm.of(json.loads(text)) == rhythm
    assert len(text) < 2_000


def test_time_does_not_run_backwards() -> None:
    """An answer that comes late changes nothing."""
    rhythm = daily(2)

    assert rhythm.arrived(START) == rhythm
