"""Discovery holds new tasks back while too many records wait behind it."""

from collections.abc import Sequence

import pytest

from marsad.contracts.codec import Record
from marsad.discovery.pressure import ASK_EVERY_S, Pressure, archived, behind
from marsad.errors import BrokerUnavailable, HeldBack
from marsad.streaming.lag import Lag
from marsad.streaming.outcome import DONE, Outcome


class Below:
    """What waits further down, as a test sets it; counts how often it was asked for."""

    def __init__(self, hold_above: int = 100) -> None:
        self.waiting = 0
        self.away = False
        self.asked = 0
        self.now = 0.0
        self.pressure = Pressure(self.ask, hold_above, lambda: self.now)

    async def ask(self) -> int:
        self.asked += 1
        if self.away:
            raise BrokerUnavailable("Kafka is away")
        return self.waiting

    async def holds(self, waiting: int) -> bool:
        """Whether discovery holds back once so many are known to wait."""
        self.waiting = waiting
        self.now += ASK_EVERY_S
        try:
            await self.pressure.relieved()
        except HeldBack:
            return True
        return False


@pytest.fixture
def below() -> Below:
    """Return services behind discovery with nothing to do; the mark stands at 100."""
    return Below()


def test_what_counts_waits_behind_discovery() -> None:
    """Every other service's topics count; discovery's own, the ledger, lanes and archives do not."""
    lags = [
        Lag("discovery", "urls.found", 0, 1),
        Lag("discovery", "feeds.fetched", 0, 10),
        Lag("fetching", "urls.discovered", 5, 100),
        Lag("fetching", "urls.retry.1h", 5, 1_000),
        Lag("fetching", "urls.backfill", 5, 1_000_000),
        Lag("indexing", "articles.enriched", 5, 10_000),
        Lag("indexing", "ledger", 5, 100_000),
    ]

    assert behind(lags, "discovery") == 10_100
    assert archived(lags) == 1_000_000


async def test_the_mark_itself_is_not_above_it(below: Below) -> None:
    """More than the mark holds back."""
    assert [await below.holds(waiting) for waiting in (0, 100, 101)] == [False, False, True]


async def test_it_goes_on_below_half_of_the_mark(below: Below) -> None:
    """Between the half and the mark things stay as they were, whichever way they came."""
    course = (101, 99, 50, 49, 51, 100, 101, 100, 0)

    assert [await below.holds(waiting) for waiting in course] == [
        True, True, True, False, False, False, True, True, False
    ]  # fmt: skip


async def test_a_mark_of_one_lets_go_again() -> None:
    """The half of the smallest mark is still reached: when nothing waits."""
    below = Below(hold_above=1)

    assert [await below.holds(waiting) for waiting in (2, 1, 0)] == [True, True, False]


async def test_the_broker_is_asked_every_few_seconds(below: Below) -> None:
    """Batches between two questions go by the last answer."""
    assert await below.holds(101)
    below.waiting = 0
    for _ in range(10):
        with pytest.raises(HeldBack):
            await below.pressure.relieved()

    assert below.asked == 1
    assert not await below.holds(0)
    assert below.asked == 2


async def test_without_an_answer_the_last_one_counts(below: Below) -> None:
    """A broker that is away neither starts nor ends the holding; it is not asked at each batch either."""
    below.away = True
    assert not await below.holds(0)
    assert not await below.holds(500)
    below.away = False
    assert await below.holds(500)
    below.away = True
    assert await below.holds(0)
    assert below.asked == 4


async def test_the_message_says_what_waits_and_what_to_do(below: Below) -> None:
    """It names the numbers, the command that shows more, and the setting."""
    below.waiting = 250

    with pytest.raises(HeldBack, match=r"250 records wait .* more than 100 .* fewer than 50 .*`marsad status`.*_ABOVE"):
        await below.pressure.relieved()


async def test_batches_are_held_and_decided_later(below: Below) -> None:
    """The handler is not called under pressure; afterwards it gets the batch whole."""
    seen: list[Sequence[str]] = []

    async def handler(events: Sequence[str]) -> Sequence[Outcome]:
        seen.append(events)
        return [DONE for _ in events]

    gated = below.pressure.before(handler)
    await below.holds(101)
    with pytest.raises(HeldBack):
        await gated(["a", "b"])
    assert seen == []
    await below.holds(0)

    assert await gated(["a", "b"]) == [DONE, DONE]
    assert seen == [["a", "b"]]


async def test_due_feeds_stay_due(below: Below) -> None:
    """A tick under pressure does nothing, silently; the next one without does it."""
    ticks: list[object] = []

    async def publish(_records: Sequence[Record], _cause: str) -> None:
        """Send nothing."""

    async def tick(by: object) -> None:
        ticks.append(by)

    skipping = below.pressure.skipping(tick)
    await below.holds(101)
    await skipping(publish)
    assert ticks == []
    await below.holds(0)
    await skipping(publish)

    assert ticks == [publish]
