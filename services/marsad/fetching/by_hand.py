"""Fetches without Kafka: the service's client, guard, robots.txt and verdicts, each URL tried once, to its end.

Hosts are asked side by side, one host by one request at a time with its pause after each, robots.txt included. A URL's
requests together have the time of one exchange; waiting for a host's turn is not counted.
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any, TypeVar

import httpx

from marsad.contracts.states import State
from marsad.fetching.answers import STATES, judge
from marsad.fetching.client import Answer, Client, Redirect, Terms
from marsad.fetching.counts import FETCHED, HOST_BUSY, RETRY
from marsad.fetching.failures import FetchBlocked, FetchError, FetchFailed, FetchRefused, to_fetch_error
from marsad.fetching.handler import PAGE_ACCEPT
from marsad.fetching.robots import Robots
from marsad.fetching.status import Meaning, meaning_of, retry_after_s
from marsad.fetching.targets import check_url, host_of
from marsad.outlets import Outlets
from marsad.settings import Fetching

__all__ = ["ByHand", "Report"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a URL.

    Attributes:
        url: as it was given.
        state: a terminal state of the ledger, `fetched`, or `retry` where another attempt may go well.
        reason: the ledger's code.
        detail: for people.
        final_url: that was asked last; None where none was.
        aliases: URLs that led there, in order.
        seconds: that its requests took together.
        answer: the last one; None where none came.
    """

    url: str
    state: str
    reason: str
    detail: str
    final_url: str | None
    aliases: tuple[str, ...]
    seconds: float
    answer: Answer | None = None

    def as_json(self) -> Mapping[str, object]:
        """Return the report without the body."""
        return {
            "url": self.url,
            "state": self.state,
            "reason": self.reason,
            "detail": self.detail,
            "status": self.answer.status if self.answer else None,
            "final_url": self.final_url,
            "aliases": self.aliases,
            "bytes": len(self.answer.body) if self.answer else 0,
            "wire_bytes": self.answer.wire_bytes if self.answer else 0,
            "seconds": round(self.seconds, 3),
            "http_version": self.answer.http_version if self.answer else None,
            "robots": self.answer.robots if self.answer else (),
            "headers": dict(self.answer.fields) if self.answer else {},
        }


@dataclass(slots=True)
class _Way:
    """How far a URL was followed."""

    asked: list[str] = field(default_factory=list)
    seconds: float = 0.0


class ByHand:
    """Fetches URLs, each host in turn. Not for use after its client is closed."""

    def __init__(self, client: Client, robots: Robots, outlets: Outlets, settings: Fetching) -> None:
        self._client = client
        self._robots = robots
        self._outlets = outlets
        self._settings = settings
        self._terms = Terms(PAGE_ACCEPT, settings.max_bytes, page=True)
        self._under_way = asyncio.Semaphore(settings.concurrency)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free_at: defaultdict[str, float] = defaultdict(float)
        self._rests_until: defaultdict[str, float] = defaultdict(float)

    async def fetch(self, url: str) -> Report:
        """Return what came of a URL, whatever it is."""
        way = _Way()
        try:
            answer = await self._follow(check_url(url), way)
        except Exception as error:  # noqa: BLE001 - a stranger's URL or site must not end the others
            return _failed(url, to_fetch_error(error), way)
        verdict = judge(answer)
        if verdict.meaning in {Meaning.OVERLOADED, Meaning.BROKEN}:
            state = RETRY
        else:
            state = FETCHED if verdict.meaning is Meaning.BODY else STATES[verdict.meaning].value
        *aliases, final = way.asked
        return Report(url, state, verdict.reason, verdict.detail, final, tuple(aliases), way.seconds, answer)

    async def _follow(self, url: httpx.URL, way: _Way) -> Answer:
        while True:
            await self._learn(url, way)
            host = host_of(url)
            async with self._turns[host]:
                if monotonic() < self._rests_until[host]:
                    raise FetchFailed(HOST_BUSY, f"{host} has asked for a pause")
                way.asked.append(str(url))
                went = await self._ask(url, way, self._client.get(str(url), self._terms))
                self._heed(went, host)
            if not isinstance(went, Redirect):
                return went
            if went.target in way.asked:
                raise FetchRefused("redirects", f"a loop: {went.target} was asked before")
            if len(way.asked) > self._settings.max_redirects:
                raise FetchRefused("redirects", f"more than {self._settings.max_redirects} on the way to {went.target}")
            url = check_url(went.target)

    async def _learn(self, url: httpx.URL, way: _Way) -> None:
        """Ask for the rules of the URL's site until they are known. Raises FetchError where they forbid the URL."""
        while (rules := self._robots.known(url)) is None:
            asked = self._robots.question(url)
            async with self._turns[host_of(asked)]:
                if self._robots.known(url) is not None or self._robots.question(url) != asked:
                    continue  # whoever had the turn before has asked
                try:
                    await self._ask(asked, way, self._robots.ask(url))
                except FetchFailed as late:
                    raise FetchFailed("robots_unreachable", f"{asked}: {late}") from late
        rules.require(url)

    async def _ask(self, url: httpx.URL, way: _Way, request: Coroutine[Any, Any, T]) -> T:
        """Ask, with the host's turn in hand, when the host is free, within what is left of the URL's time."""
        host = host_of(url)
        await asyncio.sleep(max(self._free_at[host] - monotonic(), 0.0))
        async with self._under_way:
            started = monotonic()
            try:
                async with asyncio.timeout(self._settings.deadline_s - way.seconds if way.seconds else None):
                    return await request
            except TimeoutError as error:
                raise FetchFailed("timeout", f"nothing within {self._settings.deadline_s:g} s") from error
            finally:
                way.seconds += monotonic() - started
                self._free_at[host] = monotonic() + self._pause_s(url)

    def _heed(self, went: Answer | Redirect, host: str) -> None:
        """Ask a host no more that names a time to come back at: its other URLs end as `retry` at once."""
        if isinstance(went, Answer) and meaning_of(went.status) is Meaning.OVERLOADED:
            self._rests_until[host] = monotonic() + retry_after_s(went.retry_after, datetime.now(UTC))

    def _pause_s(self, url: httpx.URL) -> float:
        outlet, rules = self._outlets.for_url(str(url)), self._robots.known(url)
        asked = outlet.crawl_delay_s if outlet else None
        return max(self._settings.spacing_s, asked or 0.0, rules.delay_s if rules else 0.0)


def _failed(url: str, error: FetchError, way: _Way) -> Report:
    states = {FetchFailed: RETRY, FetchBlocked: State.BLOCKED.value, FetchRefused: State.REFUSED.value}
    final = way.asked[-1] if way.asked else None
    return Report(url, states[type(error)], error.reason, error.detail, final, tuple(way.asked[:-1]), way.seconds)
