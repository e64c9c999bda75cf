"""Whether discovery holds new tasks back because too many records wait further down.

What counts is what waits before every service that reads what discovery hands on. Its own topics do not count: what is
held there waits there. Nor does the ledger, whose reports are small and lead to nothing, nor a retry lane, where tasks
wait for their hosts and not for us, nor an archive: one large sitemap would hold back the news of everybody. What waits
of archives keeps further archives from being read.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from marsad.contracts.topics import LANES, lane_topic
from marsad.errors import BrokerUnavailable, HeldBack
from marsad.streaming.lag import Lag
from marsad.streaming.outcome import Handler, Outcome
from marsad.streaming.service import Publish
from marsad.telemetry import logger

__all__ = ["Pressure", "archived", "behind"]

ASK_EVERY_S = 5.0
BELOW = 0.5  # of the mark: on again only there, or every few records would turn it over
BACKFILL = "urls.backfill"
ASIDE = frozenset({"ledger", BACKFILL, *map(lane_topic, LANES)})

log = logger(__name__)


def behind(lags: Iterable[Lag], service: str) -> int:
    """Return how many fresh records wait before all other services."""
    return sum(lag.waiting for lag in lags if lag.service != service and lag.topic not in ASIDE)


def archived(lags: Iterable[Lag]) -> int:
    """Return how many URLs of archives wait."""
    return sum(lag.waiting for lag in lags if lag.topic == BACKFILL)


class Pressure:
    """Asks how many records wait, at most every ASK_EVERY_S seconds, and remembers.

    Args:
        waiting: returns how many records wait behind discovery; may raise BrokerUnavailable.
        hold_above: more than so many hold new tasks back.
        clock: seconds that never go backwards.
    """

    def __init__(self, waiting: Callable[[], Awaitable[int]], hold_above: int, clock: Callable[[], float]) -> None:
        self._waiting = waiting
        self._hold_above = hold_above
        self._clock = clock
        self._asked_at: float | None = None
        self._last = 0
        self._holding = False

    def before(self, handler: Handler[Any]) -> Handler[Any]:
        """Return the handler with the question before it: its batches are held while there is pressure."""

        async def handle(events: Sequence[Any]) -> Sequence[Outcome]:
            await self.relieved()
            return await handler(events)

        return handle

    def skipping(self, tick: Callable[[Publish], Awaitable[None]]) -> Callable[[Publish], Awaitable[None]]:
        """Return the timer's tick, left out while there is pressure: what is due stays due."""

        async def unless_held(publish: Publish) -> None:
            try:
                await self.relieved()
            except HeldBack:
                return
            await tick(publish)

        return unless_held

    async def relieved(self) -> None:
        """Return where new tasks may be handed on. Raises HeldBack where they may not."""
        now = self._clock()
        if self._asked_at is None or now - self._asked_at >= ASK_EVERY_S:
            self._asked_at = now
            await self._ask()
        if self._holding:
            raise HeldBack(
                f"{self._last} records wait behind discovery, more than {self._hold_above} hold new tasks back until "
                f"fewer than {self._on_again:.0f} wait. `marsad status` shows before which service; more copies of it, "
                "or a higher MARSAD_DISCOVERY__HOLD_ABOVE, help."
            )

    @property
    def _on_again(self) -> float:
        return max(self._hold_above * BELOW, 1)

    async def _ask(self) -> None:
        try:
            self._last = await self._waiting()
        except BrokerUnavailable as error:  # what was known still counts
            log.warning("lag_unknown", error=str(error))
            return
        holds = self._last >= self._on_again if self._holding else self._last > self._hold_above
        if holds != self._holding:
            self._holding = holds
            log.warning("holding_back" if holds else "handing_on_again", waiting=self._last, mark=self._hold_above)
