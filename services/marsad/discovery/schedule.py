"""Which feeds are due: each outlet's feeds by their interval, claimed in the state index so that no copy doubles it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from marsad.contracts.ids import derive
from marsad.contracts.model import Task
from marsad.contracts.urls import Validators
from marsad.discovery.handler import discovered
from marsad.errors import StateConflict
from marsad.outlets import Outlets
from marsad.search.state import Change, Entry, StateIndex
from marsad.streaming.outcome import Clock
from marsad.streaming.service import Publish
from marsad.urls import page_id


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of an outlet."""

    url: str
    outlet: str

    @property
    def id(self) -> str:
        """Of its state entry."""
        return page_id(self.url)


class FeedSchedule:
    """Sends the feeds that are due as fetch tasks."""

    def __init__(
        self, state: StateIndex, outlets: Outlets, *, interval_s: float, revisit_s: float, clock: Clock
    ) -> None:
        self._state = state
        self._feeds = tuple(Feed(url, outlet.id) for outlet in outlets for url in outlet.feeds)
        self._interval = timedelta(seconds=interval_s)
        self._revisit = timedelta(seconds=revisit_s)
        self._clock = clock

    async def tick(self, publish: Publish) -> None:
        """Claim and send every due feed. Raises Unavailable."""
        entries = await self._state.read(feed.id for feed in self._feeds)
        now = self._clock()
        for feed in self._due(entries, now):
            if await self._claim(feed, entries.get(feed.id), now):
                task = _task(feed, now)
                records = discovered(task, now, validators=self._validators(entries.get(feed.id), now))
                for record in records:  # the task before its report: nothing comes again if we end between the two
                    await publish((record,), task.task_id)

    def _due(self, entries: dict[str, Entry], now: datetime) -> Iterable[Feed]:
        for feed in self._feeds:
            entry = entries.get(feed.id)
            if entry is None or now >= datetime.fromisoformat(entry.source["next_at"]):
                yield feed

    async def _claim(self, feed: Feed, entry: Entry | None, now: datetime) -> bool:
        """Set the feed's next time; False where another copy was faster."""
        source = {**(entry.source if entry else {}), "url": feed.url, "next_at": (now + self._interval).isoformat()}
        try:
            await self._state.write({feed.id: Change(source, entry)})
        except StateConflict:
            return False
        return True

    def _validators(self, entry: Entry | None, now: datetime) -> Validators | None:
        """Return what makes the request conditional; nothing, once the feed's links are due to be looked at again.

        A page is corrected or withdrawn without any change of the feed that lists it.
        """
        read_at = entry.source.get("read_at") if entry else None
        if entry is None or read_at is None or now >= datetime.fromisoformat(read_at) + self._revisit:
            return None
        return Validators(etag=entry.source.get("etag"), last_modified=entry.source.get("last_modified"))


async def remember_validators(state: StateIndex, answered: Sequence[tuple[str, Validators]], read_at: datetime) -> None:
    """Keep what makes each feed's next request conditional, and when its links were read. Raises Unavailable."""
    latest = {page_id(url): (url, validators) for url, validators in answered}
    entries = await state.read(latest)
    changes = {
        key: Change(
            {
                **entries[key].source,
                **validators.model_dump(include={"etag", "last_modified"}),
                "read_at": read_at.isoformat(),
            },
            entries[key],
        )
        for key, (_, validators) in latest.items()
        if key in entries
    }
    await state.write(changes)


def _task(feed: Feed, now: datetime) -> Task:
    return Task(
        task_id=derive("feed", feed.url, now.isoformat()),
        kind="feed",
        url=feed.url,
        outlet=feed.outlet,
        found_in="schedule",
        discovered_at=now,
    )
