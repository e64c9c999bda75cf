"""How far each service is behind: committed offsets against the ends of its topics."""

import asyncio
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, OffsetAndMetadata, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from marsad.contracts.topics import SERVICES
from marsad.errors import BrokerUnavailable
from marsad.settings import Settings
from marsad.streaming.topics import Topics, admin_client, load_topics, require_topics

COORDINATOR_S = 10.0  # a broker's first group waits so long for its coordinator at most
ASK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Lag:
    """A service's place in one topic: records read so far and records waiting, all partitions together."""

    service: str
    topic: str
    done: int
    waiting: int


async def lags(settings: Settings) -> list[Lag]:
    """Return every service's place in each of its topics. Raises BrokerUnavailable."""
    topics = load_topics(settings)
    async with admin_client(settings) as admin:
        await require_topics(topics, admin)  # asking for the ends of one that is missing would wait in vain
        consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap(), client_id="marsad-lag")
        await consumer.start()
        try:
            return [place for service in SERVICES for place in await _of(service, topics, admin, consumer)]
        finally:
            await consumer.stop()


async def _of(service: str, topics: Topics, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> list[Lag]:
    committed = await _committed(f"{topics.prefix}.{service}", admin)
    places = []
    for name, spec in topics.specs.items():
        if service not in spec.readers:
            continue
        partitions = [TopicPartition(topics.full(name), number) for number in range(spec.partitions)]
        ends, starts = await consumer.end_offsets(partitions), await consumer.beginning_offsets(partitions)
        read = {part: committed[part].offset if part in committed else starts[part] for part in partitions}
        done = sum(max(read[part] - starts[part], 0) for part in partitions)
        waiting = sum(max(ends[part] - max(read[part], starts[part]), 0) for part in partitions)
        places.append(Lag(service, name, done, waiting))
    return places


async def _committed(group: str, admin: AIOKafkaAdminClient) -> dict[TopicPartition, OffsetAndMetadata]:
    """Return what a group has committed; a broker that never had a group makes their topic when it is asked."""
    try:
        async with asyncio.timeout(COORDINATOR_S):
            while True:
                try:
                    return dict(await admin.list_consumer_group_offsets(group))
                except GroupCoordinatorNotAvailableError:
                    await asyncio.sleep(ASK_EVERY_S)
    except TimeoutError:
        raise BrokerUnavailable(f"Kafka has no coordinator for the group {group}: look at the broker's log.") from None
