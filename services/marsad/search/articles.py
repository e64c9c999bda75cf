"""Whole articles by id, in whichever month they lie."""

from collections.abc import Iterable, Mapping
from typing import Any

from elasticsearch import AsyncElasticsearch

from marsad.search.client import mapped
from marsad.search.names import Names

__all__ = ["by_id"]

AT_ONCE = 200  # whole articles in one answer; each may have a long text


async def by_id(client: AsyncElasticsearch, names: Names, ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Return the documents of those articles that are searchable, by article id.

    Raises:
        SearchUnavailable: Elasticsearch is away.
    """
    wanted = sorted(set(ids))
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(wanted), AT_ONCE):
        with mapped(f"reading {len(wanted)} articles"):
            answer = await client.search(
                index=names.news,
                ignore_unavailable=True,  # before the first article there is no index
                query={"ids": {"values": wanted[start : start + AT_ONCE]}},
                size=AT_ONCE,
            )
        found |= {item["_id"]: item["_source"] for item in answer["hits"]["hits"]}
    return found
