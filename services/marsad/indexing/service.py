"""Wiring of indexing: large batches into Elasticsearch, one at a time for each partition."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from marsad.indexing.handler import SERVICE, ArticleHandler, LedgerHandler
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.search.sink import Sink
from marsad.settings import Settings
from marsad.streaming.service import Service, Source

ARTICLES, REPORTS = 200, 500  # in one batch


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[Service]:
    """Open what indexing needs and give the service."""
    names = Names.of(settings)
    async with connect(settings) as client:
        sink = Sink(client)
        yield Service(
            SERVICE,
            "window",
            (
                Source("articles.enriched", ArticleHandler(sink, names), batch=ARTICLES),
                Source("ledger", LedgerHandler(sink, names), batch=REPORTS),
            ),
        )
