"""How the lists do becomes metrics and lines of the log."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from structlog.testing import capture_logs

from marsad.contracts.codec import Record
from marsad.contracts.states import State
from marsad.discovery.health import RECENT, FeedState
from marsad.discovery.polls import Poll
from marsad.discovery.schedule import Source
from marsad.discovery.watching import Watch
from marsad.search.state import Change
from marsad.telemetry.metrics import REGISTRY
from support.payloads import minutes
from support.state import MemoryState

GOOD, BAD = Source("https://watched.example/good", "watched"), Source("https://watched.example/bad", "watched")
WALL: Mapping[str, Mapping[State, int]] = {"watched": {State.BLOCKED: 30}}


class Desk:
    """A watch over state in memory."""

    def __init__(self) -> None:
        self.state, self.now = MemoryState(), minutes(0)
        self.recent: Mapping[str, Mapping[State, int]] = {}
        self.watch = Watch(self.state, self.outcomes, (GOOD, BAD), lambda: self.now)

    async def outcomes(self, since: datetime, until: datetime) -> Mapping[str, Mapping[State, int]]:
        return self.recent if until == self.now and until - since == RECENT else {}

    async def keep(self, source: Source, **fields: object) -> None:
        poll = replace(Poll(source.url, minutes(5).isoformat()), **fields)  # type: ignore[arg-type]
        await self.state.write({source.id: Change(poll.source(), self.state.entries.get(source.id))})

    async def look(self) -> list[str]:
        async def publish(_records: Sequence[Record], _cause: str) -> None:
            raise AssertionError("a look writes nothing")

        with capture_logs() as logs:
            await self.watch.tick(publish)
        return [entry["event"] for entry in logs]


def shown(state: FeedState) -> float | None:
    """Return the metric of a state."""
    return REGISTRY.get_sample_value("marsad_feed_state", {"outlet": "watched", "state": state})


async def test_states_are_counted_by_outlet() -> None:
    """Every state has a value, 0 too, so that an alarm goes out again."""
    desk = Desk()
    await desk.keep(BAD, failures=3, failure="gone http_410")

    await desk.look()
    assert (shown(FeedState.NEW), shown(FeedState.FAILING), shown(FeedState.OK)) == (1, 1, 0)
    await desk.keep(BAD)
    await desk.look()
    assert (shown(FeedState.NEW), shown(FeedState.FAILING)) == (2, 0)


async def test_a_change_is_told_once() -> None:
    """When a list falls sick, and when it is well again."""
    desk = Desk()
    assert await desk.look() == []
    await desk.keep(BAD, failures=3, failure="gone http_410")

    assert await desk.look() == ["sick"]
    assert await desk.look() == []
    await desk.keep(BAD)
    assert await desk.look() == ["well_again"]


async def test_a_wall_that_goes_up_is_shown() -> None:
    """For the whole outlet."""
    desk = Desk()
    desk.recent = WALL

    assert await desk.look() == ["sick"]
    assert REGISTRY.get_sample_value("marsad_outlet_blocked", {"outlet": "watched"}) == 1
