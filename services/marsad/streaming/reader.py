"""Reading a span of a topic beside the services: without a group, committing nothing, up to an end known beforehand."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from marsad.errors import BrokerUnavailable, SettingsError
from marsad.settings import Settings
from marsad.streaming import batches, closing
from marsad.streaming.effects import RawMessage
from marsad.streaming.topics import Topics, admin_client, load_topics, require_topics

POLL_MS = 500
PATIENCE_S = 30.0  # without a record while there are some: the client itself would ask a broker that is away for ever
FETCH_BYTES = 4 * 1024 * 1024  # of one partition at a time

Spans = dict[TopicPartition, tuple[int, int]]


async def read(
    own: Settings,
    name: str,
    *,
    partitions: Sequence[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    first: Mapping[int, int] | None = None,
) -> AsyncGenerator[RawMessage, None]:
    """Yield a topic's records, each partition's in order, up to the end as it stood when reading began.

    A span is one of offsets: from the first record written at or after `since` to before the first one written at or
    after `until`. Where writers' clocks differ, a record inside may carry a time just outside of the span.
    Whoever stops before the end closes the iterator (`contextlib.aclosing`), so that the connection ends at once.

    Args:
        own: where the broker is.
        name: short name of the topic, for example `pages.fetched`.
        partitions: only these; all by default.
        since: with zone; the oldest record that is kept by default.
        until: with zone; the present end by default.
        first: the offset to begin at, by partition, where it lies inside of the span.

    Raises:
        SettingsError: there is no such topic or partition.
        BrokerUnavailable: Kafka is away, lacks the topic, or stopped answering.
    """
    topics = load_topics(own)
    wanted = _wanted(topics, name, partitions)
    async with _consumer(own, topics) as consumer:
        spans = _from(first or {}, await _spans(consumer, wanted, since, until))
        async for record in _records(consumer, spans):
            yield _raw(name, record)


async def count(own: Settings, name: str, *, since: datetime | None = None, until: datetime | None = None) -> int:
    """Return how many offsets `read` would pass; a compacted topic holds fewer records. Raises as `read`."""
    topics = load_topics(own)
    wanted = _wanted(topics, name, None)
    async with _consumer(own, topics) as consumer:
        spans = await _spans(consumer, wanted, since, until)
    return sum(end - start for start, end in spans.values())


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition that Kafka's clients choose for a key by default: murmur2, sign dropped, modulo.

    Source: org.apache.kafka.clients.producer.internals.BuiltInPartitioner; aiokafka's producer, which ours is, agrees.
    """
    number: int = (murmur2(key) & 0x7FFFFFFF) % partitions
    return number


def _wanted(topics: Topics, name: str, partitions: Sequence[int] | None) -> list[TopicPartition]:
    if name not in topics.specs:
        raise SettingsError(f"There is no topic {name!r}; there are {', '.join(topics.specs)}.")
    there = range(topics.specs[name].partitions)
    numbers = there if partitions is None else partitions
    if wrong := [number for number in numbers if number not in there]:
        raise SettingsError(f"{name} has {len(there)} partitions, numbered from 0; there is no {wrong[0]}.")
    return [TopicPartition(topics.full(name), number) for number in numbers]


@asynccontextmanager
async def _consumer(own: Settings, topics: Topics) -> AsyncIterator[AIOKafkaConsumer]:
    closing.install()
    batches.install()
    async with admin_client(own) as admin:
        await require_topics(topics, admin)  # asking for the ends of one that is missing would wait in vain
    consumer = AIOKafkaConsumer(
        bootstrap_servers=own.bootstrap(),
        client_id="marsad-reader",
        enable_auto_commit=False,
        auto_offset_reset="earliest",  # what expires under a slow reader is passed over
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    try:
        await consumer.start()
        yield consumer
    except (KafkaError, OSError) as error:
        raise BrokerUnavailable(f"Kafka at {own.bootstrap()}: {error}") from error
    finally:
        await consumer.stop()


async def _spans(
    consumer: AIOKafkaConsumer, wanted: Sequence[TopicPartition], since: datetime | None, until: datetime | None
) -> Spans:
    """Return the first offset and one past the last of each partition that has any record in the span."""
    ends = await consumer.end_offsets(wanted)
    starts = await consumer.beginning_offsets(wanted)
    if since is not None:
        starts |= await _first_at(consumer, wanted, since, ends)
    if until is not None:
        ends |= {
            part: min(offset, ends[part]) for part, offset in (await _first_at(consumer, wanted, until, ends)).items()
        }
    return {part: (starts[part], ends[part]) for part in wanted if starts[part] < ends[part]}


def _from(first: Mapping[int, int], spans: Spans) -> Spans:
    """Return the spans without what lies before these offsets."""
    begun = {part: (max(start, first.get(part.partition, start)), end) for part, (start, end) in spans.items()}
    return {part: (start, end) for part, (start, end) in begun.items() if start < end}


async def _first_at(
    consumer: AIOKafkaConsumer, wanted: Sequence[TopicPartition], moment: datetime, ends: dict[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Return the offset of each partition's first record at or after a moment; its end where there is none."""
    moment_ms = max(0, round(moment.timestamp() * 1000))
    found = await consumer.offsets_for_times(dict.fromkeys(wanted, moment_ms))
    return {part: found[part].offset if found.get(part) else ends[part] for part in wanted}


async def _records(consumer: AIOKafkaConsumer, spans: Spans) -> AsyncIterator[ConsumerRecord]:
    if not spans:
        return
    consumer.assign(list(spans))
    for part, (start, _) in spans.items():
        consumer.seek(part, start)
    left = dict(spans)
    loop = asyncio.get_running_loop()
    heard = loop.time()
    while left:
        for part, batch in (await consumer.getmany(*left, timeout_ms=POLL_MS)).items():
            for record in batch:
                if record.offset < spans[part][1] and not batches.is_marker(record.headers):
                    yield record
            heard = loop.time()
        for part in [part for part in left if await consumer.position(part) >= spans[part][1]]:
            del left[part]
            consumer.pause(part)  # what lies behind the end is not fetched
        if left and loop.time() - heard > PATIENCE_S:
            raise BrokerUnavailable(f"Kafka gave no record of {next(iter(left)).topic} for {PATIENCE_S:.0f} s.")


def _raw(name: str, record: ConsumerRecord) -> RawMessage:
    headers = tuple(record.headers)
    return RawMessage(name, record.partition, record.offset, record.timestamp, record.key, record.value, headers)
