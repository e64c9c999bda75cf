"""Looks after the lists at intervals: how each does becomes a metric, and a line of the log when it changes."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from marsad.contracts.states import State
from marsad.discovery.health import BASELINE, RECENT, FeedState, Sick, judge, sick_lists, sick_outlets
from marsad.discovery.polls import Poll
from marsad.discovery.schedule import Source
from marsad.search.state import StateIndex
from marsad.streaming.outcome import Clock
from marsad.streaming.service import Publish
from marsad.telemetry import logger
from marsad.telemetry.metrics import FEED_STATE, OUTLET_BLOCKED

__all__ = ["LOOK_EVERY_S", "Outcomes", "Watch", "sick"]

LOOK_EVERY_S = 60.0

Outcomes = Callable[[datetime, datetime], Awaitable[Mapping[str, Mapping[State, int]]]]
"""Returns how the pages of each outlet ended between two moments."""

log = logger(__name__)


async def sick(
    feeds: StateIndex, outcomes: Outcomes, sources: Sequence[Source], now: datetime
) -> tuple[dict[str, Poll], list[Sick]]:
    """Return the lists' states and what is sick, blocked outlets last. Raises Unavailable."""
    entries = await feeds.read(source.id for source in sources)
    polls = {key: Poll.of(entry.source) for key, entry in entries.items()}
    recent = await outcomes(now - RECENT, now)
    before = await outcomes(now - BASELINE, now - RECENT)
    return polls, [*sick_lists(sources, polls, now), *sick_outlets(recent, before)]


class Watch:
    """Tells how the lists do. Every copy of the service tells the same, for the state is shared."""

    def __init__(self, feeds: StateIndex, outcomes: Outcomes, sources: Sequence[Source], clock: Clock) -> None:
        self._feeds = feeds
        self._outcomes = outcomes
        self._sources = sources
        self._clock = clock
        self._known: set[tuple[str, str, str | None]] = set()

    async def tick(self, _publish: Publish) -> None:
        """Look once. Raises Unavailable."""
        now = self._clock()
        polls, found = await sick(self._feeds, self._outcomes, self._sources, now)
        states = Counter((one.outlet, judge(polls.get(one.id), now)[0]) for one in self._sources)
        blocked = {one.outlet for one in found if one.url is None}
        for outlet in {one.outlet for one in self._sources}:
            OUTLET_BLOCKED.labels(outlet).set(outlet in blocked)
            for state in FeedState:
                FEED_STATE.labels(outlet, state).set(states[outlet, state])
        self._tell(found)

    def _tell(self, found: Sequence[Sick]) -> None:
        now = {(one.outlet, one.state, one.url): one for one in found}
        for key in now.keys() - self._known:
            log.warning("sick", outlet=key[0], state=key[1], url=key[2], detail=now[key].detail)
        for outlet, state, url in self._known - now.keys():
            log.info("well_again", outlet=outlet, was=state, url=url)
        self._known = set(now)
