"""What a sitemap names that is not fresh: old pages and further sitemaps, handed on once, behind everything fresh.

A sitemap of more than `sitemaps.PART` old links is split: its parts come back through `feeds.fetched`, one after the
other, so that no batch grows with the archive.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from marsad.contracts.codec import Event, Record
from marsad.contracts.ids import derive
from marsad.contracts.model import Task
from marsad.contracts.pages import FeedFetched
from marsad.discovery.handler import discovered
from marsad.discovery.listings import Dated
from marsad.discovery.seen import Seen, hand_on
from marsad.discovery.sitemaps import FRESH
from marsad.outlets import Outlets
from marsad.search.state import Change, StateIndex
from marsad.urls import clean, key_of, page_id

__all__ = ["Archive", "parts_of"]


@dataclass(frozen=True, slots=True)
class Archive:
    """Hands on what is old.

    Attributes:
        seen: state of the URLs that were handed on.
        outlets: a sitemap speaks for its own outlet alone.
        revisit_s: nothing is handed on twice within it, however often a sitemap says that it changed.
        generation: of the tasks.
    """

    seen: StateIndex
    outlets: Outlets
    revisit_s: float
    generation: int

    async def pages(self, event: Event[FeedFetched], old: Sequence[Dated], now: datetime) -> tuple[Record, ...]:
        """Return the pages to fetch: unknown ones, and those that changed since. Raises Unavailable."""
        return await self._handed_on(event, old, now, {"kind": "page"})

    async def sitemaps(self, event: Event[FeedFetched], named: Sequence[Dated], now: datetime) -> tuple[Record, ...]:
        """Return the sitemaps to fetch; the ones that say nothing of their changes once per revisit interval.

        A robots.txt leads to indexes and these to sitemaps. What names more behind that (the protocol forbids it) would
        lead on for ever where a site makes up an address for each answer.
        """
        leads_on = self._is_listed(event.data.task)
        return await self._handed_on(event, named if leads_on else (), now, {"kind": "feed", "reads_as": "sitemap"})

    def _is_listed(self, sitemap: Task) -> bool:
        """Whether an outlet file names a sitemap, or the one that led to it."""
        return sitemap.found_in == "schedule" or any(sitemap.referrer in outlet.sitemaps for outlet in self.outlets)

    async def _handed_on(
        self, event: Event[FeedFetched], named: Sequence[Dated], now: datetime, fields: dict[str, Any]
    ) -> tuple[Record, ...]:
        own = {clean(one.url): one for one in named if self._is_own(event.data.task, one.url)}
        entries = await self.seen.read(map(page_id, own))
        changes: dict[str, Change] = {}
        records: list[Record] = []
        for url, one in own.items():
            before, key = entries.get(page_id(url)), page_id(url)
            known = Seen.of(before.source) if before else None
            task_id = derive("task", event.envelope.id, url)
            again = known is not None and _again(known, one, now, self.revisit_s, dated=fields["kind"] == "page")
            after = hand_on(known, url, task_id, now, revisit_s=_NEVER_S, again=again)
            if after is None:
                continue
            if after is not known:
                changes[key] = Change(after.source(), before)
            task = self._task(event.data.task, task_id, url, datetime.fromisoformat(after.handed_at), fields)
            fresh = fields["kind"] == "feed" and one.modified is not None and now - one.modified <= FRESH
            records += discovered(task, now, backfill=not fresh, known=after.times > 1)
        await self.seen.write(changes)
        return tuple(records)

    def _is_own(self, task: Task, url: str) -> bool:
        """Whether a sitemap may speak for an address: one of its own outlet, or of its own site."""
        outlet = self.outlets.for_url(url)
        return (outlet is not None and outlet.id == task.outlet) or key_of(url) == key_of(task.url)

    def _task(self, sitemap: Task, task_id: str, url: str, at: datetime, fields: dict[str, Any]) -> Task:
        outlet = self.outlets.for_url(url)
        return Task(
            task_id=task_id,
            url=url,
            outlet=outlet.id if outlet else None,
            found_in="feed",
            referrer=sitemap.url,
            discovered_at=at,
            generation=self.generation,
            **fields,
        )


_NEVER_S = timedelta(days=36_500).total_seconds()


def _again(seen: Seen, one: Dated, now: datetime, revisit_s: float, *, dated: bool) -> bool:
    """Whether what was handed on before is handed on again: since it changed, or since nobody says whether it did."""
    if not seen.due(now, revisit_s):
        return False
    return not dated if one.modified is None else min(one.modified, now) > datetime.fromisoformat(seen.handed_at)


def parts_of(event: Event[FeedFetched], parts: Iterable[bytes]) -> tuple[Record, ...]:
    """Return the parts of a sitemap as fetched sitemaps of their own."""
    data = event.data
    return tuple(
        Record(
            "feeds.fetched",
            key_of(data.task.url),
            data.model_copy(update={"part": number, "content_type": "application/xml"}),
            body,
            data.task.task_id,
            part=str(number),
        )
        for number, body in enumerate(parts, 1)
    )
