"""Decides batches of `articles.enriched` and of `ledger`: every event's document is acknowledged before its outcome."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.codec import Event
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.states import State
from marsad.indexing import document, ledger
from marsad.search.names import Names
from marsad.search.sink import Document, Fate, Result, Sink
from marsad.streaming.outcome import DONE, Clock, Outcome, Quarantine, Settle
from marsad.streaming.processor import now

__all__ = ["SERVICE", "ArticleHandler", "LedgerHandler"]

SERVICE = "indexing"
REJECTED = "rejected_by_index"

IMPLAUSIBLE = "implausible_time"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # of a writer's clock
UNBOUND = "it was first seen at {}: no index is made for a month before 2000 or of the future"

Place = tuple[str, str]


class ArticleHandler:
    """Writes articles; raises SearchUnavailable where the batch must be held."""

    def __init__(self, sink: Sink, names: Names, clock: Clock = now) -> None:
        self._sink = sink
        self._names = names
        self._clock = clock

    async def __call__(self, events: Sequence[Event[ArticleEnriched]]) -> Sequence[Outcome]:
        """Return an outcome for each. Every month is an index, so only months that can be get one."""
        latest = self._clock() + AHEAD
        plausible = [EARLIEST <= event.data.first_seen <= latest for event in events]
        indexed = iter(await self._index([event.data for event, can in zip(events, plausible, strict=True) if can]))
        return [
            next(indexed) if can else Quarantine(IMPLAUSIBLE, UNBOUND.format(event.data.first_seen.isoformat()))
            for event, can in zip(events, plausible, strict=True)
        ]

    async def _index(self, articles: Sequence[ArticleEnriched]) -> Sequence[Outcome]:
        documents = await self._documents(articles)
        results = await self._sink.write(documents)
        winners = await self._winners(documents, results)
        return [
            _outcome(article, result, winners.get((written.index, written.id)))
            for article, written, result in zip(articles, documents, results, strict=True)
        ]

    async def _documents(self, articles: Sequence[ArticleEnriched]) -> list[Document]:
        """Return the documents; a retraction builds on what the index holds, or on what precedes it in the batch."""
        places = [(self._names.articles(article.first_seen), article.article_id) for article in articles]
        withdrawn = [place for article, place in zip(articles, places, strict=True) if article.withdrawn]
        latest = dict(zip(withdrawn, await self._sink.read(withdrawn), strict=True))
        documents = []
        for article, place in zip(articles, places, strict=True):
            source = document.withdraw(article, latest.get(place)) if article.withdrawn else document.project(article)
            latest[place] = source
            documents.append(Document(*place, document.version_of(article), source))
        return documents

    async def _winners(self, documents: Sequence[Document], results: Sequence[Result]) -> dict[Place, object]:
        """Return which task wrote the document that stands where one of ours was refused as not newer."""
        lost = [
            (written.index, written.id)
            for written, result in zip(documents, results, strict=True)
            if result.fate is Fate.CONFLICT
        ]
        there = await self._sink.read(lost)
        return {place: (source or {}).get("task_id") for place, source in zip(lost, there, strict=True)}


class LedgerHandler:
    """Writes the ledger; an entry is nobody's task, so nothing follows from it."""

    def __init__(self, sink: Sink, names: Names) -> None:
        self._sink = sink
        self._index = names.ledger

    async def __call__(self, events: Sequence[Event[LedgerEntry]]) -> Sequence[Outcome]:
        """Return DONE for each whose document, or a stronger one, is there."""
        results = await self._sink.write(await self._documents([event.data for event in events]))
        return [Quarantine(REJECTED, result.reason) if result.fate is Fate.REJECTED else DONE for result in results]

    async def _documents(self, entries: Sequence[LedgerEntry]) -> list[Document]:
        nameless = [(self._index, entry.task_id) for entry in entries if entry.task is None]
        there = await self._sink.read(nameless)
        latest: dict[str, Any] = {task_id: source for (_, task_id), source in zip(nameless, there, strict=True)}
        documents = []
        for entry in entries:
            source = ledger.project(entry, latest.get(entry.task_id))
            latest[entry.task_id] = source
            documents.append(Document(self._index, entry.task_id, ledger.version_of(entry), source))
        return documents


def _outcome(article: ArticleEnriched, result: Result, winner: object) -> Outcome:
    """Return what became of an article. A conflict with its own task is this event once more, delivered again."""
    task = article.task
    if result.fate is Fate.REJECTED:
        return Quarantine(REJECTED, result.reason)
    if result.fate is Fate.CONFLICT and winner != task.task_id:
        return Settle(State.DUPLICATE, "newer_version", task, article_id=article.article_id)
    state = State.REPROCESSED if article.change == "reprocessed" else State.INDEXED
    return Settle(state, article.change, task, article_id=article.article_id)
