"""Wiring of discovery: two topics, two timers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from time import monotonic

from marsad import outlets
from marsad.discovery.answers import parse
from marsad.discovery.backfill import Archive
from marsad.discovery.handler import SERVICE, UrlFoundHandler
from marsad.discovery.polls import Pace
from marsad.discovery.pressure import Pressure, archived, behind
from marsad.discovery.reading import FeedFetchedHandler, Reading
from marsad.discovery.schedule import Asking, FeedSchedule, sources_of
from marsad.discovery.watching import LOOK_EVERY_S, Watch
from marsad.errors import BrokerUnavailable
from marsad.search.client import connect
from marsad.search.ledger import reports_by_id
from marsad.search.names import Names
from marsad.search.outcomes import outcomes
from marsad.search.state import StateIndex
from marsad.settings import Settings
from marsad.streaming.lag import Lag, lags
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
    names, own = Names.of(settings), settings.discovery
    pace = Pace(own.feed_floor_s, max(own.feed_floor_s, own.feed_ceiling_s))
    pool = WorkerPool(parse, workers=1, deadline_s=FEED_DEADLINE_S, max_tasks=FEEDS_A_WORKER)
    async with connect(settings) as client:
        seen, feeds = StateIndex(client, names.state_urls), StateIndex(client, names.state_feeds)
        found = UrlFoundHandler(seen, newsroom, revisit_s=own.revisit_s, generation=settings.generation, clock=now)
        archive = Archive(seen, newsroom, own.revisit_s, settings.generation)
        how = Reading(pace, own.revisit_s, own.backfill_days, websub=own.websub_callback is not None)
        reading = FeedFetchedHandler(pool.run, feeds, archive, how, now)
        pressure = Pressure(partial(_waiting, settings, partial(behind, service=SERVICE)), own.hold_above, monotonic)
        room = Pressure(partial(_waiting, settings, archived), own.hold_above, monotonic)
        asking = Asking(pace, own.revisit_s, own.websub_callback)
        reports = partial(reports_by_id, client, names)
        schedule = FeedSchedule(feeds, reports, newsroom, asking, now, room.relieved)
        watch = Watch(feeds, partial(outcomes, client, names), sources_of(newsroom), now)
        await pool.start()
        try:
            yield Service(
                SERVICE,
                "faust",
                (
                    Source("urls.found", pressure.before(found), batch=settings.streaming.batch),
                    Source("feeds.fetched", reading, batch=8),
                ),
                timers=(Timer(own.tick_s, pressure.skipping(schedule.tick)), Timer(LOOK_EVERY_S, watch.tick)),
            )
        finally:
            await pool.stop()


async def _waiting(settings: Settings, count: Callable[[Iterable[Lag]], int]) -> int:
    try:
        async with asyncio.timeout(ASKING_S):
            return count(await lags(settings))
    except TimeoutError:
        raise BrokerUnavailable(f"Kafka did not say within {ASKING_S:.0f} s how many records wait.") from None
