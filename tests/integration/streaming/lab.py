"""A topic prefix of a test's own on the real broker: write records, run services, look at what came of them."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from marsad.contracts.codec import Event, Record, Wire, encode
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered, UrlFound
from marsad.settings import REPOSITORY, Kafka, Settings, Streaming
from marsad.streaming import serve
from marsad.streaming.outbox import Outbox
from marsad.streaming.outcome import Emit, Outcome
from marsad.streaming.service import Service
from marsad.streaming.topics import apply_topics, load_topics
from support.payloads import NOON, make_found, make_task

PATIENCE_S = 120.0  # none of the tests waits that long unless it fails
PARTITIONS = 2
KEYS = ("a.example", "b.example", "c.example", "d.example")


@dataclass
class Running:
    """A service under way in this process."""

    task: asyncio.Task[None]
    stop: asyncio.Event

    async def end(self) -> None:
        """Stop as a signal would; raise what broke the service."""
        self.stop.set()
        await asyncio.wait_for(self.task, PATIENCE_S)


@dataclass
class Lab:
    """One prefix on the broker, with topics like production's but fewer partitions."""

    settings: Settings
    running: list[Running] = field(default_factory=list)

    @classmethod
    def make(cls, bootstrap: str, folder: Path, **changes: Any) -> "Lab":
        """Describe a lab; `changes` go into topics of topics.yaml (dots as two underscores)."""
        document = yaml.safe_load((REPOSITORY / "deploy/kafka/topics.yaml").read_text(encoding="utf-8"))
        for name, fields in document["topics"].items():
            document["topics"][name] = {**fields, "partitions": PARTITIONS, **changes.get(name.replace(".", "__"), {})}
        (folder / "kafka").mkdir(parents=True)
        (folder / "kafka/topics.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
        prefix = f"t{uuid.uuid4().hex[:10]}"
        return cls(
            Settings(
                deploy_dir=folder,
                kafka=Kafka(bootstrap=bootstrap, topic_prefix=prefix),
                streaming=Streaming(backoff_max_s=0.2),
            )
        )

    def full(self, topic: str) -> str:
        """Return the broker's name of a topic."""
        return load_topics(self.settings).full(topic)

    async def open(self) -> None:
        """Create the topics and wait until the broker knows their partitions."""
        await apply_topics(self.settings)
        names = {self.full(topic) for topic in load_topics(self.settings).specs}
        async with self._admin() as admin:
            await until(lambda: _known(admin, names))

    async def close(self) -> None:
        """End what still runs, and remove the topics."""
        for running in self.running:
            running.task.cancel()
        await asyncio.gather(*(running.task for running in self.running), return_exceptions=True)
        async with self._admin() as admin:
            await admin.delete_topics([self.full(topic) for topic in load_topics(self.settings).specs])

    def start(self, service: Service, settings: Settings | None = None) -> Running:
        """Run a service as `marsad run` does, but for the signals."""
        stop = asyncio.Event()
        running = Running(asyncio.create_task(self._serve(service, settings or self.settings, stop)), stop)
        self.running.append(running)
        return running

    async def _serve(self, service: Service, settings: Settings, stop: asyncio.Event) -> None:
        outbox = Outbox(settings)
        await outbox.start()
        try:
            await serve._run(service, outbox, settings, stop)
        finally:
            await outbox.stop()

    async def write(self, wires: Sequence[Wire]) -> None:
        """Write records as any client may: unchecked, the second one after the first."""
        producer = AIOKafkaProducer(bootstrap_servers=self.settings.bootstrap(), max_request_size=32 << 20)
        await producer.start()
        try:
            for wire in wires:
                await producer.send_and_wait(
                    self.full(wire.topic), wire.value, wire.key, headers=list(wire.headers), timestamp_ms=None
                )
        finally:
            await producer.stop()

    async def read(self, topic: str) -> list[Any]:
        """Return all records of a topic, each partition's in order."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.bootstrap(),
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=16 << 20,
        )
        await consumer.start()
        try:
            parts = self.partitions(topic)
            consumer.assign(parts)
            ends = await consumer.end_offsets(parts)
            records: list[Any] = []
            while any([await consumer.position(part) < ends[part] for part in parts]):
                found = await consumer.getmany(timeout_ms=500)
                records += [record for part in parts for record in found.get(part, [])]
            return sorted(records, key=lambda record: (record.partition, record.offset))
        finally:
            await consumer.stop()

    async def ends(self, topic: str) -> dict[int, int]:
        """Return one past the last offset of each partition."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.settings.bootstrap())
        await consumer.start()
        try:
            ends = await consumer.end_offsets(self.partitions(topic))
            return {part.partition: end for part, end in ends.items()}
        finally:
            await consumer.stop()

    async def committed(self, service: str, topic: str) -> dict[int, int]:
        """Return where the service would go on reading, partition by partition; 0 where it never committed."""
        async with self._admin() as admin:
            try:
                found = await admin.list_consumer_group_offsets(f"{self.settings.kafka.topic_prefix}.{service}")
            except GroupCoordinatorNotAvailableError:  # the first group of a broker
                found = {}
        offsets = {part: found[part].offset for part in self.partitions(topic) if part in found}
        return {part.partition: max(offsets.get(part, 0), 0) for part in self.partitions(topic)}

    async def caught_up(self, service: str, topic: str) -> bool:
        """Whether the service has committed all of a topic."""
        return await self.committed(service, topic) == await self.ends(topic)

    def partitions(self, topic: str) -> list[TopicPartition]:
        """Return the partitions of a topic."""
        count = load_topics(self.settings).specs[topic].partitions
        return [TopicPartition(self.full(topic), number) for number in range(count)]

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.bootstrap())
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()


async def _known(admin: AIOKafkaAdminClient, names: set[str]) -> bool:
    return names <= {entry["topic"] for entry in await admin.describe_topics() if entry["partitions"]}


async def until(condition: Callable[[], Awaitable[bool] | bool], running: Running | None = None) -> None:
    """Wait until something holds; a service that ends before is raised at once."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = condition()
            if answer if isinstance(answer, bool) else await answer:
                return
            if running is not None and running.task.done():
                running.task.result()
            await asyncio.sleep(0.1)


def found(count: int, *, first: int = 0) -> list[Wire]:
    """Return URLs that were found, numbered, spread over keys."""
    return [found_wire(make_found(f"https://ajil.example/{number}"), number) for number in range(first, first + count)]


def found_wire(data: UrlFound, number: int) -> Wire:
    """Return one URL that was found."""
    record = Record("urls.found", KEYS[number % len(KEYS)], data, task_id=make_task(data.url).task_id)
    return encode(record, cause=f"cause {number}", source="test", at=NOON)


def number_of(url: str) -> int:
    """Return the number in a URL."""
    return int(url.rpartition("/")[2])


def handed_on(event: Event[UrlFound]) -> Outcome:
    """Hand a URL on, under a key of its own number's."""
    task = make_task(event.data.url, url=event.data.url)
    payload = UrlDiscovered(task=task, target=task.url, not_before=None, validators=None)
    return Emit((Record("urls.discovered", KEYS[number_of(task.url) % len(KEYS)], payload, task_id=task.task_id),))


async def hand_on(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
    """Hand every URL on."""
    return [handed_on(event) for event in events]


def numbers(records: Sequence[Any]) -> list[int]:
    """Return the numbers of URLs that were handed on, in the order of their records."""
    return [number_of(UrlDiscovered.model_validate_json(record.value).target) for record in records]


def states(records: Sequence[Any]) -> list[State]:
    """Return the states of ledger records."""
    return [LedgerEntry.model_validate_json(record.value).state for record in records]
