"""Which lists are due: feeds, sitemaps and front pages, claimed in the state index so that no copy doubles a request.

How a request ended that brought nothing to read is learned from the ledger, when the list is due next; one that is
still under way is not sent again.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from marsad.contracts.ids import derive
from marsad.contracts.model import Task
from marsad.contracts.urls import Validators
from marsad.discovery.handler import discovered
from marsad.discovery.polls import Pace, Poll
from marsad.errors import HeldBack, StateConflict
from marsad.outlets import Outlets
from marsad.search.ledger import Report
from marsad.search.state import Change, Entry, StateIndex
from marsad.streaming.outcome import Clock
from marsad.streaming.service import Publish
from marsad.urls import page_id

__all__ = ["FeedSchedule", "Source", "sources_of"]

LOOK_AGAIN = timedelta(seconds=60)  # at a list that is not due: an answer or another copy may have moved it

ReadsAs = Literal["feed", "sitemap", "front_page"]
Reports = Callable[[Sequence[str]], Awaitable[Mapping[str, Report]]]
"""Returns where tasks stand, by id."""


@dataclass(frozen=True, slots=True)
class Source:
    """A list of an outlet's links."""

    url: str
    outlet: str
    reads_as: ReadsAs = "feed"

    @property
    def id(self) -> str:
        """Of its state entry."""
        return page_id(self.url)


def sources_of(outlets: Outlets) -> tuple[Source, ...]:
    """Return every list that outlet files name, each once."""
    named = [
        Source(url, outlet.id, kind)
        for outlet in outlets
        for kind, urls in _by_kind(outlet.feeds, outlet.sitemaps, outlet.front_pages)
        for url in urls
    ]
    return tuple({source.id: source for source in reversed(named)}.values())[::-1]


def _by_kind(*urls: tuple[str, ...]) -> Iterable[tuple[ReadsAs, tuple[str, ...]]]:
    kinds: tuple[ReadsAs, ...] = ("feed", "sitemap", "front_page")
    return zip(kinds, urls, strict=True)


@dataclass(frozen=True, slots=True)
class Asking:
    """How lists are asked.

    Attributes:
        pace: between which intervals.
        revisit_s: a list is asked without conditions this long after it was last read as a whole.
        callback: public URL that hubs push to; None leaves hubs alone.
    """

    pace: Pace
    revisit_s: float
    callback: str | None = None


class FeedSchedule:
    """Sends the lists that are due as fetch tasks.

    Args:
        state: of feeds.
        reports: of the ledger.
        outlets: whose lists are asked.
        asking: how.
        clock: now.
        room: raises HeldBack while enough of archives waits.
    """

    def __init__(
        self,
        state: StateIndex,
        reports: Reports,
        outlets: Outlets,
        asking: Asking,
        clock: Clock,
        room: Callable[[], Awaitable[None]],
    ) -> None:
        self._state = state
        self._reports = reports
        self._sources = sources_of(outlets)
        self._asking = asking
        self._clock = clock
        self._room = room
        self._look_at: dict[str, datetime] = {}

    async def tick(self, publish: Publish) -> None:
        """Claim and send every list that is due. Raises Unavailable."""
        now = self._clock()
        looked = [one for one in self._sources if now >= self._look_at.get(one.id, now)]
        entries = await self._state.read(one.id for one in looked)
        polls = {key: Poll.of(entry.source) for key, entry in entries.items()}
        due = [one for one in looked if one.id not in polls or polls[one.id].due(now, self._asking.pace)]
        pending = [polls[one.id].task_id or "" for one in due if one.id in polls and polls[one.id].pending]
        reports = await self._reports(pending) if pending else {}
        for one in looked:
            self._look_at[one.id] = now + LOOK_AGAIN
        for one in due:
            poll = self._settled(polls.get(one.id) or Poll(one.url, now.isoformat()), reports, now)
            if poll is not None and await self._has_room(poll):
                await self._ask(one, poll, entries.get(one.id), publish)
        self._note(looked, polls, due)

    def _note(self, looked: Iterable[Source], polls: Mapping[str, Poll], due: Sequence[Source]) -> None:
        """Note when to look at each list again: those that were due at the next tick, others when they are due."""
        for one in looked:
            if one in due:
                del self._look_at[one.id]
            else:
                self._look_at[one.id] = min(self._look_at[one.id], datetime.fromisoformat(polls[one.id].next_at))

    def _settled(self, poll: Poll, reports: Mapping[str, Report], now: datetime) -> Poll | None:
        """Account for the end of the last request; None while it is under way."""
        if not poll.pending:
            return poll
        report = reports.get(poll.task_id or "")
        if report is not None and report.state.terminal:
            return poll.ended(report.state, report.reason, self._asking.pace)
        return replace(poll, answered=poll.task_id) if poll.lost(now, reported=report is not None) else None

    async def _has_room(self, poll: Poll) -> bool:
        """Whether the list may be asked: one that leads to an archive waits while enough of archives waits."""
        if not poll.backfill:
            return True
        try:
            await self._room()
        except HeldBack:
            return False
        return True

    async def _ask(self, source: Source, poll: Poll, entry: Entry | None, publish: Publish) -> None:
        """Claim the list, then send its task; where another copy was faster, nothing."""
        now = self._clock()
        task = _task(source, now)
        asked = poll.asked(task.task_id, now, self._asking.pace)
        subscribing = asked.websub is not None and self._asking.callback is not None and asked.websub.due(now)
        if subscribing and asked.websub is not None:
            asked = replace(asked, websub=asked.websub.asked(now))
        try:
            await self._state.write({source.id: Change(asked.source(), entry)})
        except StateConflict:
            return
        await _send(task, publish, now, **self._conditions(poll, now))
        if subscribing and asked.websub is not None:
            form = asked.websub.form(f"{self._asking.callback}/{asked.websub.place(source.id)}")
            await _send(_subscription(source, asked.websub.hub, now), publish, now, form=form)

    def _conditions(self, poll: Poll, now: datetime) -> dict[str, Any]:
        """Return what makes the request conditional; nothing, once the links are due to be looked at again.

        A page is corrected or withdrawn without any change of the list that names it.
        """
        whole_after = timedelta(seconds=self._asking.revisit_s)
        if poll.read_at is None or now >= datetime.fromisoformat(poll.read_at) + whole_after:
            return {}
        validators = Validators(etag=poll.etag, last_modified=poll.last_modified)
        return {"validators": validators, "body_hash": poll.body_hash}


async def _send(task: Task, publish: Publish, now: datetime, **fields: Any) -> None:  # noqa: ANN401 - of UrlDiscovered
    for record in discovered(task, now, **fields):  # the task before its report: nothing is reported that nobody has
        await publish((record,), task.task_id)


def _task(source: Source, now: datetime) -> Task:
    return Task(
        task_id=derive("feed", source.url, now.isoformat()),
        kind="feed",
        reads_as=None if source.reads_as == "feed" else source.reads_as,
        url=source.url,
        outlet=source.outlet,
        found_in="schedule",
        discovered_at=now,
    )


def _subscription(source: Source, hub: str, now: datetime) -> Task:
    return Task(
        task_id=derive("subscription", source.url, hub, now.isoformat()),
        kind="feed",
        reads_as="subscription",
        url=hub,
        outlet=source.outlet,
        found_in="schedule",
        referrer=source.url,
        discovered_at=now,
    )
