"""Looks again and again how far a service's group has come, as the broker knows it, not as its consumer believes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from marsad.errors import BrokerUnavailable, Unavailable
from marsad.settings import Settings
from marsad.streaming.lag import next_offset
from marsad.streaming.service import Service
from marsad.streaming.topics import Topics, admin_client
from marsad.telemetry import logger
from marsad.telemetry.progress import Partition, Place, Progress
from marsad.telemetry.waits import waiting

BEAT_S = 1.0
EVERY_S = 10.0
ASK_S = 10.0  # a look may take so long

log = logger(__name__)


@asynccontextmanager
async def watched(
    service: Service, topics: Topics, settings: Settings, progress: Progress, own: Callable[[], set[Partition]]
) -> AsyncIterator[None]:
    """Tell `progress` where the group stands until the context ends; `own` gives the partitions of this process."""
    tasks = {
        asyncio.create_task(_beat(progress)),
        asyncio.create_task(_watch(service, topics, settings, progress, own)),
    }
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _beat(progress: Progress) -> None:
    while True:
        progress.beat()
        await asyncio.sleep(BEAT_S)


async def _watch(
    service: Service, topics: Topics, settings: Settings, progress: Progress, own: Callable[[], set[Partition]]
) -> None:
    every_s = min(EVERY_S, settings.metrics.stuck_after_s / 4)
    with waiting() as wait:
        while True:
            try:
                async with _clients(settings) as clients:
                    while True:
                        places = await _places(service, topics, *clients)
                        wait.end()
                        progress.look(places, own())
                        await asyncio.sleep(every_s)
            except Unavailable as error:
                wait.on(error)
            except Exception:  # the watch must not end the service, nor end unseen
                log.exception("watch_failed")
            await asyncio.sleep(every_s)


@asynccontextmanager
async def _clients(settings: Settings) -> AsyncIterator[tuple[AIOKafkaAdminClient, AIOKafkaConsumer]]:
    async with admin_client(settings) as admin:
        consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap(), client_id="marsad-watch")
        await consumer.start()
        try:
            yield admin, consumer
        except TimeoutError as error:
            raise BrokerUnavailable(f"Kafka does not answer within {ASK_S:.0f} s") from error
        finally:
            with suppress(KafkaError):
                await consumer.stop()


async def _places(
    service: Service, topics: Topics, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer
) -> dict[Partition, Place]:
    """Return where the group stands; committed offsets first, so that no lag is made up. Raises TimeoutError."""
    names = {
        TopicPartition(topics.full(source.topic), number): (source.topic, number)
        for source in service.sources
        for number in range(topics.specs[source.topic].partitions)
    }
    async with asyncio.timeout(ASK_S):
        committed = await admin.list_consumer_group_offsets(f"{topics.prefix}.{service.name}")
        starts = await consumer.beginning_offsets(list(names))
        ends = await consumer.end_offsets(list(names))
    return {
        name: Place(next_offset(committed, part, starts[part], ends[part]), ends[part]) for part, name in names.items()
    }
