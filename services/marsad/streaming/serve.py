"""Running one service as one process."""

import asyncio
import signal
from collections.abc import Mapping, Sequence

from marsad.contracts.codec import Record
from marsad.errors import Unavailable
from marsad.settings import Settings
from marsad.streaming.backoff import Backoff
from marsad.streaming.exposing import exposed, tracing
from marsad.streaming.faust_runner import FaustRunner
from marsad.streaming.outbox import Outbox
from marsad.streaming.processor import Processor
from marsad.streaming.publish import publish
from marsad.streaming.service import Build, Service
from marsad.streaming.topics import Topics, load_topics
from marsad.streaming.watch import watched
from marsad.streaming.window_runner import WindowRunner
from marsad.telemetry import logger
from marsad.telemetry.progress import Progress
from marsad.telemetry.waits import waiting

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
            with exposed(service, settings) as progress:
                await _start(outbox, settings, stop)
                if not stop.is_set():
                    log.info("started", engine=service.engine)
                    await _run(service, outbox, settings, stop, progress)
        finally:
            await outbox.stop()
            log.info("stopped")


async def _run(
    service: Service, outbox: Outbox, settings: Settings, stop: asyncio.Event, progress: Progress | None = None
) -> None:
    topics = load_topics(settings)
    with tracing(service, settings) as tracer:
        processors = {
            source.topic: Processor(service.name, source.handler, outbox, settings, tracer=tracer)
            for source in service.sources
        }
        runner = _runner(service, processors, topics, settings, outbox)
        if progress is None:
            await runner.run(stop)
        else:
            async with watched(service, topics, settings, progress, runner.assigned):
                await runner.run(stop)


def _runner(
    service: Service, processors: Mapping[str, Processor], topics: Topics, settings: Settings, outbox: Outbox
) -> WindowRunner | FaustRunner:
    if service.engine == "window":
        return WindowRunner(service, processors, topics, settings)

    async def publish_of_timer(records: Sequence[Record], cause: str) -> None:
        refused = await publish(outbox, service.name, records, cause)
        for index in refused:
            record = records[index]
            log.error("timer_record_too_large", task_id=record.task_id, topic=record.topic, key=record.key)

    return FaustRunner(service, processors, topics, settings, publish_of_timer)


async def _start(outbox: Outbox, settings: Settings, stop: asyncio.Event) -> None:
    """Wait for the broker, or for the end."""
    backoff = Backoff(settings.streaming.backoff_max_s)
    with waiting() as wait:
        while not stop.is_set():
            try:
                await outbox.start()
            except Unavailable as error:
                wait.on(error)
                log.warning("waiting_for_kafka", error=str(error))
                await backoff.pause()
            else:
                return
