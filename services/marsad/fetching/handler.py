"""Decides `urls.discovered` and the retry lanes: one URL in, one outcome out.

A task asks for its target when the address guard, robots.txt and the host's clock let it. A redirect to another host
of the same registrable domain goes on here, with that host's robots.txt and clock; one to another domain goes on under
the target's key as the same task.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx

from marsad.contracts.codec import Event
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered
from marsad.fetching.answers import health_of, moved, outcome_of, redirected
from marsad.fetching.client import Answer, Client, Redirect, Terms
from marsad.fetching.failures import FetchError, FetchFailed
from marsad.fetching.health import GIVE_UP_S, Health
from marsad.fetching.lanes import delay_after, lane_before
from marsad.fetching.robots import Robots, Rules
from marsad.fetching.status import Meaning, meaning_of, reason_of, retry_after_s
from marsad.fetching.targets import check_url, host_of
from marsad.fetching.turns import Turns
from marsad.outlets import Outlets
from marsad.settings import Fetching
from marsad.streaming.outcome import Clock, Outcome, Retry, Settle
from marsad.urls import key_of

SERVICE = "fetching"

PAGE_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.1"
FEED_ACCEPT = "application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.1"
HOST_BUSY = "host_busy"
HOST_DOWN = "host_down"
FARTHEST_S = 7 * 24 * 3_600.0  # a slot beyond is not one that a queue gave


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
    ) -> None:
        self._client = client
        self._robots = robots
        self._turns = turns
        self._outlets = outlets
        self._settings = settings
        self._clock = clock

    async def __call__(self, events: Sequence[Event[UrlDiscovered]]) -> Sequence[Outcome]:
        """Return an outcome for each."""
        return await asyncio.gather(*(self._decide(event.data) for event in events))

    async def _decide(self, data: UrlDiscovered) -> Outcome:
        """Follow the task from host to host as long as it stays in its registrable domain."""
        while True:
            try:
                went = await self._visit(data)
                if not isinstance(went, Redirect):
                    return went
                onward = redirected(data, went, self._settings.max_redirects)
            except FetchError as error:
                return self._failed(data, error)
            if key_of(onward.target) != key_of(data.target):
                return moved(onward)
            data = onward

    async def _visit(self, data: UrlDiscovered) -> Outcome | Redirect:
        """Ask one host. Raises FetchError."""
        url = check_url(data.target)
        if (closed_until := self._robots.closed_until(url)) is not None:
            return self._later(data, closed_until)
        rules = self._robots.known(url)
        if rules is not None:
            rules.require(url)
        host, pause_s = host_of(url), self._pause_s(url, rules)
        slot = await self._turns.enter(host, pause_s, self._reserved(data), archive=data.backfill)
        if slot is not None:
            return self._later(data, slot)
        health = Health.UNWILLING
        try:
            rules = self._robots.known(url)  # whoever had the turn before may have asked
            if rules is None:
                rules = await self._robots.fetch(url)
                rules.require(url)
                pause_s = self._pause_s(url, rules)
                slot = await self._turns.again(host, pause_s)
                if slot is not None:
                    return self._later(data, slot)
            rules.require(url)
            answer = await self._ask(data, url)
            health = health_of(answer)
            self._heed(answer, host, pause_s)
        except FetchFailed:
            health = Health.ILL
            raise
        finally:
            self._turns.leave(host, pause_s, health)
        return answer if isinstance(answer, Redirect) else self._outcome(data, answer)

    def _reserved(self, data: UrlDiscovered) -> float | None:
        """Return the slot that the task holds; one beyond any queue would keep it, and its host, for ever."""
        slot = data.not_before.timestamp() if data.not_before else None
        return slot if slot is None or slot <= self._clock().timestamp() + FARTHEST_S else None

    async def _ask(self, data: UrlDiscovered, url: httpx.URL) -> Answer | Redirect:
        """Ask for the page with the host's turn in hand."""
        host = host_of(url)

        def follow(target: httpx.URL) -> bool:
            known = self._robots.known(target)
            return host_of(target) == host and known is not None and known.allows(target)

        return await self._client.get(str(url), self._terms(data), follow=follow, headers=_conditions(data))

    def _heed(self, answer: Answer | Redirect, host: str, pause_s: float) -> None:
        """Let the host rest where it asks for that."""
        if isinstance(answer, Answer) and meaning_of(answer.status) is Meaning.OVERLOADED:
            self._turns.push_back(host, pause_s, max(self._rest_s(answer), delay_after(1)))

    def _outcome(self, data: UrlDiscovered, answer: Answer) -> Outcome:
        meaning = meaning_of(answer.status)
        if meaning is Meaning.OVERLOADED:
            return self._again(data, reason_of(answer.status), f"{answer.url} asks for a pause", self._rest_s(answer))
        if meaning is Meaning.BROKEN:
            return self._again(data, reason_of(answer.status), f"{answer.url} answered {answer.status}")
        return outcome_of(data, answer, self._clock())

    def _rest_s(self, answer: Answer) -> float:
        return retry_after_s(answer.retry_after, self._clock())

    def _failed(self, data: UrlDiscovered, error: FetchError) -> Outcome:
        if isinstance(error, FetchFailed):
            return self._again(data, error.reason, error.detail)
        return Settle(State.REFUSED, error.reason, data.task, error.detail)

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
        return Terms(FEED_ACCEPT if data.task.kind == "feed" else PAGE_ACCEPT, self._settings.max_bytes)


def _conditions(data: UrlDiscovered) -> dict[str, str]:
    """Return the headers that let a feed answer that it is unchanged (RFC 9110, 13.1)."""
    if data.task.kind != "feed" or data.validators is None:
        return {}
    values = {"If-None-Match": data.validators.etag, "If-Modified-Since": data.validators.last_modified}
    return {name: value for name, value in values.items() if value and value.isascii() and value.isprintable()}


def _moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
