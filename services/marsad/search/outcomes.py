"""How the pages of each outlet ended within a span of time, from the ledger's documents."""

from collections.abc import Mapping
from datetime import datetime

from elasticsearch import AsyncElasticsearch

from marsad.contracts.states import State
from marsad.search.client import mapped
from marsad.search.names import Names

__all__ = ["outcomes"]

MAX_OUTLETS = 10_000


async def outcomes(
    client: AsyncElasticsearch, names: Names, since: datetime, until: datetime
) -> Mapping[str, Mapping[State, int]]:
    """Return how many pages of each outlet ended how between two moments, by its id. Raises SearchUnavailable."""
    within = {"range": {"at": {"gte": since.isoformat(), "lt": until.isoformat()}}}
    with mapped(f"counting {names.ledger} by outlet"):
        answer = await client.search(
            index=names.ledger,
            size=0,
            query={"bool": {"filter": [within, {"term": {"kind": "page"}}, {"term": {"terminal": True}}]}},
            aggregations={
                "outlets": {
                    "terms": {"field": "outlet", "size": MAX_OUTLETS},
                    "aggregations": {"states": {"terms": {"field": "state", "size": len(State)}}},
                }
            },
        )
    return {
        bucket["key"]: {State(inner["key"]): inner["doc_count"] for inner in bucket["states"]["buckets"]}
        for bucket in answer["aggregations"]["outlets"]["buckets"]
    }
