"""How far each service is behind: committed offsets against the ends of its topics."""

import asyncio
from collections.abc import Mapping
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
READERS_FIRST = ("discovery", *reversed(SERVICES[1:]))  # it reads the feeds that fetching writes


@dataclass(frozen=True, slots=True)
class Place:
    """A service's place in one partition.

    Attributes:
        service: who reads.
        topic: short name.
        partition: its number.
        start: offset of the oldest record that the broker still keeps.
        next: offset of the record that the service reads next, of those that are kept.
        end: one past the newest record.
    """

    service: str
    topic: str
    partition: int
    start: int
    next: int
    end: int


@dataclass(frozen=True, slots=True)
class Lag:
    """A service's place in one topic: records read so far and records waiting, all partitions together."""

    service: str
    topic: str
    done: int
    waiting: int


async def lags(settings: Settings) -> list[Lag]:
    """Return every service's place in each of its topics. Raises BrokerUnavailable."""
    by_topic: dict[tuple[str, str], list[Place]] = {}
    for place in await places(settings):
        by_topic.setdefault((place.service, place.topic), []).append(place)
    return [
        Lag(
            service,
            topic,
            sum(place.next - place.start for place in held),
            sum(place.end - place.next for place in held),
        )
        for (service, topic), held in by_topic.items()
    ]


async def places(settings: Settings) -> list[Place]:
    """Return every service's place in each partition of its topics. Raises BrokerUnavailable.

    Whoever reads what others write is asked before them, and the ends come last. So a record that passes meanwhile is
    seen twice rather than not at all: a task on its way always has a record that waits.
    """
    topics = load_topics(settings)
    async with admin_client(settings) as admin:
        await require_topics(topics, admin)  # asking for the ends of one that is missing would wait in vain
        committed = {service: await _committed(f"{topics.prefix}.{service}", admin) for service in READERS_FIRST}
        consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap(), client_id="marsad-lag")
        await consumer.start()
        try:
            partitions = [part for name in topics.specs for part in _partitions(topics, name)]
            consumer.assign(partitions)  # all topics are looked up at once, not one after the other
            consumer.pause(*partitions)
            starts, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        finally:
            await consumer.stop()
    return [
        _place(service, name, part, starts[part], committed[service], ends[part])
        for service in SERVICES
        for name, spec in topics.specs.items()
        if service in spec.readers
        for part in _partitions(topics, name)
    ]


def _place(
    service: str,
    name: str,
    part: TopicPartition,
    start: int,
    committed: dict[TopicPartition, OffsetAndMetadata],
    end: int,
) -> Place:
    return Place(service, name, part.partition, start, next_offset(committed, part, start, end), end)


def next_offset(
    committed: Mapping[TopicPartition, OffsetAndMetadata], part: TopicPartition, start: int, end: int
) -> int:
    """Return the offset that a group reads next, of those that the broker keeps; the first where none is committed."""
    read = committed[part].offset if part in committed else start
    return min(max(read, start), end)


def _partitions(topics: Topics, name: str) -> list[TopicPartition]:
    return [TopicPartition(topics.full(name), number) for number in range(topics.specs[name].partitions)]


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
