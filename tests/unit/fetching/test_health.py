"""Facts about how a host's health sets its pause and its rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.fetching.health import (
    FIRST_REST_S,
    LONGEST_REST_S,
    MAX_DELAY_S,
    OPENS_AFTER,
    Health,
    adapted_s,
    rest_s,
)


@pytest.mark.parametrize(
    ("delay", "took", "health", "adapted"),
    [
        (0, 0.1, Health.WELL, 0.1),
        (0, 8, Health.WELL, 8),  # slower: at once
        (8, 0, Health.WELL, 4),  # quicker: by halves
        (8, 6, Health.WELL, 7),
        (8, 0, Health.UNWILLING, 8),  # an error may be quick
        (8, 9, Health.UNWILLING, 9),
        (0, 0.1, Health.ILL, 4),  # twice the pause of 2
        (8, 0.1, Health.ILL, 16),
        (8, 30, Health.ILL, 30),
        (50, 0.1, Health.ILL, MAX_DELAY_S),
        (0, 1_000, Health.WELL, MAX_DELAY_S),
    ],
)
def test_the_pause_follows_latency_and_errors(delay: float, took: float, health: Health, adapted: float) -> None:
    """As AutoThrottle's, with failures that double it."""
    assert adapted_s(delay, 2.0, took, health) == pytest.approx(adapted)


@given(st.floats(0, 60), st.lists(st.tuples(st.floats(0, 100), st.sampled_from(Health)), max_size=30))
def test_the_pause_is_bounded_and_shrinks_back(pause: float, requests: list[tuple[float, Health]]) -> None:
    """Whatever happened, a host that answers quickly again has its own pause again within ten answers."""
    delay = 0.0
    for took, health in requests:
        delay = adapted_s(delay, pause, took, health)
        assert 0 <= delay <= MAX_DELAY_S
    for _ in range(10):
        delay = adapted_s(delay, pause, 0.05, Health.WELL)
    assert delay <= 0.11


def test_an_operator_who_wants_no_pause_gets_none_from_errors_alone() -> None:
    """Twice nothing is nothing: only what the host takes counts then."""
    assert adapted_s(0.0, 0.0, 0.001, Health.ILL) == pytest.approx(0.001)


def test_rests_grow_from_the_fifth_failure_on() -> None:
    """A minute, two, four and so on, up to an hour, for ever."""
    assert [rest_s(failures) for failures in range(OPENS_AFTER)] == [0] * OPENS_AFTER
    rests = [rest_s(OPENS_AFTER + more) for more in range(8)]
    assert rests[:3] == [FIRST_REST_S, 2 * FIRST_REST_S, 4 * FIRST_REST_S]
    assert rests == sorted(rests)
    assert rests[-1] == rest_s(10**6) == LONGEST_REST_S
