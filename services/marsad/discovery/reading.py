"""What becomes of a list that was fetched: its fresh links are found URLs, its archive goes to `urls.backfill`."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex

from marsad.contracts.codec import Event, Record
from marsad.contracts.ids import derive
from marsad.contracts.model import Task
from marsad.contracts.pages import FeedFetched
from marsad.contracts.states import State
from marsad.contracts.urls import UrlFound
from marsad.discovery.answers import Answer
from marsad.discovery.backfill import Archive, parts_of
from marsad.discovery.intervals import fresh_for_s
from marsad.discovery.listings import Listing, link_of
from marsad.discovery.polls import Pace, Poll, Read
from marsad.discovery.seen import Seen
from marsad.discovery.websub import Subscription, links_in
from marsad.errors import StageError
from marsad.search.state import Change, StateIndex
from marsad.streaming.outcome import Clock, Outcome, Quarantine, Settle
from marsad.telemetry import about
from marsad.urls import clean, key_of, page_id

__all__ = ["FeedFetchedHandler", "Reading"]

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Reading:
    """How lists are read.

    Attributes:
        pace: of asking again.
        revisit_s: a link is found again after this long.
        backfill_days: what a sitemap dates further back is left out.
        websub: whether hubs are subscribed to.
    """

    pace: Pace
    revisit_s: float
    backfill_days: float
    websub: bool = False


class FeedFetchedHandler:
    """Decides batches of `feeds.fetched`.

    Args:
        read: `answers.parse` in a worker process.
        feeds: state of the lists that are asked.
        archive: hands on what is old; its outlets tell articles apart on front pages.
        reading: how lists are read.
        clock: now.
    """

    def __init__(
        self,
        read: Callable[[Answer], Awaitable[Listing]],
        feeds: StateIndex,
        archive: Archive,
        reading: Reading,
        clock: Clock,
    ) -> None:
        self._read = read
        self._feeds = feeds
        self._archive = archive
        self._reading = reading
        self._clock = clock

    async def __call__(self, events: Sequence[Event[FeedFetched]]) -> Sequence[Outcome]:
        """Return an outcome for each. Raises Unavailable."""
        decided = [await self._decide(event) for event in events]
        await self._remember([(event, read) for event, (_, read) in zip(events, decided, strict=True) if read])
        return [outcome for outcome, _ in decided]

    async def _decide(self, event: Event[FeedFetched]) -> tuple[Outcome, Read | None]:
        """Return the outcome, and what is to be remembered; nothing of what could not be read, nor of parts."""
        data = event.data
        if data.task.reads_as == "subscription":
            return Settle(State.READ, "subscription", data.task, f"the hub answered {data.status}"), None
        try:
            clean(data.task.url)
        except ValueError as error:  # nobody scheduled that
            return Quarantine("bad_url", str(error)), None
        now = self._clock()
        try:
            with about(task_id=data.task.task_id):
                listing = await self._read(self._answer(event, now))
        except StageError as error:
            return Quarantine("unreadable_feed", str(error)), None
        read = None if data.part else _read(data, listing, now)
        if listing.barren and listing.problem and data.task.reads_as != "front_page":  # which is right without news
            return Settle(State.NOT_ARTICLE, "not_a_feed", data.task, listing.problem), read
        return await self._links(event, listing, now), read

    def _answer(self, event: Event[FeedFetched], now: datetime) -> Answer:
        data = event.data
        outlet = self._archive.outlets.for_url(data.task.url)
        return Answer(
            body=event.body,
            url=data.final_url,
            content_type=data.content_type,
            reads_as=data.task.reads_as,
            pattern=outlet.article_pattern if outlet else None,
            now=None if data.part else now,
            oldest=now - timedelta(days=self._reading.backfill_days),
        )

    async def _links(self, event: Event[FeedFetched], listing: Listing, now: datetime) -> Settle:
        task = event.data.task
        fresh = await self._fresh([entry.url for entry in listing.entries if self._counts(task, entry.url)], now)
        old = await self._archive.pages(event, listing.old, now)
        children = await self._archive.sitemaps(event, listing.children, now)
        parts = parts_of(event, listing.parts)
        said = [
            f"{len(fresh)} of {len(listing.entries)} links to hand on",
            *([f"{len(old) // 2} of {len(listing.old)} old ones"] if listing.old else []),
            *([f"{len(children) // 2} of {len(listing.children)} sitemaps"] if listing.children else []),
            *([f"an archive in {len(parts)} parts"] if parts else []),
            *([listing.problem] if listing.problem else []),
        ]
        found = (_found(event, url, now) for url in fresh)
        return Settle(State.READ, "feed", task, ", ".join(said), records=(*found, *old, *children, *parts))

    def _counts(self, task: Task, url: str) -> bool:
        """Whether a link is one of the outlet's: a feed may name anybody's pages, a front page names advertisers'."""
        if task.reads_as is None or task.outlet is None:
            return True
        outlet = self._archive.outlets.for_url(url)
        return outlet is not None and outlet.id == task.outlet

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
        entries = await self._archive.seen.read(by_id)
        return [
            url
            for key, url in by_id.items()
            if key not in entries or Seen.of(entries[key].source).due(now, self._reading.revisit_s)
        ]

    async def _remember(self, answered: Iterable[tuple[Event[FeedFetched], Read]]) -> None:
        """Keep what each list's next request depends on. Raises Unavailable."""
        by_id = [(page_id(event.data.task.url), event, read) for event, read in answered]
        entries = await self._feeds.read(key for key, _, _ in by_id)
        polls = {key: Poll.of(entry.source) for key, entry in entries.items()}
        changed: dict[str, Poll] = {}
        for key, event, read in by_id:
            if key in polls:
                after = self._subscribed(polls[key].read(read, self._reading.pace), event.data, read.listing)
                if after != polls[key]:
                    polls[key] = changed[key] = after
        await self._feeds.write({key: Change(poll.source(), entries[key]) for key, poll in changed.items()})

    def _subscribed(self, poll: Poll, data: FeedFetched, listing: Listing) -> Poll:
        """Note the hub that a feed names, with a secret of its own; a subscription that fits goes on."""
        header = data.headers.get("link", "")
        named = (link_of(data.final_url, link) for link in links_in(header, "hub"))
        hub = next(filter(None, (*listing.hubs, *named)), None)
        if not self._reading.websub or hub is None:
            return poll
        own = (link_of(data.final_url, link) for link in links_in(header, "self"))
        topic = listing.topic or next(filter(None, own), data.task.url)
        if poll.websub is not None and (poll.websub.hub, poll.websub.topic) == (hub, topic):
            return poll
        return replace(poll, websub=Subscription(hub, topic, token_hex(SECRET_BYTES)))


def _read(data: FeedFetched, listing: Listing, now: datetime) -> Read:
    return Read(
        task_id=data.task.task_id,
        listing=listing,
        at=now,
        validators=data.validators,
        body_hash=data.body_hash,
        least_s=fresh_for_s(data.headers, data.fetched_at),
    )


def _found(event: Event[FeedFetched], url: str, now: datetime) -> Record:
    found = UrlFound(url=url, found_in="feed", found_at=now, referrer=event.data.task.url)
    return Record("urls.found", key_of(url), found, task_id=derive("task", event.envelope.id, url), part=url)
