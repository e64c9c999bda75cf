"""Running one service as one process."""

import asyncio
import signal
from collections.abc import Sequence

from marsad.contracts.codec import Record
from marsad.errors import Unavailable
from marsad.settings import Settings
from marsad.streaming.backoff import Backoff
from marsad.streaming.faust_runner import FaustRunner
from marsad.streaming.outbox import Outbox
from marsad.streaming.processor import Processor
from marsad.streaming.publish import publish
from marsad.streaming.service import Build, Service
from marsad.streaming.topics import load_topics
from marsad.streaming.window_runner import WindowRunner
from marsad.telemetry import logger

log = logger(__name__)


async def serve(build: Build, settings: Settings) -> None:
    """Open a service, run it until SIGINT or SIGTERM, close it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with build(settings) as service:
        outbox = Outbox(settings)
        try:
            await _start(outbox, settings, stop)
            if not stop.is_set():
                log.info("started", engine=service.engine)
                await _run(service, outbox, settings, stop)
        finally:
            await outbox.stop()
            log.info("stopped")


async def _run(service: Service, outbox: Outbox, settings: Settings, stop: asyncio.Event) -> None:
    topics = load_topics(settings)
    processors = {source.topic: Processor(service.name, source.handler, outbox, settings) for source in service.sources}
    if service.engine == "window":
        await WindowRunner(service, processors, topics, settings).run(stop)
        return

    async def publish_of_timer(records: Sequence[Record], cause: str) -> None:
        refused = await publish(outbox, service.name, records, cause)
        for index in refused:
            log.error("timer_record_too_large", topic=records[index].topic, key=records[index].key)

    await FaustRunner(service, processors, topics, settings, publish_of_timer).run(stop)


async def _start(outbox: Outbox, settings: Settings, stop: asyncio.Event) -> None:
    """Wait for the broker, or for the end."""
    backoff = Backoff(settings.streaming.backoff_max_s)
    while not stop.is_set():
        try:
            await outbox.start()
        except Unavailable as error:
            log.warning("waiting_for_kafka", error=str(error))
            await backoff.pause()
        else:
            return
