"""The newsroom's clock in the demo."""

from datetime import UTC, datetime, timedelta

import pytest

from marsad.demo import clock as module
from marsad.demo.clock import HeldClock

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The real time, moved by a test."""
    now = [START]
    monkeypatch.setattr(module, "utc_now", lambda: now[0])
    return now


def test_it_stands_still_until_it_is_released(real: list[datetime]) -> None:
    """However long the services take to start, the newsroom has not begun."""
    clock = HeldClock()
    real[0] += timedelta(seconds=90)

    assert clock() == START


def test_then_it_runs_without_a_jump(real: list[datetime]) -> None:
    """Nothing is skipped: what was planned for the tenth second comes ten seconds after the release."""
    clock = HeldClock()
    real[0] += timedelta(seconds=90)
    clock.release()
    real[0] += timedelta(seconds=10)

    assert clock() == START + timedelta(seconds=10)


def test_a_second_release_changes_nothing(real: list[datetime]) -> None:
    """It is released at every look; only the first counts."""
    clock = HeldClock()
    clock.release()
    real[0] += timedelta(seconds=10)
    clock.release()

    assert clock() == START + timedelta(seconds=10)
