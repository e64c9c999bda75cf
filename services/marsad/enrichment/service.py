"""Wiring of enrichment: articles in, enriched articles out, by killable workers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from marsad.enrichment.handler import SERVICE, EnrichmentHandler
from marsad.enrichment.runner import enrich, warm_up
from marsad.settings import Settings
from marsad.streaming.service import Service, Source
from marsad.workers import WorkerPool

ARTICLES_PER_WORKER = 48  # in one batch


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[Service]:
    """Open what enrichment needs and give the service."""
    own = settings.enrichment
    pool = WorkerPool(enrich, workers=own.workers, deadline_s=own.deadline_s, max_tasks=own.max_tasks, warm_up=warm_up)
    await pool.start()
    try:
        handler = EnrichmentHandler(pool.run)
        yield Service(SERVICE, "faust", (Source("articles.revised", handler, batch=ARTICLES_PER_WORKER * own.workers),))
    finally:
        await pool.stop()
