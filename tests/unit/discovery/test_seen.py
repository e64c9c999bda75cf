"""Tests of the decision whether a URL is handed on."""

from marsad.discovery.seen import Seen, hand_on
from support.payloads import minutes

URL = "https://ajil.example/a"
FIRST = Seen(URL, "task-1", minutes(0).isoformat(), 1)


def test_a_new_url_is_handed_on() -> None:
    """A URL without an entry gets one, dated now."""
    assert hand_on(None, URL, "task-1", minutes(0), revisit_s=60, again=False) == FIRST


def test_a_redelivery_is_handed_on_as_it_was() -> None:
    """The same task coming again meets its own entry and changes nothing."""
    assert hand_on(FIRST, URL, "task-1", minutes(9), revisit_s=3_600, again=False) is FIRST


def test_another_task_within_the_interval_is_held_back() -> None:
    """One second before the interval is over the URL is still seen."""
    assert hand_on(FIRST, URL, "task-2", minutes(59.9), revisit_s=3_600, again=False) is None


def test_after_the_interval_the_url_is_due() -> None:
    """At the end of the interval the URL is handed on to the new task, counted."""
    after = hand_on(FIRST, URL, "task-2", minutes(60), revisit_s=3_600, again=False)

    assert after == Seen(URL, "task-2", minutes(60).isoformat(), 2)


def test_a_clock_that_was_ahead_does_not_hide_a_url() -> None:
    """An entry of next year would hold the URL back until then; one of a clock a little ahead still does."""
    ahead = Seen(URL, "task-1", minutes(365 * 24 * 60).isoformat(), 1)

    assert hand_on(ahead, URL, "task-2", minutes(0), revisit_s=3_600, again=False) is not None
    assert hand_on(FIRST, URL, "task-2", minutes(-1), revisit_s=3_600, again=False) is None


def test_again_overrides_the_interval() -> None:
    """An operator's `--again` hands on at once."""
    after = hand_on(FIRST, URL, "task-2", minutes(1), revisit_s=3_600, again=True)

    assert after is not None
    assert after.times == 2


def test_an_entry_survives_its_state() -> None:
    """What is written is what is read."""
    assert Seen.of(FIRST.source()) == FIRST
