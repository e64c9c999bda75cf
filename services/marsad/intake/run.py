"""Running the door until SIGINT or SIGTERM."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from marsad import outlets
from marsad.contracts.codec import Record
from marsad.discovery.callbacks import Callbacks
from marsad.discovery.submission import Submitted, submit
from marsad.errors import BrokerUnavailable, SettingsError
from marsad.intake.push import Push
from marsad.intake.server import Door
from marsad.intake.tokens import VARIABLE, Tokens
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.search.state import StateIndex
from marsad.settings import Settings
from marsad.streaming.outbox import Outbox
from marsad.streaming.processor import now
from marsad.streaming.publish import publish
from marsad.streaming.topics import admin_client, load_topics, require_topics
from marsad.telemetry import logger

READY_S = 3.0  # for the broker to answer a question after its topics
CLOSING_S = 10.0  # for requests in hand when the door closes
SOURCE = "submit"

log = logger(__name__)


async def serve(own: Settings) -> None:
    """Open the door, answer until SIGINT or SIGTERM, close it.

    Raises:
        SettingsError: there is no token, or the address cannot be had.
        BrokerUnavailable: Kafka is away, or lacks its topics.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with opened(own) as port:
        log.info("started", host=own.intake.host, port=port, websub=own.discovery.websub_callback is not None)
        await stop.wait()
    log.info("stopped")


@asynccontextmanager
async def opened(own: Settings) -> AsyncIterator[int]:
    """Answer while the context lasts; give the port. Raises as `serve` does."""
    if own.intake.token_file is None:
        raise SettingsError(f"{VARIABLE} is not set: nobody could hand in anything. docs/operating.md says how.")
    tokens = Tokens(own.intake.token_file)
    await _ready(own)
    outbox = Outbox(own)
    await outbox.start()
    try:
        async with _pushing(own, outbox) as push:

            async def hand_over(links: Sequence[str], again: bool) -> list[Submitted]:
                return await submit(outbox, links, again=again)

            door = Door(own.intake, tokens, hand_over, lambda: _ready(own), push)
            async with _listening(own, door) as port:
                yield port
    finally:
        await outbox.stop()


@asynccontextmanager
async def _listening(own: Settings, door: Door) -> AsyncIterator[int]:
    runner = web.AppRunner(door.app(), access_log=None, shutdown_timeout=CLOSING_S, keepalive_timeout=CLOSING_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, own.intake.host, own.intake.port).start()
        except OSError as error:
            raise SettingsError(
                f"{own.intake.host}:{own.intake.port} cannot be listened on: {error.strerror}. Set MARSAD_INTAKE__PORT."
            ) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _pushing(own: Settings, outbox: Outbox) -> AsyncIterator[Push | None]:
    if own.discovery.websub_callback is None:
        yield None
        return

    async def write(records: Sequence[Record], cause: str) -> None:
        if refused := await publish(outbox, SOURCE, records, cause):
            log.warning("pushed_too_large", topics=[records[index].topic for index in refused])

    async with connect(own) as client:
        feeds = StateIndex(client, Names.of(own).state_feeds)
        newsroom = outlets.load(own.outlets_dirs, builtin=own.builtin_outlets)
        yield Push(Callbacks(feeds, newsroom, now), write)


async def _ready(own: Settings) -> None:
    """Ask the broker for our topics. Raises BrokerUnavailable."""
    try:
        async with asyncio.timeout(READY_S), admin_client(own) as admin:
            await require_topics(load_topics(own), admin)
    except TimeoutError:
        raise BrokerUnavailable(f"Kafka did not answer within {READY_S:.0f} s.") from None
