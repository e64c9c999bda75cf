"""What one record says of its task, in words: a pure function from a record to a hop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from marsad.contracts.articles import ArticleEnriched, ArticleExtracted, ArticleRevised
from marsad.contracts.codec import Event, decode
from marsad.contracts.envelope import text_of
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.model import Payload
from marsad.contracts.pages import Fetched
from marsad.contracts.states import State
from marsad.contracts.topics import LANES, lane_topic
from marsad.contracts.urls import UrlDiscovered, UrlFound
from marsad.streaming.effects import RawMessage

__all__ = ["Hop", "hop_of"]

DEAD = ".dead"
LANE_OF = {lane_topic(lane): delay for lane, delay in LANES.items()}


@dataclass(frozen=True, slots=True)
class Hop:
    """One record of a task's way.

    Attributes:
        at: when it was written, by its writer's clock.
        what: what had happened then, in two or three words.
        facts: what the record adds, for people; strangers' words among them.
        topic: short name.
        partition: of the record.
        offset: of the record.
        written: its time on the broker.
        state: what a report says, or None for a record that is no report.
        urls: those that the record names, which lead to further records.
    """

    at: datetime
    what: str
    facts: tuple[str, ...]
    topic: str
    partition: int
    offset: int
    written: datetime
    state: State | None = None
    urls: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Partition and offset as `marsad dlq` takes them."""
        return f"{self.partition}-{self.offset}"

    @property
    def due(self) -> datetime | None:
        """When a retry lane hands the record out again; None where it is in no lane."""
        delay_s = LANE_OF.get(self.topic)
        return None if delay_s is None else self.written + timedelta(seconds=delay_s)


def hop_of(topic: str, message: RawMessage) -> Hop:
    """Return what a record says; one that cannot be read says so."""
    place = (topic, message.partition, message.offset, message.written)
    if topic.endswith(DEAD):
        return _dead(message, place)
    try:
        event = decode(topic, message.value, message.headers, message.timestamp_ms)
    except Exception as error:  # noqa: BLE001 - strangers' bytes
        return Hop(message.written, "unreadable", (str(error),), *place)
    what, facts = _say(event)
    state = event.data.state if isinstance(event.data, LedgerEntry) else None
    return Hop(event.envelope.time, what, facts, *place, state=state, urls=_urls(event.data))


def _dead(message: RawMessage, place: tuple[str, int, int, datetime]) -> Hop:
    facts = {name.removeprefix("marsad_dead_"): value for name, value in text_of(message.headers).items()}
    came = f"from {facts.get('topic', '?')}[{facts.get('partition', '?')}]@{facts.get('offset', '?')}"
    return Hop(message.written, "quarantined", (facts.get("reason", ""), facts.get("detail", ""), came), *place)


def _say(event: Event[Payload]) -> tuple[str, tuple[str, ...]]:
    for kind, say in _SENTENCES:
        if isinstance(event.data, kind):
            what, facts = say(event)
            return what, tuple(fact for fact in facts if fact)
    return "written", ()


def _found(event: Event[Any]) -> tuple[str, Sequence[str]]:
    data: UrlFound = event.data
    return "found", (data.url, data.found_in, f"by {data.referrer}" if data.referrer else "", "again" * data.again)


def _discovered(event: Event[Any]) -> tuple[str, Sequence[str]]:
    data: UrlDiscovered = event.data
    if event.envelope.type.startswith("marsad.urls.retry"):
        slot = f"not before {data.not_before:%H:%M:%S}" if data.not_before else ""
        tries = f"{data.attempt} failed so far" if data.attempt else "its host is busy"
        return "put off", (tries, slot, data.target)
    if data.hops:
        return "redirected", (data.target, f"{data.hops} redirects")
    return "handed on", (data.target, "fetched before" if data.known else "")


def _fetched(event: Event[Any]) -> tuple[str, Sequence[str]]:
    data: Fetched = event.data
    ways = [f"by way of {alias}" for alias in data.task.aliases if alias != data.final_url]
    size = f"{len(event.body):,} bytes in {data.elapsed_ms} ms"
    return "fetched", (f"status {data.status}", data.final_url, *ways, size, data.content_type or "")


def _extracted(event: Event[Any]) -> tuple[str, Sequence[str]]:
    data: ArticleExtracted = event.data
    if data.withdrawn:
        return "extracted", ("the page is gone",)
    return "extracted", (data.title[:100], f"{len(data.text):,} characters", data.outlet or "")


def _revised(event: Event[Any]) -> tuple[str, Sequence[str]]:
    data: ArticleRevised = event.data
    before = f"after {data.previous_revision}" if data.previous_revision else ""
    return "revised", (f"revision {data.revision}", data.change, before)


def _enriched(event: Event[Any]) -> tuple[str, Sequence[str]]:
    processing = event.data.processing
    stages = [f"{stage} {took:.1f} ms" for stage, took in processing.stages_ms.items()]
    failures = [f"{failure.stage} failed: {failure.error}: {failure.message[:200]}" for failure in processing.failures]
    return "enriched", (", ".join(stages), *failures)


def _reported(event: Event[Any]) -> tuple[str, Sequence[str]]:
    data: LedgerEntry = event.data
    article = f"article {data.article_id}" if data.article_id else ""
    return f"reported {data.state}", (data.reason, data.detail, f"by {data.service}", article)


_SENTENCES: tuple[tuple[type[Payload], Callable[[Event[Any]], tuple[str, Sequence[str]]]], ...] = (
    (UrlFound, _found),
    (UrlDiscovered, _discovered),
    (Fetched, _fetched),
    (ArticleEnriched, _enriched),  # each article payload is one of the kind below it too
    (ArticleRevised, _revised),
    (ArticleExtracted, _extracted),
    (LedgerEntry, _reported),
)


def _urls(data: Payload) -> tuple[str, ...]:
    """Return the URLs whose keys the task's further records may have."""
    task = getattr(data, "task", None)
    known = (task.url, *task.aliases) if task is not None else ()
    if isinstance(data, UrlDiscovered):
        return (*known, data.target)
    return (*known, data.final_url) if isinstance(data, Fetched) else known
