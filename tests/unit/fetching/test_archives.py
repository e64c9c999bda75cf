"""Archives beside fresh news at the same hosts, simulated: `urls.backfill` never delays what is fresh."""

import asyncio
from collections.abc import Sequence

import pytest

from marsad.fetching.answers import moved
from marsad.fetching.politeness import ARCHIVE_STRIDES, HostClocks
from marsad.fetching.turns import Turns
from unit.fetching.doubles import Web, loop_clock, make_discovered, make_page, make_rig, simulate, without_robots
from unit.fetching.traffic import Traffic, gaps, run

HOST, PAUSE, TAKES = "ajil.example", 2.0, 0.3
ARCHIVE = [f"http://{HOST}/archive/{number}" for number in range(400)]
NEWS = [
    (120.0 + 37 * burst + 0.1 * number, f"http://{HOST}/{burst}/{number}") for burst in range(30) for number in range(3)
]


def follow(arrivals: Sequence[tuple[float, str]], archives: Sequence[str]) -> tuple[Traffic, Web]:
    """Return what became of tasks, some of which are of an archive."""
    web = Web(without_robots(lambda _: make_page()), lambda _: TAKES)

    async def main() -> Traffic:
        return await run(make_rig(web, spacing_s=PAUSE), sorted(arrivals), frozenset(archives))

    return simulate(main()), web


@pytest.fixture(scope="module")
def beside() -> tuple[Traffic, Web]:
    """Return what became of an archive of 400 pages, and of news that came while it was fetched."""
    return follow([*((0.0, url) for url in ARCHIVE), *NEWS], ARCHIVE)


def test_news_waits_for_one_request_of_an_archive_at_most(beside: tuple[Traffic, Web]) -> None:
    """However long the archive's queue is: for the one under way, and its pause."""
    alone, _ = follow(NEWS, ())
    late = [beside[0].done[url] - alone.done[url] for _, url in NEWS]
    assert max(late) <= TAKES + PAUSE + 0.01


def test_news_mostly_finds_its_host_idle(beside: tuple[Traffic, Web]) -> None:
    """Archives leave three slots of four free."""
    first = [url for number, (_, url) in enumerate(NEWS) if number % 3 == 0]
    arrived = {url: at for at, url in NEWS}
    quick = [url for url in first if beside[0].done[url] - arrived[url] < TAKES + 0.2]
    assert len(quick) >= len(first) * 0.5


def test_an_archive_drains_behind_the_news(beside: tuple[Traffic, Web]) -> None:
    """At a quarter of the host's pace, spaced like everything, and without circling."""
    traffic, web = beside
    assert min(gaps(web, HOST)) >= PAUSE - 1e-3
    assert max(traffic.done.values()) < ARCHIVE_STRIDES * (PAUSE + TAKES) * 400 * 1.25
    assert sum(len(traffic.passes[url]) for url in ARCHIVE) / len(ARCHIVE) < 16


def test_an_archive_waits_while_fresh_news_queues() -> None:
    """A turn that becomes free goes to the news that came last rather than to the archive that came first."""
    order: list[str] = []

    async def one(turns: Turns, name: str, *, archive: bool) -> None:
        if await turns.enter(HOST, PAUSE, loop_clock().timestamp(), archive=archive) is None:
            order.append(name)
            await asyncio.sleep(TAKES)
            turns.leave(HOST, PAUSE)

    async def main() -> None:
        turns = Turns(HostClocks(), loop_clock)
        names = [("first", False), ("archive", True), ("second", False), ("third", False)]
        async with asyncio.TaskGroup() as group:
            for name, archive in names:
                group.create_task(one(turns, name, archive=archive))
                await asyncio.sleep(0.01)
        assert not turns._lines

    simulate(main())
    assert order == ["first", "second", "third"]  # the archive was sent on to a slot behind them


def test_archives_have_at_most_their_share_of_the_requests() -> None:
    """Twenty hosts of archives that hang leave connections for news, and get their turns one after another."""
    held: list[float] = []

    async def one(turns: Turns, host: str) -> None:
        while (slot := await turns.enter(host, 0.1, None, archive=True)) is not None:  # noqa: ASYNC110 - no event: a slot
            await asyncio.sleep(max(slot - loop_clock().timestamp(), 0))
        held.append(asyncio.get_running_loop().time())
        try:
            assert turns._archives_held <= 3
            await asyncio.sleep(5)
        finally:
            turns.leave(host, 0.1)

    async def main() -> float:
        turns = Turns(HostClocks(), loop_clock, archives=3)
        hosts = [asyncio.create_task(one(turns, f"host{number}.example")) for number in range(20)]
        await asyncio.sleep(1)
        begun = asyncio.get_running_loop().time()
        assert await turns.enter("news.example", 0.1, None) is None
        waited = asyncio.get_running_loop().time() - begun
        turns.leave("news.example", 0.1)
        await asyncio.gather(*hosts)
        assert turns._archives_held == 0
        return waited

    assert simulate(main()) == pytest.approx(0.1)
    assert len(held) == 20
    assert max(held) < 20 / 3 * 5 * 2


def test_who_is_cancelled_gives_an_archives_share_back() -> None:
    """Also in the moment in which the turn is granted."""

    async def hold(turns: Turns) -> None:
        if await turns.enter(HOST, PAUSE, None, archive=True) is None:
            try:
                await asyncio.sleep(100)
            finally:
                turns.leave(HOST, PAUSE)

    async def main() -> None:
        turns = Turns(HostClocks(), loop_clock)
        for after in (0.0, 1.0, ARCHIVE_STRIDES * PAUSE, ARCHIVE_STRIDES * PAUSE + 1):
            task = asyncio.create_task(hold(turns))
            await asyncio.sleep(after)
            task.cancel()
            await asyncio.wait([task])
            assert turns._archives_held == 0
            assert not turns._lines

    simulate(main())


def test_a_task_that_is_granted_and_cancelled_at_once_passes_the_turn_on() -> None:
    """The grant and the cancelling may fall into one step of the loop."""

    async def main() -> None:
        turns = Turns(HostClocks(), loop_clock)
        assert await turns.enter(HOST, 0.0, None) is None
        task = asyncio.create_task(turns.enter(HOST, 0.0, None))
        await asyncio.sleep(0.1)
        turns.leave(HOST, 0.0)  # grants
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert not turns._lines
        assert await turns.enter(HOST, 0.0, None) is None

    simulate(main())


def test_a_redirect_of_an_archive_stays_an_archive() -> None:
    """Under the other domain's key it goes on behind that domain's news."""
    for backfill, topic in ((True, "urls.backfill"), (False, "urls.discovered")):
        data = make_discovered("https://www.ajil.com/1", backfill=backfill)
        assert [record.topic for record in moved(data).records] == [topic]


def test_slots_of_news_and_of_archives_are_counted_apart() -> None:
    """A thousand reserved slots of an archive do not move the next one of the news."""
    clocks = HostClocks()
    clocks.ended(HOST, PAUSE, 0, 0)
    archive = [clocks.reserve(HOST, PAUSE, 100.0, archive=True) for _ in range(1_000)]
    assert archive == sorted(archive)
    assert archive[-1] > ARCHIVE_STRIDES * PAUSE * 999
    assert clocks.reserve(HOST, PAUSE, 100.0) == 100.0
    assert clocks.reserve(HOST, PAUSE, 100.0) < 100 + 2 * PAUSE
