"""When a list of links is asked again: faster while it changes, slower while it does not, never sooner than it asks.

The rule is the adaptive one of web crawlers (Cho and Garcia-Molina, Estimating frequency of change, ACM TOIT 3(3),
2003; Apache Nutch's AdaptiveFetchSchedule): a factor down for each answer with news, a smaller one up for each
without. With SHORTER and LONGER it settles where about one answer in five brings news, so that news waits for about a
sixth of the time between two of them (a simulation in the tests).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import blake2b

__all__ = ["FIRST", "LEAST_AT_MOST_S", "SPREAD", "after", "fresh_for_s", "spread"]

SHORTER, LONGER = 0.5, 1.2
FIRST = 5  # times the floor: the first interval of a list that nothing is known of
LEAST_AT_MOST_S = 6 * 3_600.0  # of what a list asks for: many caches are told a year for all they serve
SPREAD = 0.1  # of the interval
BACK_OFF = 2.0  # for each failure in a row


def after(interval_s: float, *, changed: bool, floor_s: float, ceiling_s: float) -> float:
    """Return the interval that follows an answer."""
    return min(max(interval_s * (SHORTER if changed else LONGER), floor_s), ceiling_s)


def spread(interval_s: float, least_s: float, failures: int, ceiling_s: float, lot: str) -> float:
    """Return how long to wait, in seconds.

    Args:
        interval_s: the present interval.
        least_s: what the list asks for; honoured up to LEAST_AT_MOST_S.
        failures: in a row; each doubles the wait, up to the ceiling.
        ceiling_s: see `failures`; a list's own wish may exceed it.
        lot: what decides where within SPREAD the wait falls, so that lists which began together drift apart; the same
            lot gives the same wait.
    """
    backed_off = max(interval_s, min(interval_s * BACK_OFF ** min(failures, 20), ceiling_s))
    drawn = int.from_bytes(blake2b(lot.encode(), digest_size=4).digest()) / 2**32
    return max(backed_off, min(least_s, LEAST_AT_MOST_S)) * (1 + SPREAD * drawn)


def fresh_for_s(headers: Mapping[str, str], fetched_at: datetime) -> float:
    """Return for how many seconds an answer says it may be used without asking again, 0 where it does not say.

    Source: RFC 9111, 4.2.1, for a private cache: max-age less Age, else Expires less Date. no-cache and no-store make
    it 0: nothing is promised then.
    """
    directives = _directives(headers.get("cache-control", ""))
    if directives.keys() & {"no-cache", "no-store"}:
        return 0.0
    if "max-age" in directives:
        return max(_seconds(directives["max-age"]) - _seconds(headers.get("age", "")), 0.0)
    expires = _moment(headers.get("expires"))
    if expires is None:
        return 0.0
    return max((expires - (_moment(headers.get("date")) or fetched_at)) / timedelta(seconds=1), 0.0)


def _directives(text: str) -> dict[str, str]:
    pairs = (one.partition("=") for one in text.split(","))
    return {name.strip().lower(): value.strip(' "') for name, _, value in pairs}


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0.0  # noqa: PLR2004 - centuries


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError, OverflowError):  # also "0", which means that it has expired
        return None
    return moment if moment.tzinfo else None
