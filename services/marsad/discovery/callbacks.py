"""What a hub's calls at the public callback lead to; whoever serves HTTP translates requests into these two calls.

The callback of a feed is the setting `MARSAD_DISCOVERY__WEBSUB_CALLBACK`, a slash and the feed's id.
"""

from collections.abc import Mapping
from dataclasses import replace

from marsad.contracts.codec import Record
from marsad.contracts.ids import derive, hash_bytes
from marsad.contracts.model import Task
from marsad.contracts.pages import FeedFetched
from marsad.contracts.states import State
from marsad.discovery.handler import SERVICE
from marsad.discovery.polls import Poll
from marsad.discovery.websub import authentic
from marsad.errors import StateConflict
from marsad.outlets import Outlets
from marsad.search.state import Change, StateIndex
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

    async def verify(self, feed_id: str, query: Mapping[str, str]) -> str | None:
        """Return what to answer a hub's GET with (200, text/plain); None stands for 404. Raises Unavailable."""
        for attempt in range(1, TRIES + 1):
            entry = (await self._feeds.read([feed_id])).get(feed_id)
            poll = Poll.of(entry.source) if entry else None
            if poll is None or poll.websub is None:
                return None
            decided = poll.websub.challenged(query, self._clock())
            if decided.subscription == poll.websub:
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
        self, feed_id: str, signature: str | None, content_type: str | None, body: bytes
    ) -> tuple[Record, ...] | None:
        """Return the records that a hub's POST leads to, to be written under the cause `body_hash`.

        None stands for 404: nobody subscribed. Nothing to write, for a wrong signature, is to be answered with 202 all
        the same (section 8 of the specification). Raises Unavailable.
        """
        entry = (await self._feeds.read([feed_id])).get(feed_id)
        poll = Poll.of(entry.source) if entry else None
        if poll is None or poll.websub is None or not poll.websub.active(self._clock()):
            return None
        if not authentic(poll.websub.secret, signature, body):
            return ()
        return self._records(poll, content_type, body)

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
