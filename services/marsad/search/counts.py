"""What the ledger and the articles add up to. Counts are derived from documents each time, never incremented."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from elasticsearch import AsyncElasticsearch

from marsad.contracts.states import State
from marsad.search.client import mapped
from marsad.search.names import Names

__all__ = ["Counts", "Ended", "counts", "recent"]

PERCENTS = (50.0, 95.0, 99.0)
UNKNOWN = "unknown"  # kind of tasks whose record could never be read

ByState = Mapping[State, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """Tasks by kind and state, articles, and how long articles took.

    Attributes:
        pages: tasks of pages, by state.
        feeds: tasks of feeds, by state.
        unknown: tasks of which only a dead letter is known, by state.
        articles: documents in all months, withdrawn ones included.
        latency_ms: percent → milliseconds from handed-on to acknowledged by Elasticsearch, over indexed pages; it is
            searchable at the next refresh, at most a second later. Empty before the first.
    """

    pages: ByState
    feeds: ByState
    unknown: ByState
    articles: int
    latency_ms: Mapping[float, float]

    @property
    def in_flight(self) -> int:
        """Tasks of any kind that have not ended."""
        return sum(states.get(State.DISCOVERED, 0) for states in (self.pages, self.feeds, self.unknown))

    @property
    def terminal(self) -> int:
        """Tasks of any kind that have ended."""
        return sum(sum(states.values()) for states in (self.pages, self.feeds, self.unknown)) - self.in_flight


@dataclass(frozen=True, slots=True)
class Ended:
    """A task that has ended; `at` as ISO 8601 in UTC."""

    task_id: str
    state: State
    reason: str
    url: str | None
    kind: str
    at: str
    article_id: str | None
    detail: str


async def counts(client: AsyncElasticsearch, names: Names, *, fresh: bool = False) -> Counts:
    """Count.

    Args:
        client: from `connect`.
        names: what everything is called.
        fresh: refresh first, so that everything acknowledged is counted.

    Raises:
        SearchUnavailable: Elasticsearch is away or the ledger's index is missing.
    """
    with mapped(f"counting {names.ledger}"):
        if fresh:
            await client.indices.refresh(index=[names.ledger, names.news], ignore_unavailable=True)
        answer = await client.search(index=names.ledger, size=0, aggregations=_AGGREGATIONS)
        articles = await client.count(index=names.news, ignore_unavailable=True)
    kinds = {bucket["key"]: _by_state(bucket) for bucket in answer["aggregations"]["kinds"]["buckets"]}
    latency = answer["aggregations"]["indexed"]["latency"]["values"]
    return Counts(
        pages=kinds.get("page", {}),
        feeds=kinds.get("feed", {}),
        unknown=kinds.get(UNKNOWN, {}),
        articles=articles["count"],
        latency_ms={float(percent): value for percent, value in latency.items() if value is not None},
    )


async def recent(client: AsyncElasticsearch, names: Names, limit: int = 20, state: State | None = None) -> list[Ended]:
    """Return the tasks that ended last, newest first; those of one state where one is given.

    Raises:
        SearchUnavailable: Elasticsearch is away or the ledger's index is missing.
    """
    wanted = {"term": {"state": str(state)}} if state else {"term": {"terminal": True}}
    with mapped(f"reading {names.ledger}"):
        answer = await client.search(
            index=names.ledger, query={"bool": {"filter": [wanted]}}, sort=[{"at": "desc"}], size=limit
        )
    return [_ended(item["_source"]) for item in answer["hits"]["hits"]]


_AGGREGATIONS: dict[str, Any] = {
    "kinds": {
        "terms": {"field": "kind", "missing": UNKNOWN, "size": 10},
        "aggregations": {"states": {"terms": {"field": "state", "size": len(State)}}},
    },
    "indexed": {
        "filter": {"bool": {"filter": [{"term": {"state": str(State.INDEXED)}}, {"term": {"kind": "page"}}]}},
        "aggregations": {"latency": {"percentiles": {"field": "latency_ms", "percents": list(PERCENTS)}}},
    },
}


def _by_state(bucket: Mapping[str, Any]) -> ByState:
    return {State(inner["key"]): inner["doc_count"] for inner in bucket["states"]["buckets"]}


def _ended(source: Mapping[str, Any]) -> Ended:
    return Ended(
        task_id=source["task_id"],
        state=State(source["state"]),
        reason=source.get("reason", ""),
        url=source.get("url"),
        kind=source.get("kind", UNKNOWN),
        at=source["at"],
        article_id=source.get("article_id"),
        detail=source.get("detail", ""),
    )
