"""Doubles of time and of the web: a loop whose clock jumps, and hosts that answer as they are told."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx

from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered
from marsad.fetching.client import Client
from marsad.fetching.handler import Fetch
from marsad.fetching.politeness import HostClocks
from marsad.fetching.robots import Robots, parse_rules
from marsad.fetching.turns import Turns
from marsad.outlets import Outlets
from marsad.settings import Fetching
from marsad.streaming.outcome import Outcome, Retry, Settle
from support.payloads import NOON, make_event, make_task

T = TypeVar("T")
Reply = Callable[[httpx.Request], httpx.Response]

SITE = "https://ajil.example"


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting for a timer, moves the clock to it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everybody waits for something that will not happen")
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which an hour of sleep takes no time."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def simulate(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def loop_clock() -> datetime:
    """Return noon plus the running loop's time."""
    return datetime.fromtimestamp(NOON.timestamp() + asyncio.get_running_loop().time(), UTC)


def as_quick_as_can_be(_: str) -> float:
    """Return the seconds that a host takes unless a test says otherwise."""
    return 0.0


@dataclass
class Web(httpx.AsyncBaseTransport):
    """All hosts of the world: what they answer, how long they take, and what they were asked when."""

    reply: Reply
    takes_s: Callable[[str], float] = as_quick_as_can_be
    asked: list[tuple[httpx.Request, float, float]] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        loop = asyncio.get_running_loop()
        started = loop.time()
        await asyncio.sleep(self.takes_s(request.url.host))
        self.asked.append((request, started, loop.time()))
        return self.reply(request)

    def urls(self) -> list[str]:
        """Return what was asked for, in order of the answers."""
        return [str(request.url) for request, _, _ in self.asked]


def make_page(text: str = "<p>خبر عاجل</p>", status: int = 200, **headers: str) -> httpx.Response:
    """Return an HTML answer; underscores in header names stand for hyphens."""
    sent = {"content-type": "text/html; charset=utf-8"}
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    return httpx.Response(status, headers=sent, content=text.encode())


def redirect(location: str, status: int = 302) -> httpx.Response:
    """Return a redirect."""
    return httpx.Response(status, headers={"location": location})


def without_robots(reply: Reply) -> Reply:
    """Return the same hosts, none of which has a robots.txt."""
    return lambda request: httpx.Response(404) if request.url.path == "/robots.txt" else reply(request)


def make_settings(**values: Any) -> Fetching:
    """Return settings with a contact."""
    return Fetching.model_validate({"contact": "https://crawler.example/about", **values})


def make_discovered(url: str, *, kind: str = "page", **fields: Any) -> UrlDiscovered:
    """Return a URL to fetch."""
    return UrlDiscovered.model_validate({"task": make_task(url, url=url, kind=kind), "target": url, **fields})


@dataclass(frozen=True)
class Rig:
    """A handler with everything below it, on a made-up web."""

    fetch: Fetch
    turns: Turns
    robots: Robots

    async def decide(self, data: UrlDiscovered) -> Outcome:
        """Return the outcome of one event."""
        return (await self.fetch([make_event(data)]))[0]


def make_rig(web: httpx.AsyncBaseTransport, outlets: Outlets | None = None, **values: Any) -> Rig:
    """Return a handler on this web, by the loop's clock; `values` are settings."""
    own = make_settings(**values)
    client = Client(web, own)
    turns = Turns(HostClocks(), loop_clock)
    robots = Robots(client, loop_clock, own.deadline_s)
    return Rig(Fetch(client, robots, turns, outlets or Outlets(), own, loop_clock), turns, robots)


def decide(web: Web, data: UrlDiscovered, **settings: Any) -> Outcome:
    """Return the outcome of one event on a fresh handler."""

    async def main() -> Outcome:
        return await make_rig(web, **settings).decide(data)

    return simulate(main())


def at_pages(reply: Reply) -> Web:
    """Return a web without robots.txt files."""
    return Web(without_robots(reply))


def retried(outcome: Outcome) -> tuple[str, UrlDiscovered, str]:
    """Return lane, payload and reason of a retry."""
    assert isinstance(outcome, Retry)
    assert isinstance(outcome.data, UrlDiscovered)
    return outcome.lane, outcome.data, outcome.reason


def ended(outcome: Outcome) -> tuple[State, str]:
    """Return state and reason of an end."""
    assert isinstance(outcome, Settle)
    assert outcome.task is not None
    return outcome.state, outcome.reason


def allows(text: str, path: str) -> bool:
    """Whether a robots.txt lets us ask for a path."""
    return parse_rules(text.encode()).allows(httpx.URL(SITE + path))
