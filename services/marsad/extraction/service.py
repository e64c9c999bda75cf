"""Wiring of extraction: pages in, articles out, by killable workers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from marsad.extraction.handler import SERVICE, ExtractionHandler
from marsad.extraction.worker import prepare, work
from marsad.settings import Settings
from marsad.streaming.processor import now
from marsad.streaming.service import Service, Source
from marsad.workers import WorkerPool

PAGES_PER_WORKER = 32  # in one batch: what a batch costs is shared by many; few enough for memory


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[Service]:
    """Open what extraction needs and give the service."""
    own = settings.extraction
    pool = WorkerPool(work, workers=own.workers, deadline_s=own.deadline_s, max_tasks=own.max_tasks, warm_up=prepare)
    await pool.start()
    try:
        handler = ExtractionHandler(pool.run, now, generation=settings.generation)
        yield Service(SERVICE, "faust", (Source("pages.fetched", handler, batch=PAGES_PER_WORKER * own.workers),))
    finally:
        await pool.stop()
