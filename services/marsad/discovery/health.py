"""Which lists and outlets are sick: pure judgements of what is kept of them.

The service shows them as metrics and in its log, `marsad status` to a person; both judge the same entries.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt

from marsad.contracts.states import State
from marsad.discovery.polls import Poll
from marsad.discovery.schedule import Source

__all__ = ["BASELINE", "RECENT", "FeedState", "Sick", "judge", "jumped", "sick_lists", "sick_outlets"]

FAILURES = 3  # requests in a row
BARREN = 2  # answers in a row: one may be a slip of the site's
RECENT, BASELINE = timedelta(hours=6), timedelta(days=7)  # of an outlet's blocked pages
Z = 3.0  # deviations: one false alarm in about 700 looks at an outlet that stands at the mark itself
LEAST_SHARE, LEAST_PAGES = 0.1, 10
URL_CHARS = 200  # of an address in a message


class FeedState(StrEnum):
    """How a list does."""

    NEW = "new"
    """Not answered yet."""
    OK = "ok"
    FAILING = "failing"
    """Requests end without an answer that can be read."""
    UNUSABLE = "unusable"
    """It answers, and nothing in it is a link."""
    SILENT = "silent"
    """It answers, and brings nothing new for far longer than its own rhythm explains."""


@dataclass(frozen=True, slots=True)
class Sick:
    """What a person should look at; `url` is None where the whole outlet is meant."""

    outlet: str
    state: str
    detail: str
    url: str | None = None


def judge(poll: Poll | None, now: datetime) -> tuple[FeedState, str]:
    """Return how a list does, and why."""
    if poll is not None and poll.failures >= FAILURES:
        return FeedState.FAILING, f"{poll.failures} requests in a row: {poll.failure}"
    if poll is None or poll.rhythm is None:
        return FeedState.NEW, "not answered yet"
    if poll.barren >= BARREN:
        return FeedState.UNUSABLE, f"{poll.barren} answers in a row without a usable link"
    if poll.rhythm.silent(now):
        missing = poll.rhythm.missing(now)
        return FeedState.SILENT, f"nothing new since {poll.rhythm.last[:16]}Z; about {missing:.0f} times was usual"
    return FeedState.OK, ""


def sick_lists(sources: Iterable[Source], polls: Mapping[str, Poll], now: datetime) -> list[Sick]:
    """Return the lists that are neither well nor new, in the order of the outlet files."""
    judged = ((source, *judge(polls.get(source.id), now)) for source in sources)
    return [
        Sick(source.outlet, state, detail, source.url)
        for source, state, detail in judged
        if state not in {FeedState.OK, FeedState.NEW}
    ]


def sick_outlets(recent: Mapping[str, Mapping[State, int]], before: Mapping[str, Mapping[State, int]]) -> list[Sick]:
    """Return the outlets whose share of blocked pages jumped, by id."""
    return [
        Sick(outlet, "blocked", f"{states.get(State.BLOCKED, 0)} of the last {sum(states.values())} pages are blocked")
        for outlet, states in sorted(recent.items())
        if jumped(states, before.get(outlet, {}))
    ]


def jumped(recent: Mapping[State, int], before: Mapping[State, int]) -> bool:
    """Whether the share of blocked pages is surely twice the usual one, or halfway from there to all of them.

    Sure is the lower end of Wilson's interval (Probable inference, the law of succession, and statistical inference,
    JASA 22, 1927), which few pages widen. Below LEAST_PAGES or LEAST_SHARE nothing is said.
    """
    pages, usual = sum(recent.values()), before.get(State.BLOCKED, 0) / max(sum(before.values()), 1)
    mark = max(LEAST_SHARE, min(2 * usual, (1 + usual) / 2))
    return pages >= LEAST_PAGES and _at_least(recent.get(State.BLOCKED, 0), pages) > mark


def _at_least(hits: int, of: int) -> float:
    """Return the lower end of Wilson's interval for a share."""
    if not of:
        return 0.0
    share, spread = hits / of, Z * Z / of
    return (share + spread / 2 - Z * sqrt(share * (1 - share) / of + spread / of / 4)) / (1 + spread)
