"""The ledger's and the articles' documents one by one: for the audit and for tracing one task."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import AsyncElasticsearch

from marsad.contracts.states import State
from marsad.search.client import mapped
from marsad.search.names import Names

__all__ = ["Report", "Written", "articles_at", "find", "refresh", "reports", "reports_by_id", "written"]

PAGE = 2_000  # documents in one answer; a few hundred bytes each
MOST_FOUND = 500  # tasks of one URL that are shown
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Report:
    """Where a task stands, as the ledger's index has it; times in ISO 8601, UTC."""

    task_id: str
    state: State
    kind: str
    at: str
    service: str = ""
    reason: str = ""
    detail: str = ""
    url: str | None = None
    referrer: str | None = None
    found_in: str | None = None
    discovered_at: str | None = None
    article_id: str | None = None
    replays: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """An article's document: who wrote it, and as what."""

    article_id: str
    task_id: str
    revision: int
    generation: int


async def refresh(client: AsyncElasticsearch, names: Names) -> None:
    """Let searches find all that is acknowledged. Raises SearchUnavailable."""
    with mapped(f"refreshing {names.ledger} and {names.news}"):
        await client.indices.refresh(index=[names.ledger, names.news], ignore_unavailable=True)


async def reports(client: AsyncElasticsearch, names: Names) -> AsyncIterator[Report]:
    """Yield every task's report without what is only for people, by task id. Raises SearchUnavailable."""
    fields = ("state", "kind", "at", "article_id", "service", "discovered_at")
    async for task_id, source in _walk(client, names.ledger, "task_id", fields):
        yield _report(task_id, source)


async def written(client: AsyncElasticsearch, names: Names) -> AsyncIterator[Written]:
    """Yield who wrote each article's document, by article id. Raises SearchUnavailable."""
    async for article_id, source in _walk(client, names.news, "article_id", ("task_id", "revision", "generation")):
        yield Written(article_id, source.get("task_id", ""), source.get("revision", 0), source.get("generation", 0))


async def reports_by_id(client: AsyncElasticsearch, names: Names, task_ids: Sequence[str]) -> dict[str, Report]:
    """Return the reports of these tasks as they are now, refreshed or not. Raises SearchUnavailable."""
    found: dict[str, Report] = {}
    for start in range(0, len(task_ids), PAGE):
        with mapped(f"reading {names.ledger}"):
            answer = await client.mget(index=names.ledger, ids=list(task_ids[start : start + PAGE]), realtime=True)
        found |= {item["_id"]: _report(item["_id"], item["_source"]) for item in answer["docs"] if item.get("found")}
    return found


async def find(
    client: AsyncElasticsearch, names: Names, *, urls: Sequence[str] = (), ids: Sequence[str] = ()
) -> list[Report]:
    """Return the tasks of these URLs and of these articles or task ids, newest first. Raises SearchUnavailable."""
    wanted = [{"terms": {"url": list(urls)}}, {"terms": {"article_id": list(ids)}}, {"terms": {"task_id": list(ids)}}]
    with mapped(f"searching {names.ledger}"):
        answer = await client.search(
            index=names.ledger,
            query={"bool": {"filter": [{"bool": {"should": wanted}}]}},
            sort=[{"discovered_at": {"order": "desc", "missing": "_last"}}, {"at": "desc"}],
            size=MOST_FOUND,
        )
    return [_report(item["_id"], item["_source"]) for item in answer["hits"]["hits"]]


async def articles_at(client: AsyncElasticsearch, names: Names, url: str) -> dict[str, set[str]]:
    """Return the articles that a URL leads to, by id, each with all URLs that do. Raises SearchUnavailable."""
    fields = ("url", "aliases", "canonical_url")
    with mapped(f"searching {names.news}"):
        answer = await client.search(
            index=names.news,
            ignore_unavailable=True,
            query={"bool": {"filter": [{"bool": {"should": [{"term": {field: url}} for field in fields]}}]}},
            source_includes=["url", "aliases"],
            size=MOST_FOUND,
        )
    return {
        item["_id"]: {item["_source"]["url"], *item["_source"].get("aliases", ())} for item in answer["hits"]["hits"]
    }


async def _walk(
    client: AsyncElasticsearch, index: str, key: str, fields: Sequence[str]
) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
    """Yield all documents in the order of a key that each has once; what is written meanwhile may be left out."""
    after: list[Any] | None = None
    while True:
        with mapped(f"reading {index}"):
            answer = await client.search(
                index=index,
                ignore_unavailable=True,  # before the first article there is no index
                query={"match_all": {}},
                source_includes=list(fields),
                sort=[{key: "asc"}],
                size=PAGE,
                track_total_hits=False,
                search_after=after,
            )
        hits = answer["hits"]["hits"]
        for hit in hits:
            yield hit["_id"], hit["_source"]
        if len(hits) < PAGE:
            return
        after = hits[-1]["sort"]


def _report(task_id: str, source: Mapping[str, Any]) -> Report:
    known = {name: source[name] for name in Report.__dataclass_fields__ if name in source}
    return Report(**{**known, "task_id": task_id, "state": State(source["state"]), "kind": source.get("kind", UNKNOWN)})
