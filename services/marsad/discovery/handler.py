"""What becomes of a URL that was found: handed on to be fetched, or known already."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from marsad.contracts.codec import Event, Record
from marsad.contracts.ids import derive
from marsad.contracts.model import Task
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered, UrlFound
from marsad.discovery.seen import Seen, hand_on
from marsad.outlets import Outlets
from marsad.search.state import Change, Entry, StateIndex
from marsad.streaming.effects import ledger_record
from marsad.streaming.outcome import Clock, Emit, Outcome, Settle
from marsad.urls import clean, key_of, page_id

SERVICE = "discovery"


class UrlFoundHandler:
    """Decides batches of `urls.found` against the seen URLs."""

    def __init__(self, seen: StateIndex, outlets: Outlets, *, revisit_s: float, generation: int, clock: Clock) -> None:
        self._seen = seen
        self._outlets = outlets
        self._revisit_s = revisit_s
        self._generation = generation
        self._clock = clock

    async def __call__(self, events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        """Return an outcome for each. Raises Unavailable."""
        urls = [_cleaned(event.data.url) for event in events]
        pages = [_page_that_names(event.data) for event in events]
        entries = await self._seen.read([*(page_id(url) for url in urls if url), *(page for page in pages if page)])
        known = {key: Seen.of(entry.source) for key, entry in entries.items()}
        changed: dict[str, Seen] = {}
        now = self._clock()
        outcomes = [self._decide(event, url, known, changed, now) for event, url in zip(events, urls, strict=True)]
        await self._seen.write(_changes(changed, entries))
        return outcomes

    def _decide(
        self,
        event: Event[UrlFound],
        url: str | None,
        known: dict[str, Seen],
        changed: dict[str, Seen],
        now: datetime,
    ) -> Outcome:
        task = self._task(event, url or event.data.url, now)
        if url is None:
            return Settle(State.REFUSED, "bad_url", task, "no http or https URL that can be fetched")
        key, page = page_id(url), _page_that_names(event.data)
        before = known.get(key)
        again = event.data.again or (page in known and known[page].named_by == key)  # or both would be nowhere
        after = hand_on(before, url, task.task_id, now, revisit_s=self._revisit_s, again=again)
        if after is None:
            assert before is not None, "only a seen URL is held back"  # noqa: S101 - a law of hand_on
            if page is not None and before.named_by != page:
                known[key] = changed[key] = replace(before, named_by=page)
            return Settle(State.DUPLICATE, "seen", task, f"handed on at {before.handed_at}")
        if after is not before:
            known[key] = changed[key] = after
        task = task.model_copy(update={"discovered_at": datetime.fromisoformat(after.handed_at)})
        return Emit(discovered(task, now, known=after.times > 1, backfill=event.data.backfill))

    def _task(self, event: Event[UrlFound], url: str, now: datetime) -> Task:
        outlet = self._outlets.for_url(url)
        return Task(
            task_id=event.envelope.task_id or derive("task", event.envelope.id),
            kind="page",
            url=url,
            outlet=outlet.id if outlet else None,
            found_in=event.data.found_in,
            referrer=event.data.referrer,
            discovered_at=now,
            generation=self._generation,
            replays=event.data.replays,
        )


def discovered(task: Task, now: datetime, *, backfill: bool = False, **fields: object) -> tuple[Record, Record]:
    """Return what hands a task on: the URL to fetch, among what is fresh or behind it, and the ledger's first entry."""
    payload = UrlDiscovered.model_validate({"task": task, "target": task.url, "backfill": backfill, **fields})
    return (
        Record(
            "urls.backfill" if backfill else "urls.discovered",
            key_of(task.url),
            payload,
            task_id=task.task_id,
            part=task.task_id,
        ),
        ledger_record(task.task_id, State.DISCOVERED, SERVICE, now, task=task),
    )


def _changes(changed: dict[str, Seen], entries: dict[str, Entry]) -> dict[str, Change]:
    return {key: Change(seen.source(), entries.get(key)) for key, seen in changed.items()}


def _page_that_names(found: UrlFound) -> str | None:
    """Return the id of the page that names the URL as its home."""
    url = _cleaned(found.referrer) if found.found_in == "page" and found.referrer else None
    return page_id(url) if url else None


def _cleaned(url: str) -> str | None:
    try:
        return clean(url)
    except ValueError:
        return None
