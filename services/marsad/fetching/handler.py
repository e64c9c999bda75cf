"""Decides `urls.discovered` and the retry lanes: one URL in, one outcome out.

A task asks for its target when the address guard, robots.txt and the host's clock let it. A redirect to another host
of the same registrable domain goes on here, with that host's robots.txt and clock; one to another domain goes on under
the target's key as the same task.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from marsad.contracts.codec import Event
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered
from marsad.fetching.answers import health_of, judge, moved, outcome_of, redirected, travelled
from marsad.fetching.archive import Keeper
from marsad.fetching.client import Answer, Client, Redirect, Terms
from marsad.fetching.counts import HOST_BUSY, count
from marsad.fetching.failures import FetchBlocked, FetchError, FetchFailed
from marsad.fetching.health import GIVE_UP_S, Health
from marsad.fetching.lanes import delay_after, lane_before
from marsad.fetching.robots import Robots, Rules
from marsad.fetching.status import Meaning, meaning_of, retry_after_s
from marsad.fetching.targets import check_url, host_of
from marsad.fetching.turns import Turns
from marsad.outlets import Outlets
from marsad.settings import Fetching
from marsad.streaming.outcome import Clock, Outcome, Retry, Settle
from marsad.urls import key_of

SERVICE = "fetching"

PAGE_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.1"
FEED_ACCEPT = "application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.1"
FEED_TYPES = frozenset({"application/gzip", "application/x-gzip", "application/octet-stream"})  # of packed sitemaps
SITEMAP_BYTES = 10_000_000  # 50,000 entries take about seven; with its headers the record still fits its topic
HOST_DOWN = "host_down"
ARCHIVES_A_SECOND = 100.0  # taken in; a hundred hosts' archives are fetched at a quarter of that
FARTHEST_S = 7 * 24 * 3_600.0  # a slot beyond is not one that a queue gave


@dataclass(slots=True)
class _Stay:
    """A turn in hand: its pause, what the last request said of the host (None: nothing was asked), URLs that led on."""

    host: str
    pause_s: float
    health: Health | None = None
    way: tuple[str, ...] = ()


class Fetch:
    """The handler of every topic that carries UrlDiscovered."""

    def __init__(
        self,
        client: Client,
        robots: Robots,
        turns: Turns,
        outlets: Outlets,
        settings: Fetching,
        clock: Clock,
        keeper: Keeper | None = None,
    ) -> None:
        self._client = client
        self._robots = robots
        self._turns = turns
        self._outlets = outlets
        self._settings = settings
        self._clock = clock
        self._next_archive = 0.0
        self._keeper = keeper

    async def __call__(self, events: Sequence[Event[UrlDiscovered]]) -> Sequence[Outcome]:
        """Return an outcome for each."""
        outcomes = await asyncio.gather(*(self._decide(event.data) for event in events))
        for event, outcome in zip(events, outcomes, strict=True):
            count(self._outlets, event.data, outcome)
        return outcomes

    async def _decide(self, data: UrlDiscovered) -> Outcome:
        """Follow the task from host to host as long as it stays in its registrable domain."""
        while True:
            try:
                went = await self._visit(data)
            except FetchError as error:
                return self._failed(data, error)
            if not isinstance(went, UrlDiscovered):
                return went
            if key_of(went.target) != key_of(data.target):
                return moved(went)
            data = went

    async def _visit(self, data: UrlDiscovered) -> Outcome | UrlDiscovered:
        """Ask the task's host, for its rules first; return the task where it is led to another. Raises FetchError."""
        url = check_url(data.target)
        reserved = self._reserved(data)
        if data.backfill and reserved is None:
            await self._pace_archives()
        while True:
            if (closed_until := self._robots.closed_until(url)) is not None:
                return self._later(data, closed_until)
            rules = self._robots.known(url)
            if rules is not None:
                rules.require(url)
            asked = url if rules is not None else self._robots.question(url)
            host, pause_s = host_of(asked), self._pause_s(asked, rules)
            slot = await self._turns.enter(host, pause_s, reserved, archive=data.backfill)
            if slot is not None:
                return self._later(data, slot)
            went = await self._hold(data, url, host, pause_s)
            if went is not None:
                return went
            reserved = None  # it was for the host that was asked

    async def _hold(
        self, data: UrlDiscovered, url: httpx.URL, host: str, pause_s: float
    ) -> Outcome | UrlDiscovered | None:
        """Ask the host whose turn is taken, and give the turn back. None: something is to be asked elsewhere first."""
        stay = _Stay(host, pause_s)
        try:
            if (late := await self._learn(data, url, stay)) is not None:
                return late
            if host_of(url) != host or self._robots.known(url) is None:
                return None
            return await self._follow(data, url, stay)
        except FetchError as error:
            error.way = stay.way
            if isinstance(error, FetchFailed):
                stay.health = Health.ILL
            raise
        finally:
            self._turns.leave(host, stay.pause_s, stay.health)

    async def _learn(self, data: UrlDiscovered, url: httpx.URL, stay: _Stay) -> Outcome | None:
        """Ask for the rules of the URL's site as far as they are to be had at this host, and pause."""
        while self._robots.known(url) is None and host_of(self._robots.question(url)) == stay.host:
            stay.health = Health.UNWILLING
            await self._robots.ask(url)
            if (rules := self._robots.known(url)) is not None:
                stay.pause_s = self._pause_s(url, rules)  # also where the rules refuse this very URL
                rules.require(url)
            slot = await self._turns.again(stay.host, stay.pause_s)
            if slot is not None:
                return self._later(data, slot)
        return None

    async def _follow(self, data: UrlDiscovered, url: httpx.URL, stay: _Stay) -> Outcome | UrlDiscovered:
        """Ask for the page, and for what it leads to at this host, each after a pause."""
        while True:
            if (rules := self._robots.known(url)) is not None:
                stay.pause_s = self._pause_s(url, rules)  # they may have come while the task waited for its turn
                rules.require(url)
            stay.health = Health.UNWILLING
            answer = await self._ask(data, url)
            stay.health = health_of(answer)
            at = self._clock()
            if self._keeper:
                await self._keeper.keep(data, answer, at)
            if isinstance(answer, Answer):
                self._heed(answer, stay)
                return self._outcome(data, answer, at)
            stay.way = travelled(data.task, answer.url).aliases
            data = redirected(data, answer, self._settings.max_redirects)
            url = check_url(data.target)
            if host_of(url) != stay.host or self._robots.known(url) is None:
                return data
            slot = await self._turns.again(stay.host, stay.pause_s)
            if slot is not None:
                return self._later(data, slot)

    async def _pace_archives(self) -> None:
        """Take archives in one after another: thousands at once would cost fresh tasks the processor."""
        now = asyncio.get_running_loop().time()
        self._next_archive = max(self._next_archive + 1 / ARCHIVES_A_SECOND, now)
        await asyncio.sleep(self._next_archive - now)

    def _reserved(self, data: UrlDiscovered) -> float | None:
        """Return the slot that the task holds; one beyond any queue would keep it, and its host, for ever."""
        slot = data.not_before.timestamp() if data.not_before else None
        return slot if slot is None or slot <= self._clock().timestamp() + FARTHEST_S else None

    async def _ask(self, data: UrlDiscovered, url: httpx.URL) -> Answer | Redirect:
        """Ask for the page with the host's turn in hand: a redirect is another request, and waits for its own."""
        return await self._client.get(str(url), self._terms(data), headers=_conditions(data), form=data.form)

    def _heed(self, answer: Answer, stay: _Stay) -> None:
        """Let the host rest where it asks for that."""
        if meaning_of(answer.status) is Meaning.OVERLOADED:
            self._turns.push_back(stay.host, stay.pause_s, max(self._rest_s(answer), delay_after(1)))

    def _outcome(self, data: UrlDiscovered, answer: Answer, at: datetime) -> Outcome:
        verdict = judge(answer, data)
        if verdict.meaning is Meaning.OVERLOADED:
            return self._again(data, verdict.reason, f"{answer.url} asks for a pause", self._rest_s(answer))
        if verdict.meaning is Meaning.BROKEN:
            return self._again(data, verdict.reason, verdict.detail)
        return outcome_of(data, answer, verdict, at)

    def _rest_s(self, answer: Answer) -> float:
        return retry_after_s(answer.retry_after, self._clock())

    def _failed(self, data: UrlDiscovered, error: FetchError) -> Outcome:
        if isinstance(error, FetchFailed):
            return self._again(data, error.reason, error.detail)
        state = State.BLOCKED if isinstance(error, FetchBlocked) else State.REFUSED
        task = data.task.model_copy(update={"aliases": error.way or data.task.aliases})
        return Settle(state, error.reason, task, error.detail)

    def _again(self, data: UrlDiscovered, reason: str, detail: str, at_least_s: float = 0.0) -> Outcome:
        """Return another attempt, each later than the one before, or the end where they are used up."""
        attempts = data.attempt + 1
        if attempts >= self._settings.attempts:
            return Settle(State.UNREACHABLE, reason, data.task, f"after {attempts} attempts: {detail}")
        wait_s = max(delay_after(attempts), at_least_s)
        update = {"attempt": attempts, "not_before": _moment(self._clock().timestamp() + wait_s)}
        return Retry(lane_before(wait_s), data.model_copy(update=update), reason)

    def _later(self, data: UrlDiscovered, slot: float) -> Outcome:
        """Return the task to its host's slot, which is no attempt of its own, or its end where the host is dead."""
        host = host_of(check_url(data.target))
        if self._turns.down_s(host) >= GIVE_UP_S:
            return Settle(State.UNREACHABLE, HOST_DOWN, data.task, f"{host} has given no page for a day")
        lane = lane_before(slot - self._clock().timestamp())
        return Retry(lane, data.model_copy(update={"not_before": _moment(slot)}), HOST_BUSY)

    def _pause_s(self, url: httpx.URL, rules: Rules | None) -> float:
        """Return the longest pause that the operator, the outlet file or robots.txt asks for."""
        outlet = self._outlets.for_url(str(url))
        asked = outlet.crawl_delay_s if outlet else None
        return max(self._settings.spacing_s, asked or 0.0, rules.delay_s if rules else 0.0)

    def _terms(self, data: UrlDiscovered) -> Terms:
        if data.task.kind == "feed":
            accept = PAGE_ACCEPT if data.task.reads_as == "front_page" else FEED_ACCEPT
            most = max(self._settings.max_bytes, SITEMAP_BYTES if data.task.reads_as == "sitemap" else 0)
            return Terms(accept, most, types=FEED_TYPES)
        return Terms(PAGE_ACCEPT, self._settings.max_bytes, page=True)


def _conditions(data: UrlDiscovered) -> dict[str, str]:
    """Return the headers that let a feed answer that it is unchanged (RFC 9110, 13.1)."""
    if data.task.kind != "feed" or data.validators is None:
        return {}
    values = {"If-None-Match": data.validators.etag, "If-Modified-Since": data.validators.last_modified}
    return {name: value for name, value in values.items() if value and value.isascii() and value.isprintable()}


def _moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
