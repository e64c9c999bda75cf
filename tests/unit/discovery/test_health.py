"""Which lists and outlets are called sick."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marsad.contracts.states import State
from marsad.discovery.health import FeedState, judge, jumped, sick_lists, sick_outlets
from marsad.discovery.polls import Poll
from marsad.discovery.rhythm import Rhythm
from marsad.discovery.schedule import Source
from support.payloads import minutes

HOUR = 60.0
URL = "https://ajil.example/rss"


def hourly(days: int = 20) -> Rhythm:
    """Return the rhythm of a feed that brought news each hour until noon."""
    rhythm = Rhythm(minutes(-days * 24 * HOUR).isoformat(), minutes(-days * 24 * HOUR).isoformat())
    for hour in range(-days * 24 + 1, 1):
        rhythm = rhythm.arrived(minutes(hour * HOUR))
    return rhythm


WELL = Poll(URL, minutes(0).isoformat(), rhythm=hourly())


@pytest.mark.parametrize(
    ("poll", "state"),
    [
        (None, FeedState.NEW),
        (Poll(URL, minutes(0).isoformat()), FeedState.NEW),
        (WELL, FeedState.OK),
        (replace(WELL, failures=2, barren=1), FeedState.OK),
        (replace(WELL, failures=3, failure="gone http_410"), FeedState.FAILING),
        (Poll(URL, minutes(0).isoformat(), failures=3), FeedState.FAILING),
        (replace(WELL, barren=2), FeedState.UNUSABLE),
        (replace(WELL, barren=2, failures=3), FeedState.FAILING),
    ],
)
def test_each_state(poll: Poll | None, state: FeedState) -> None:
    """The gravest counts; a slip of the site's is none."""
    assert judge(poll, minutes(30))[0] is state


def test_silence_is_seen_without_any_answer() -> None:
    """It is time that passes, and the last news that is told."""
    state, detail = judge(WELL, minutes(10 * HOUR))

    assert state is FeedState.SILENT
    assert "2026-03-01T12:00Z" in detail
    assert "about 8 times was usual" in detail


def test_lists_are_named_in_order_and_new_ones_are_not() -> None:
    """Each with its outlet and why."""
    sources = [Source(f"{URL}/{number}", "ajil") for number in range(3)]
    polls = {sources[0].id: WELL, sources[2].id: replace(WELL, failures=3, failure="blocked http_403")}
    (found,) = sick_lists(sources, polls, minutes(1))

    assert (found.outlet, found.state, found.url) == ("ajil", "failing", sources[2].url)
    assert found.detail == "3 requests in a row: blocked http_403"


@pytest.mark.parametrize(
    ("blocked", "of", "before", "of_before", "is_jump"),
    [
        (0, 100, 0, 1_000, False),
        (4, 4, 0, 1_000, False),
        (20, 20, 0, 1_000, True),
        (3, 100, 0, 1_000, False),
        (30, 100, 10, 1_000, True),
        (30, 100, 280, 1_000, False),
        (95, 100, 400, 1_000, True),
        (100, 100, 990, 1_000, False),
        (20, 20, 0, 0, True),
        (0, 0, 0, 0, False),
    ],
)
def test_a_jump_is_told_from_few_pages_and_from_old_habits(
    blocked: int, of: int, before: int, of_before: int, is_jump: bool
) -> None:
    """A wall that goes up is seen; four pages prove nothing, and a paper that sells its pages always blocks some."""
    recent = {State.BLOCKED: blocked, State.INDEXED: of - blocked}
    usual = {State.BLOCKED: before, State.INDEXED: of_before - before}

    assert jumped(recent, usual) is is_jump


def test_outlets_are_named() -> None:
    """Those that nobody asked lately are not."""
    wall = {"ajil": {State.BLOCKED: 30, State.INDEXED: 10}, "sada": {State.INDEXED: 40}}

    (found,) = sick_outlets(wall, {"sada": {State.BLOCKED: 9}, "nawa": {State.BLOCKED: 9}})
    assert (found.outlet, found.state, found.url) == ("ajil", "blocked", None)
    assert found.detail == "30 of the last 40 pages are blocked"


def test_a_holiday_is_learned() -> None:
    """A feed that came back after a long pause is well at once."""
    back = minutes(0) + timedelta(days=4)
    assert judge(WELL, back)[0] is FeedState.SILENT
    assert judge(replace(WELL, rhythm=hourly().arrived(back)), back)[0] is FeedState.OK
