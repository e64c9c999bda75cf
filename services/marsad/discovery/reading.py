"""What becomes of a feed that was fetched: the entries that are not known yet are found URLs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from marsad.contracts.codec import Event, Record
from marsad.contracts.ids import derive
from marsad.contracts.pages import FeedFetched
from marsad.contracts.states import State
from marsad.contracts.urls import UrlFound
from marsad.discovery.feeds import Feed, parse_feed
from marsad.discovery.schedule import remember_validators
from marsad.discovery.seen import Seen
from marsad.errors import StageError
from marsad.search.state import StateIndex
from marsad.streaming.outcome import Clock, Outcome, Quarantine, Settle
from marsad.telemetry import about
from marsad.urls import clean, key_of, page_id


@dataclass(frozen=True, slots=True)
class Answer:
    """A fetched feed, as a worker gets it."""

    body: bytes
    url: str
    content_type: str | None


def parse(answer: Answer) -> Feed:
    """Read a feed, in a worker process: strangers' XML may hang a parser."""
    return parse_feed(answer.body, answer.url, answer.content_type)


class FeedFetchedHandler:
    """Decides batches of `feeds.fetched`."""

    def __init__(
        self,
        read: Callable[[Answer], Awaitable[Feed]],
        seen: StateIndex,
        feeds: StateIndex,
        *,
        revisit_s: float,
        clock: Clock,
    ) -> None:
        self._read = read
        self._seen = seen
        self._feeds = feeds
        self._revisit_s = revisit_s
        self._clock = clock

    async def __call__(self, events: Sequence[Event[FeedFetched]]) -> Sequence[Outcome]:
        """Return an outcome for each. Raises Unavailable."""
        outcomes = [await self._decide(event) for event in events]
        read = [
            (event.data.task.url, event.data.validators)
            for event, outcome in zip(events, outcomes, strict=True)
            if not isinstance(outcome, Quarantine)  # it must not answer "unchanged" before it was read
        ]
        await remember_validators(self._feeds, read, self._clock())
        return outcomes

    async def _decide(self, event: Event[FeedFetched]) -> Outcome:
        data = event.data
        try:
            clean(data.task.url)
        except ValueError as error:  # nobody scheduled that
            return Quarantine("bad_url", str(error))
        try:
            with about(task_id=data.task.task_id):
                feed = await self._read(Answer(event.body, data.final_url, data.content_type))
        except StageError as error:
            return Quarantine("unreadable_feed", str(error))
        if feed.problem and not feed.entries:
            return Settle(State.NOT_ARTICLE, "not_a_feed", data.task, feed.problem)
        now = self._clock()
        fresh = await self._fresh([entry.url for entry in feed.entries], now)
        records = tuple(_found(event, url, now) for url in fresh)
        return Settle(
            State.READ, "feed", data.task, f"{len(fresh)} of {len(feed.entries)} links to hand on", records=records
        )

    async def _fresh(self, urls: Sequence[str], now: datetime) -> list[str]:
        """Return the URLs that are unknown or due again.

        Only to spare the topic: the decision falls where the URL is handed on.
        """
        by_id: dict[str, str] = {}
        for url in urls:
            try:
                by_id.setdefault(page_id(url), clean(url))
            except ValueError:
                continue
        entries = await self._seen.read(by_id)
        return [
            url
            for key, url in by_id.items()
            if key not in entries or Seen.of(entries[key].source).due(now, self._revisit_s)
        ]


def _found(event: Event[FeedFetched], url: str, now: datetime) -> Record:
    found = UrlFound(url=url, found_in="feed", found_at=now, referrer=event.data.task.url)
    return Record("urls.found", key_of(url), found, task_id=derive("task", event.envelope.id, url), part=url)
