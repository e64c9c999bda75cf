"""Wiring of revisions: one topic in, one out, one state index."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from marsad.revisions.handler import SERVICE, RevisionHandler
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.search.state import StateIndex
from marsad.settings import Settings
from marsad.streaming.service import Service, Source


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[Service]:
    """Open what revisions needs and give the service."""
    async with connect(settings) as client:
        handler = RevisionHandler(StateIndex(client, Names.of(settings).state_articles))
        yield Service(SERVICE, "faust", (Source("articles.extracted", handler, batch=settings.streaming.batch),))
