"""Facts about the choice of a retry lane."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.topics import LANES
from marsad.fetching.lanes import SHORTEST_S, delay_after, lane_before


@pytest.mark.parametrize(
    ("seconds", "lane"),
    [
        (10, "10s"),
        (59.9, "10s"),
        (60, "1m"),
        (599, "1m"),
        (600, "10m"),
        (3_599, "10m"),
        (3_600, "1h"),
        (1e6, "1h"),
        (3, "10s"),
    ],
)
def test_the_lane_is_the_longest_that_ends_in_time(seconds: float, lane: str) -> None:
    """A lane that ends later would be taken only where none ends in time."""
    assert lane_before(seconds) == lane


@given(st.floats(SHORTEST_S, 3_600))
def test_a_slot_within_the_hour_is_reached_in_nineteen_passes(seconds: float) -> None:
    """Passes are the digits of the distance: at most 5 of 10 m, 9 of 1 m and 5 of 10 s; it never overshoots."""
    passes = 0
    while seconds >= SHORTEST_S:
        seconds -= LANES[lane_before(seconds)]
        passes += 1
    assert 0 <= seconds < SHORTEST_S
    assert passes <= 5 + 9 + 5


def test_failed_attempts_wait_longer_each_time() -> None:
    """Through every lane in turn, then the longest one again."""
    assert [delay_after(attempts) for attempts in range(1, 7)] == [10, 60, 600, 3_600, 3_600, 3_600]
