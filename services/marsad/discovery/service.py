"""Wiring of discovery: two topics, one timer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from marsad import outlets
from marsad.discovery.handler import SERVICE, UrlFoundHandler
from marsad.discovery.pressure import Pressure, behind
from marsad.discovery.reading import FeedFetchedHandler, parse
from marsad.discovery.schedule import FeedSchedule
from marsad.errors import BrokerUnavailable
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.search.state import StateIndex
from marsad.settings import Settings
from marsad.streaming.lag import lags
from marsad.streaming.processor import now
from marsad.streaming.service import Service, Source, Timer
from marsad.workers import WorkerPool

FEED_DEADLINE_S = 20.0
FEEDS_A_WORKER = 2_000
ASKING_S = 5.0  # for the lag: a batch waits for the answer


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[Service]:
    """Open what discovery needs and give the service."""
    newsroom = outlets.load(settings.outlets_dirs, builtin=settings.builtin_outlets)
    names = Names.of(settings)
    own = settings.discovery
    pool = WorkerPool(parse, workers=1, deadline_s=FEED_DEADLINE_S, max_tasks=FEEDS_A_WORKER)
    async with connect(settings) as client:
        seen, feeds = StateIndex(client, names.state_urls), StateIndex(client, names.state_feeds)
        found = UrlFoundHandler(seen, newsroom, revisit_s=own.revisit_s, generation=settings.generation, clock=now)
        reading = FeedFetchedHandler(pool.run, seen, feeds, revisit_s=own.revisit_s, clock=now)
        schedule = FeedSchedule(feeds, newsroom, interval_s=own.feed_interval_s, revisit_s=own.revisit_s, clock=now)
        pressure = Pressure(lambda: _behind(settings), own.hold_above, monotonic)
        await pool.start()
        try:
            yield Service(
                SERVICE,
                "faust",
                (
                    Source("urls.found", pressure.before(found), batch=settings.streaming.batch),
                    Source("feeds.fetched", reading, batch=8),
                ),
                timers=(Timer(own.tick_s, pressure.skipping(schedule.tick)),),
            )
        finally:
            await pool.stop()


async def _behind(settings: Settings) -> int:
    try:
        async with asyncio.timeout(ASKING_S):
            return behind(await lags(settings), SERVICE)
    except TimeoutError:
        raise BrokerUnavailable(f"Kafka did not say within {ASKING_S:.0f} s how many records wait.") from None
