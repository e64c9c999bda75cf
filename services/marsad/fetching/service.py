"""Wiring of fetching: fresh URLs, archives and the retry lanes, many in flight."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from marsad import outlets
from marsad.contracts.topics import LANES, lane_topic
from marsad.fetching.archive import open_keeper
from marsad.fetching.board import open_board
from marsad.fetching.client import open_client
from marsad.fetching.handler import SERVICE, Fetch
from marsad.fetching.politeness import HostClocks
from marsad.fetching.robots import Robots
from marsad.fetching.turns import Turns
from marsad.settings import Settings
from marsad.streaming.processor import now
from marsad.streaming.service import Service, Source

IN_FLIGHT = 256  # of one partition: most of them wait for their host; the client bounds the requests under way


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[Service]:
    """Open what fetching needs and give the service. Raises SettingsError where no contact is set."""
    own = settings.fetching
    newsroom = outlets.load(settings.outlets_dirs, builtin=settings.builtin_outlets)
    clocks = HostClocks()
    async with (
        open_client(own, outlets=newsroom) as client,
        open_keeper(own) as keeper,
        open_board(settings, clocks, now) as board,
    ):
        turns = Turns(clocks, now, archives=max(own.concurrency // 2, 1), recall=board.recall)
        fetch = Fetch(client, Robots(client, now, own.deadline_s), turns, newsroom, own, now, keeper)
        lanes = (Source(lane_topic(lane), fetch, in_flight=IN_FLIGHT, delay_s=delay) for lane, delay in LANES.items())
        yield Service(
            SERVICE,
            "window",
            (*(Source(topic, fetch, in_flight=IN_FLIGHT) for topic in ("urls.discovered", "urls.backfill")), *lanes),
            on_assigned=turns.forget,
            on_released=board.write,
        )
