"""Hosts that fail, simulated: who asks them, how often, and what becomes of the tasks that wait, in virtual time."""

from collections.abc import Callable
from itertools import pairwise

import httpx
import pytest

from marsad.contracts.states import State
from marsad.fetching.health import GIVE_UP_S, OPENS_AFTER
from marsad.fetching.robots import FAILURE_LIFETIME_S
from marsad.streaming.outcome import Emit
from unit.fetching.doubles import Reply, Web, ended, make_page, make_rig, simulate, without_robots
from unit.fetching.traffic import Traffic, run, urls

HOST = "sick.example"
HOUR = 3_600.0


def follow(reply: Reply, count: int, others: int = 0) -> tuple[Traffic, Web]:
    """Return what became of so many tasks of the host, and what was asked when."""
    web = Web(without_robots(reply), lambda _: 0.3)
    arrivals = [(0.0, url) for url in urls(HOST, count)]
    arrivals += [(float(at), f"http://well{at}.example/") for at in range(others)]

    async def main() -> Traffic:
        return await run(make_rig(web), arrivals)

    return simulate(main()), web


def failing(web: Callable[[], Web], until_s: float) -> Reply:
    """Return a host that answers 500 until a moment, then pages; other hosts are well."""

    def reply(request: httpx.Request) -> httpx.Response:
        ill = request.url.host == HOST and web().asked[-1][1] < until_s
        return httpx.Response(500) if ill else make_page()

    return reply


def played(until_s: float, count: int, others: int = 0) -> tuple[Traffic, Web]:
    """Return what became of the tasks of a host that is ill until a moment."""
    webs: list[Web] = []
    web = Web(without_robots(failing(lambda: webs[0], until_s)), lambda _: 0.3)
    webs.append(web)
    arrivals = [(0.0, url) for url in urls(HOST, count)]
    arrivals += [(float(at), f"http://well{at}.example/") for at in range(others)]

    async def main() -> Traffic:
        return await run(make_rig(web), arrivals)

    return simulate(main()), web


def starts(web: Web, host: str = HOST) -> list[float]:
    """Return when pages of a host were asked for."""
    return sorted(
        start for request, start, _ in web.asked if request.url.host == host and request.url.path != "/robots.txt"
    )


def test_a_failing_host_is_left_alone_for_longer_and_longer() -> None:
    """After five failures one probe a minute, then two, four, up to an hour; the others are not concerned."""
    traffic, web = played(until_s=5 * HOUR, count=100, others=20)
    asked = [start for start in starts(web) if start < 5 * HOUR]
    assert OPENS_AFTER + 6 <= len(asked) <= OPENS_AFTER + 12
    rests = [later - earlier for earlier, later in zip(asked[OPENS_AFTER - 1 :], asked[OPENS_AFTER:], strict=False)]
    assert all(rest >= 60 * min(2**number, 60) for number, rest in enumerate(rests))
    assert max(traffic.done[f"http://well{at}.example/"] - at for at in range(20)) < 10


def test_tasks_that_wait_for_a_failing_host_burn_no_attempt() -> None:
    """A hundred tasks wait out five hours, of which a handful asked: all get their page when the host is back."""
    traffic, _ = played(until_s=5 * HOUR, count=100)
    assert all(isinstance(outcome, Emit) for outcome in traffic.outcomes.values())
    assert max(traffic.done.values()) < 8 * HOUR
    assert max(len(passes) for passes in traffic.passes.values()) < 150


def test_a_probe_that_succeeds_reopens_the_host() -> None:
    """From then on the pause halves with each page, and the queue drains at the host's pace."""
    _, web = played(until_s=2 * HOUR, count=50)
    after = [start for start in starts(web) if start >= 2 * HOUR]
    assert after[-1] - after[0] < 50 * (2 + 0.3) + 2 * 120 + 2 * 60


def test_tasks_of_a_host_that_has_failed_for_a_day_end() -> None:
    """Nothing stays in flight for ever: they end as unreachable, most of them unasked."""
    traffic, web = played(until_s=10**9, count=50)
    states = {ended(outcome) for outcome in traffic.outcomes.values()}
    assert (State.UNREACHABLE, "host_down") in states
    assert {state for state, _ in states} == {State.UNREACHABLE}
    assert max(traffic.done.values()) < GIVE_UP_S + 3 * HOUR
    assert len(starts(web)) < 60


def test_a_429_storm_opens_the_breaker_too() -> None:
    """Ten thousand times "too many requests" is an answer of some clarity."""
    _, web = follow(lambda request: httpx.Response(429) if len(request.url.path) else make_page(), 30)
    first_hour = [start for start in starts(web) if start < HOUR]
    assert len(first_hour) <= OPENS_AFTER + 7


def test_one_page_that_always_fails_opens_nothing_beside_pages_that_do_not() -> None:
    """Only failures in a row count."""
    _, web = follow(lambda request: httpx.Response(500) if request.url.path == "/3" else make_page(), 40)
    assert sum(1 for start in starts(web) if start < 300) >= 40


def test_tasks_wait_for_rules_that_cannot_be_had_without_burning_attempts() -> None:
    """robots.txt is asked for once in ten minutes, by one task: the others come back when it may be asked again."""
    webs: list[Web] = []

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(503 if webs[0].asked[-1][1] < HOUR else 404)
        return make_page()

    web = Web(reply, lambda _: 0.3)
    webs.append(web)

    async def main() -> Traffic:
        return await run(make_rig(web), [(0.0, url) for url in urls(HOST, 40)])

    traffic = simulate(main())
    assert all(isinstance(outcome, Emit) for outcome in traffic.outcomes.values())
    robots = [start for request, start, _ in web.asked if request.url.path == "/robots.txt"]
    assert len([start for start in robots if start < HOUR]) <= HOUR / FAILURE_LIFETIME_S + 1
    assert all(later - earlier >= FAILURE_LIFETIME_S for earlier, later in pairwise(robots))


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_hosts_that_do_not_answer_are_ill(error: type[httpx.TransportError]) -> None:
    """Connections, time-outs and broken protocol count like 5xx."""

    def reply(request: httpx.Request) -> httpx.Response:
        raise error("no", request=request)

    _, web = follow(reply, 30)
    assert len([start for start in starts(web) if start < HOUR]) <= OPENS_AFTER + 7
