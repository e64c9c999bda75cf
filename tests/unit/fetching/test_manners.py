"""Whatever hosts answer and wherever they lead, no host sees two requests at once or closer than its spacing."""

import random
from itertools import pairwise

import httpx
import pytest

from marsad.streaming.outcome import Emit
from unit.fetching.doubles import Web, make_page, make_rig, redirect, simulate
from unit.fetching.traffic import run

SPACING_S = 2.0
HOSTS = [f"{name}.ajil.com" for name in ("www", "m", "r", "amp", "news", "old")]
DELAYS = {"m.ajil.com": 5.0, "news.ajil.com": 3.0}


class _Maze:
    """Hosts of one domain that answer at random: pages, errors, rests and redirects to each other, robots.txt too."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - repeatable

    def __call__(self, request: httpx.Request) -> httpx.Response:
        host, path = request.url.host, request.url.path
        if "robots" in path:
            if host in {"r.ajil.com", "old.ajil.com"} and path == "/robots.txt":
                return redirect(f"http://{self._dice.choice(HOSTS)}/other-robots.txt")
            if host == "amp.ajil.com" and request.url.scheme == "http":
                return redirect("https://amp.ajil.com/robots.txt")
            delay = DELAYS.get(host)
            return httpx.Response(200, text=f"User-agent: *\nCrawl-delay: {delay}\n" if delay else "")
        return self._dice.choice((make_page, make_page, self._fail, self._lead, self._stay))()

    def _fail(self) -> httpx.Response:
        return httpx.Response(self._dice.choice((404, 403, 500, 503)), headers={"retry-after": "3"})

    def _lead(self) -> httpx.Response:
        return redirect(f"http://{self._dice.choice(HOSTS)}/{self._dice.randrange(10**9)}")

    def _stay(self) -> httpx.Response:
        return redirect(f"/{self._dice.randrange(10**9)}")


def asked_by_host(web: Web) -> dict[str, list[tuple[float, float, str]]]:
    """Return when each host's requests began and ended, in order, with their URLs."""
    asked: dict[str, list[tuple[float, float, str]]] = {}
    for request, start, end in web.asked:
        asked.setdefault(request.url.host, []).append((start, end, str(request.url)))
    return {host: sorted(times) for host, times in asked.items()}


@pytest.mark.parametrize("seed", range(6))
def test_no_host_sees_requests_too_close(seed: int) -> None:
    """Pages, redirects inside a host and between hosts, robots.txt that lead elsewhere: each request waits its turn."""
    dice = random.Random(seed)  # noqa: S311 - repeatable
    web = Web(_Maze(seed), lambda _: dice.uniform(0, 1.5))
    urls = [(dice.uniform(0, 60), f"http://{dice.choice(HOSTS)}/{number}") for number in range(120)]
    archives = frozenset(url for _, url in urls if dice.random() < 0.3)

    async def main() -> None:
        await run(make_rig(web, spacing_s=SPACING_S), sorted(urls), archives)

    simulate(main())
    for host, times in asked_by_host(web).items():
        for (_, ended, earlier), (started, _, later) in pairwise(times):
            assert started - ended >= SPACING_S - 1e-3, (earlier, later)
        pages = [(start, end) for start, end, url in times if "robots" not in url]
        for (_, ended), (started, _) in pairwise(pages):
            assert started - ended >= DELAYS.get(host, SPACING_S) - 1e-3


def test_tasks_that_waited_while_the_rules_came_keep_the_delay_that_they_ask_for() -> None:
    """They queued with the operator's pause; the file that the first of them fetched asks for more."""

    def reply(request: httpx.Request) -> httpx.Response:
        text = "User-agent: *\nCrawl-delay: 5"
        return httpx.Response(200, text=text) if request.url.path == "/robots.txt" else make_page()

    web = Web(reply, lambda _: 0.1)

    async def main() -> None:
        await run(make_rig(web, spacing_s=1.0), [(0.0, f"http://www.ajil.com/{number}") for number in range(6)])

    simulate(main())
    times = asked_by_host(web)["www.ajil.com"]
    assert len(times) == 7
    assert all(started - ended >= 5 - 1e-3 for (_, ended, _), (started, _, _) in pairwise(times))


def test_rules_that_lead_to_another_host_count_for_both() -> None:
    """A name that leads to another's robots.txt is asked once, and so is the other."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/robots.txt":
            return make_page()
        if request.url.host == "ajil.com":
            return redirect("http://www.ajil.com/robots.txt")
        return httpx.Response(200, text="User-agent: *\nDisallow: /secret")

    web = Web(reply, lambda _: 0.1)
    arrivals = [(0.0, "http://ajil.com/1"), (1.0, "http://www.ajil.com/2"), (2.0, "http://ajil.com/3")]

    async def main() -> list[bool]:
        traffic = await run(make_rig(web, spacing_s=1.0), arrivals)
        return [isinstance(outcome, Emit) for outcome in traffic.outcomes.values()]

    assert simulate(main()) == [True] * 3
    assert sorted(url for url in web.urls() if "robots" in url) == [
        "http://ajil.com/robots.txt",
        "http://www.ajil.com/robots.txt",
    ]


def test_robots_files_that_lead_in_a_circle_are_missing_files() -> None:
    """After five hops, each in its host's own turn, everything is allowed."""

    def reply(request: httpx.Request) -> httpx.Response:
        if "robots" not in request.url.path:
            return make_page()
        other = {"a.ajil.com": "b", "b.ajil.com": "a"}[request.url.host]
        return redirect(f"http://{other}.ajil.com/robots.txt")

    web = Web(reply, lambda _: 0.1)

    async def main() -> None:
        arrivals = [(0.0, "http://a.ajil.com/1"), (0.0, "http://b.ajil.com/1")]
        traffic = await run(make_rig(web, spacing_s=0.5), arrivals)
        assert all(isinstance(outcome, Emit) for outcome in traffic.outcomes.values())

    simulate(main())
    assert len(web.asked) <= 2 + 2 * 6
