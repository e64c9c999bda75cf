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
REPORTS_WITHIN_S = 1.0  # nobody waits for the ledger as for an article


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
                Source(
                    "articles.enriched",
                    ArticleHandler(sink, names),
                    batch=ARTICLES,
                    within_s=settings.streaming.batch_within_s,
                ),
                Source("ledger", LedgerHandler(sink, names), batch=REPORTS, within_s=REPORTS_WITHIN_S),
            ),
        )
