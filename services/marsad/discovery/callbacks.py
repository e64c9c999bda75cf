"""What a hub's calls at the public callback lead to; whoever serves HTTP translates requests into these two calls.

The callback of a feed is the setting `MARSAD_DISCOVERY__WEBSUB_CALLBACK`, a slash and what `Subscription.place` gives:
a stranger who could guess it would end subscriptions, or confirm ones that no hub knows of.
"""

from collections.abc import Mapping
from dataclasses import replace
from hmac import compare_digest

from marsad.contracts.codec import Record
from marsad.contracts.ids import derive, hash_bytes
from marsad.contracts.model import Task
from marsad.contracts.pages import FeedFetched
from marsad.contracts.states import State
from marsad.discovery.handler import SERVICE
from marsad.discovery.polls import Poll
from marsad.discovery.websub import Subscription, authentic
from marsad.errors import StateConflict
from marsad.outlets import Outlets
from marsad.search.state import Change, Entry, StateIndex
from marsad.streaming.effects import ledger_record
from marsad.streaming.outcome import Clock
from marsad.urls import key_of

__all__ = ["Callbacks"]

TRIES = 3  # to write an entry that the schedule or a reading changes at the same moment


class Callbacks:
    """Answers hubs.

    Args:
        feeds: state of the lists that are asked.
        outlets: whose they are.
        clock: now.
    """

    def __init__(self, feeds: StateIndex, outlets: Outlets, clock: Clock) -> None:
        self._feeds = feeds
        self._outlets = outlets
        self._clock = clock

    async def verify(self, place: str, query: Mapping[str, str]) -> str | None:
        """Return what to answer a hub's GET with (200, text/plain); None stands for 404. Raises Unavailable."""
        for attempt in range(1, TRIES + 1):
            known = await self._known(place)
            if known is None:
                return None
            feed_id, entry, poll, subscription = known
            decided = subscription.challenged(query, self._clock())
            if decided.subscription == subscription:
                return decided.answer
            try:
                await self._feeds.write({feed_id: Change(replace(poll, websub=decided.subscription).source(), entry)})
            except StateConflict:
                if attempt == TRIES:
                    raise
                continue
            return decided.answer
        return None

    async def accept(
        self, place: str, signature: str | None, content_type: str | None, body: bytes
    ) -> tuple[Record, ...] | None:
        """Return the records that a hub's POST leads to, to be written under the cause `body_hash`.

        None stands for 404: nobody subscribed. Nothing to write, for a wrong signature, is to be answered with 202 all
        the same (section 8 of the specification). Raises Unavailable.
        """
        known = await self._known(place)
        if known is None:
            return None
        _, _, poll, subscription = known
        if not subscription.active(self._clock()):
            return None
        if not authentic(subscription.secret, signature, body):
            return ()
        return self._records(poll, content_type, body)

    async def _known(self, place: str) -> tuple[str, Entry, Poll, Subscription] | None:
        """Return the feed whose subscription has this callback. Raises Unavailable."""
        feed_id = place.partition("-")[0]
        entry = (await self._feeds.read([feed_id])).get(feed_id)
        poll = Poll.of(entry.source) if entry else None
        if entry is None or poll is None or poll.websub is None:
            return None
        if not compare_digest(poll.websub.place(feed_id).encode(), place.encode("utf-8", "replace")):
            return None
        return feed_id, entry, poll, poll.websub

    def _records(self, poll: Poll, content_type: str | None, body: bytes) -> tuple[Record, ...]:
        """Return a feed as if it had been fetched, and the report of its task."""
        now, body_hash = self._clock(), hash_bytes(body)
        outlet = self._outlets.for_url(poll.url)
        task = Task(
            task_id=derive("pushed", poll.url, body_hash),
            kind="feed",
            url=poll.url,
            outlet=outlet.id if outlet else None,
            found_in="schedule",
            discovered_at=now,
        )
        fetched = FeedFetched(
            task=task,
            final_url=poll.url,
            status=200,
            content_type=content_type[:512] if content_type else None,
            fetched_at=now,
            elapsed_ms=0,
            body_hash=body_hash,
        )
        return (
            Record("feeds.fetched", key_of(poll.url), fetched, body, task.task_id),
            ledger_record(task.task_id, State.DISCOVERED, SERVICE, now, task=task),
        )
