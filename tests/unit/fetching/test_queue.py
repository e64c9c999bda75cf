"""Long queues of slow hosts, simulated: the whole handler, fixed-delay lanes and a window of 64, in virtual time."""

import asyncio

import pytest

from marsad.contracts.topics import LANES
from unit.fetching.doubles import Web, make_page, make_rig, simulate, without_robots
from unit.fetching.traffic import Traffic, gaps, run, urls

SPACING_S = 2.0
SLOW = "slow.example"
PACE_S = SPACING_S + 0.3
BURST = [(0.0, url) for url in urls(SLOW, 500)]


def follow(arrivals: list[tuple[float, str]], takes_s: float = 0.3) -> tuple[Traffic, Web]:
    """Return what became of the tasks when the answers of SLOW take so long."""
    web = Web(without_robots(lambda _: make_page()), lambda host: takes_s if host == SLOW else 0.3)

    async def main() -> Traffic:
        return await run(make_rig(web, spacing_s=SPACING_S), sorted(arrivals, key=lambda arrival: arrival[0]))

    return simulate(main()), web


@pytest.fixture(scope="module")
def burst() -> tuple[Traffic, Web]:
    """What became of 500 tasks of one host that came at once."""
    return follow(BURST)


def passes_of(seconds: float) -> int:
    """Return the lanes that a distance is made of, the largest first."""
    count = 0
    for lane in sorted(LANES.values(), reverse=True):
        count += int(seconds // lane)
        seconds %= lane
    return count


def test_a_long_queue_does_not_circle(burst: tuple[Traffic, Web]) -> None:
    """500 tasks of one host at once: each passes only through the lanes that its distance is made of.

    With lanes of 10 s, 1 m, 10 m and 1 h that is 15 passes for the worst of them and less than 8 on average. Four
    passes could not do: they bring tasks back at no more than 70 moments, and in the ten seconds that a task may wait
    at each of them the host takes four.
    """
    traffic, web = burst
    passes = [len(traffic.passes[url]) for _, url in BURST]
    assert max(passes) <= max(passes_of(second) for second in range(round(500 * PACE_S * 1.25)))
    assert max(passes) <= 15
    assert sum(passes) / len(passes) < 8
    assert len(web.asked) == 501


def test_a_long_queue_drains_at_the_hosts_pace_and_in_order(burst: tuple[Traffic, Web]) -> None:
    """One request at a time, a full pause after each, and little idle time in between."""
    traffic, web = burst
    assert min(gaps(web, SLOW)) >= SPACING_S - 1e-3
    assert max(traffic.done.values()) < 500 * PACE_S * 1.25
    order = sorted(traffic.done, key=traffic.done.__getitem__)
    assert order == [url for _, url in BURST]


def test_other_hosts_are_not_delayed() -> None:
    """Ten hosts that come while the queue is long take as long as they would alone."""
    others = [(5.0 + number, url) for number in range(10) for url in urls(f"other{number}.example", 5)]
    beside, _ = follow(BURST[:200] + others)
    alone, _ = follow(others)
    for _, url in others:
        assert beside.done[url] == pytest.approx(alone.done[url], abs=0.1)


def test_a_host_that_becomes_slower_than_guessed_still_drains() -> None:
    """Tasks that come too early for it are sent behind the others, where slots are farther apart."""
    traffic, web = follow(BURST[:200], takes_s=3.0)
    assert min(gaps(web, SLOW)) >= SPACING_S - 1e-3
    assert max(traffic.done.values()) < 200 * (SPACING_S + 3) * 1.25
    assert max(len(traffic.passes[url]) for _, url in BURST[:200]) <= 2 * 15


def test_an_assignment_in_the_middle_loses_no_manners() -> None:
    """The clocks are forgotten; tasks still in the lanes keep their slots, new ones queue behind those seen again."""
    web = Web(without_robots(lambda _: make_page()), lambda _: 0.3)

    async def main() -> Traffic:
        rig = make_rig(web, spacing_s=SPACING_S)
        loop = asyncio.get_running_loop()
        loop.call_at(200, rig.turns.forget)
        later = [(201.0, url) for url in urls(SLOW, 150)[100:]]
        return await run(rig, [(0.0, url) for url in urls(SLOW, 100)] + later)

    traffic = simulate(main())
    assert min(gaps(web, SLOW)) >= SPACING_S - 1e-3
    assert len(traffic.done) == 150
    assert max(len(passes) for passes in traffic.passes.values()) <= 20
