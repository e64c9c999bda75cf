"""A schedule and a reading handler over state in memory, on a clock that tests move."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from marsad.contracts.codec import Event, Record
from marsad.contracts.pages import FeedFetched
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered
from marsad.discovery.answers import Answer, parse
from marsad.discovery.backfill import Archive
from marsad.discovery.listings import Listing
from marsad.discovery.polls import Pace, Poll
from marsad.discovery.reading import FeedFetchedHandler, Reading
from marsad.discovery.schedule import Asking, FeedSchedule
from marsad.errors import HeldBack, WorkerTimeout
from marsad.outlets import Outlet, Outlets
from marsad.search.ledger import Report
from marsad.streaming.outcome import Outcome
from marsad.urls import page_id
from support.payloads import make_event, make_feed, make_task, minutes
from support.state import MemoryState

FEED = "https://ajil.example/rss"
PACE = Pace(60, 600)
CALLBACK = "https://us.example/websub"


def outlet(**fields: Any) -> Outlet:
    """Return an outlet with one feed."""
    given = {
        "id": "ajil",
        "name": {"ar": "عاجل", "en": "Ajil"},
        "country": "EG",
        "kind": "paper",
        "languages": ["ar"],
        "time_zone": "Africa/Cairo",
        "domains": ["ajil.example"],
        "feeds": [FEED],
        "checked": {"on": date(2026, 3, 1), "against": "nothing: an invention of this test"},
    }
    return Outlet.model_validate(given | fields)


class ScheduleDesk:
    """A schedule, with what it published and what the ledger says."""

    def __init__(self, state: MemoryState, *outlets: Outlet, callback: str | None = None) -> None:
        self.now = minutes(0)
        self.state = state
        self.published: list[Record] = []
        self.ends: dict[str, tuple[State, str]] = {}
        self.full = False
        self.unsent = False
        known = Outlets(outlets or [outlet()])
        asking = Asking(PACE, 3_600, callback)
        self.schedule = FeedSchedule(state, self.reports, known, asking, self.clock, self.room)

    def clock(self) -> datetime:
        return self.now

    async def room(self) -> None:
        if self.full:
            raise HeldBack("an archive waits")

    async def reports(self, ids: Sequence[str]) -> Mapping[str, Report]:
        known = {key: self.ends.get(key, (State.DISCOVERED, "")) for key in ids if not self.unsent}
        return {
            key: Report(key, state, "feed", self.now.isoformat(), reason=why) for key, (state, why) in known.items()
        }

    async def publish(self, records: Sequence[Record], _: str) -> None:
        self.published += records

    async def tick(self, minute: float | None = None, end: tuple[State, str] | None = None) -> list[UrlDiscovered]:
        """Tick at a minute, after the last tasks ended so; return what was sent."""
        if minute is not None:
            self.now = minutes(minute)
        if end is not None:
            self.ends |= {record.task_id or "": end for record in self.published}
        self.published.clear()
        await self.schedule.tick(self.publish)
        return [record.data for record in self.published if isinstance(record.data, UrlDiscovered)]

    def poll(self, url: str = FEED) -> Poll:
        return Poll.of(self.state.sources()[page_id(url)])


class ReadingDesk:
    """A handler whose worker is a plain call."""

    def __init__(self, *outlets: Outlet, websub: bool = False) -> None:
        self.now = minutes(0)
        self.seen, self.feeds = MemoryState(), MemoryState()
        archive = Archive(self.seen, Outlets(outlets or [outlet()]), 3_600, 0)
        how = Reading(PACE, 3_600, 30, websub=websub)
        self.handler = FeedFetchedHandler(self.read, self.feeds, archive, how, self.clock)
        self.hangs = False

    def clock(self) -> datetime:
        return self.now

    async def read(self, answer: Answer) -> Listing:
        if self.hangs:
            raise WorkerTimeout("killed after 20 s")
        return parse(answer)

    async def decided(self, event: Event[FeedFetched]) -> Outcome:
        (outcome,) = await self.handler([event])
        return outcome

    async def fetched(self, body: bytes, url: str = FEED, reads_as: str | None = None, **fields: Any) -> Outcome:
        """Decide about a body that came from a URL."""
        task = make_task("a feed", kind="feed", url=url, found_in="schedule", outlet="ajil", reads_as=reads_as)
        given = {"task": task, "final_url": url, "content_type": "application/xml", **fields}
        return await self.decided(make_event(make_feed(**given), body=body))
