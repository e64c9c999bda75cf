"""How a host bears our requests, and what that costs us in patience: a longer pause, and in the end leaving it alone.

The pause adapts as in Scrapy's AutoThrottle (https://docs.scrapy.org/en/latest/topics/autothrottle.html): a host that
needs so many seconds for an answer gets a pause of at least as many, at once when it becomes slower, by halves when it
becomes quicker; an answer that is an error, which may come quicker than a page, never shortens it. Other than there, a
failure doubles the pause, and failures without a page in between open a circuit breaker (M. Nygard, Release It!, 2007,
chapter 5).
"""

from enum import Enum

MAX_DELAY_S = 60.0  # of the adaptive pause
OPENS_AFTER = 5  # failures
FIRST_REST_S = 60.0
LONGEST_REST_S = 3_600.0
GIVE_UP_S = 24 * 3_600.0  # without a page: tasks for such a host end instead of waiting on


class Health(Enum):
    """What a request said about its host."""

    WELL = "it answered"
    UNWILLING = "it answered, but with no page, which says little"
    ILL = "it failed, or asked for fewer requests"


def adapted_s(delay_s: float, pause_s: float, took_s: float, health: Health) -> float:
    """Return the host's adaptive pause after a request.

    Args:
        delay_s: the adaptive pause before.
        pause_s: that the manners ask for in any case; the host's pause is the longer one of both.
        took_s: from asking to the last byte.
        health: what came of it.
    """
    took_s = min(took_s, MAX_DELAY_S)
    if health is Health.ILL:
        return min(max(2 * max(delay_s, pause_s), took_s), MAX_DELAY_S)
    adapted = max(took_s, (delay_s + took_s) / 2)
    return max(adapted, delay_s) if health is Health.UNWILLING else adapted


def rest_s(failures: int) -> float:
    """Return for how long a host is left alone after so many failures: not at all, or longer each time."""
    if failures < OPENS_AFTER:
        return 0.0
    doublings = min(failures - OPENS_AFTER, 16)
    return min(FIRST_REST_S * 2.0**doublings, LONGEST_REST_S)
