"""The engine of the edges: an aiokafka consumer with many records in flight and contiguous commits.

Each assigned partition has a queue, a window of unsettled offsets and a pump that hands batches to the processor, as
many at once as its source allows. A retry lane's pump waits until its oldest record is due; a lane's delay is fixed,
so no record behind it is due earlier. Offsets are committed from the windows alone.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from time import time
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError

from marsad.settings import Settings
from marsad.streaming import batches, closing
from marsad.streaming.effects import RawMessage
from marsad.streaming.processor import Processor
from marsad.streaming.service import Service, Source
from marsad.streaming.topics import Topics
from marsad.streaming.window import OffsetWindow
from marsad.telemetry import logger
from marsad.telemetry.metrics import COMMITS

QUEUED = 1_000  # records of one partition that wait in memory before it is paused
QUEUED_BYTES = 32 * 1024 * 1024
SPAN = 2_000  # delivered records that one slow one may hold back
COMMIT_EVERY_S = 0.5
READ_AGAIN_S = 1.0  # after trouble at the broker
ASSIGNOR = RangePartitionAssignor
"""One member gets partition n of every topic, so that it owns a key in all of them: with the client's own choice, which
deals partitions out one by one, three fetchers would ask one host. No second one is offered: aiokafka 0.14.0 joins once
for each, with another list of them each time, so that two members took turns in making each other join anew."""
GRACE_S = 5.0  # what is in flight may finish for so long when a partition leaves

log = logger(__name__)


class Partition:
    """One assigned partition."""

    def __init__(self, source: Source, processor: Processor, fail: Callable[[BaseException], None]) -> None:
        self._source = source
        self._processor = processor
        self._fail = fail
        self._queue: deque[tuple[float, RawMessage]] = deque()  # with the time it is due
        self._queued_bytes = 0
        self._arrived = asyncio.Event()
        self._filled = asyncio.Event()
        self._settled = asyncio.Event()
        self._batches: set[asyncio.Task[None]] = set()
        self._pump = asyncio.create_task(self._run())
        self.window = OffsetWindow()
        self.committed: int | None = None

    def put(self, messages: Iterable[RawMessage]) -> None:
        """Queue records that were read."""
        for message in messages:
            written = min(message.timestamp_ms / 1000, time())  # a writer's clock ahead of ours adds nothing
            self._queue.append((written + self._source.delay_s, message))
            self._queued_bytes += len(message.value or b"")
        self._arrived.set()
        if len(self._queue) >= self._source.batch:
            self._filled.set()

    @property
    def full(self) -> bool:
        """Whether no more should be read for now."""
        return len(self._queue) >= QUEUED or self._queued_bytes >= QUEUED_BYTES

    async def close(self) -> None:
        """Stop handing out; let what is in flight finish for a moment, then give it up (it will be delivered again)."""
        self._pump.cancel()
        await asyncio.wait([self._pump])
        if self._batches:
            _, late = await asyncio.wait(self._batches, timeout=GRACE_S)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _run(self) -> None:
        try:
            while True:
                await self._until_due()
                await self._fill()
                self._start(self._take())
        except Exception as error:  # noqa: BLE001 - a pump that ends silently would stall its partition
            self._fail(error)

    async def _until_due(self) -> None:
        while True:
            if not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
            elif len(self._batches) >= self._source.in_flight or len(self.window) >= SPAN:
                self._settled.clear()
                await self._settled.wait()
            elif (wait := self._queue[0][0] - time()) > 0:
                await asyncio.sleep(wait)
            else:
                return

    async def _fill(self) -> None:
        """Let a batch fill until the next multiple of `within_s`: what all partitions cause then goes out together."""
        within_s = self._source.within_s
        if within_s and len(self._queue) < self._source.batch:
            self._filled.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s - time() % within_s):  # wait_for may swallow close()'s cancelling
                    await self._filled.wait()

    def _take(self) -> list[RawMessage]:
        batch: list[RawMessage] = []
        while self._queue and len(batch) < self._source.batch and self._queue[0][0] <= time():
            _, message = self._queue.popleft()
            self._queued_bytes -= len(message.value or b"")
            batch.append(message)
        return batch

    def _start(self, batch: list[RawMessage]) -> None:
        self.window.deliver(message.offset for message in batch)
        task = asyncio.create_task(self._work(batch))
        self._batches.add(task)
        task.add_done_callback(self._ended)

    async def _work(self, batch: list[RawMessage]) -> None:
        await self._processor.process(batch)
        self.window.settle(message.offset for message in batch)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._batches.discard(task)
        self._settled.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)


class WindowRunner(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Runs a service's sources until it is stopped."""

    def __init__(
        self, service: Service, processors: Mapping[str, Processor], topics: Topics, settings: Settings
    ) -> None:
        closing.install()
        batches.install()
        self._service = service
        self._sources = {source.topic: source for source in service.sources}
        self._processors = processors
        self._topics = topics
        self._partitions: dict[TopicPartition, Partition] = {}
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.bootstrap(),
            client_id=f"marsad-{service.name}",
            group_id=f"{topics.prefix}.{service.name}",
            enable_auto_commit=False,
            partition_assignment_strategy=(ASSIGNOR,),
            auto_offset_reset="earliest",
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_000,
            rebalance_timeout_ms=20_000,
            max_poll_interval_ms=600_000,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set. Raises what broke the runner itself, without committing past it."""
        self._consumer.subscribe([self._topics.full(name) for name in self._sources], listener=self)
        await self._consumer.start()
        loops = {asyncio.create_task(self._read()), asyncio.create_task(self._commit_regularly())}
        stopping = asyncio.create_task(stop.wait())
        try:
            ends: set[asyncio.Future[Any]] = {*loops, self._failed}
            watched: set[asyncio.Future[Any]] = {*ends, stopping}
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            for ended in ends:
                if ended.done():
                    ended.result()
        finally:
            for task in (*loops, stopping):
                task.cancel()
            await asyncio.wait({*loops, stopping})
            await self._release(list(self._partitions))
            await self._consumer.stop()

    def assigned(self) -> set[tuple[str, int]]:
        """Return the partitions that this member reads: short topic and number."""
        return {(self._topics.short(partition.topic), partition.partition) for partition in self._partitions}

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Settle and commit what is in flight before another member takes over."""
        await self._release(list(revoked))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Start afresh from the committed offsets."""
        if self._service.on_assigned is not None:
            try:
                self._service.on_assigned()
            except Exception as error:  # noqa: BLE001 - aiokafka would log it and read on without these partitions
                self._fail(error)
        for partition in assigned:
            source = self._sources[self._topics.short(partition.topic)]
            self._partitions[partition] = Partition(source, self._processors[source.topic], self._fail)

    def _fail(self, error: BaseException) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)

    async def _read(self) -> None:
        while True:
            try:
                records = await self._consumer.getmany(timeout_ms=200, max_records=500)
            except KafkaError as error:
                if not error.retriable:  # aiokafka's coordination may have ended: no record would ever come again
                    raise
                log.warning("read_failed", error=repr(error))
                await asyncio.sleep(READ_AGAIN_S)
                continue
            for partition, batch in records.items():
                if partition in self._partitions:
                    self._partitions[partition].put(self._raw(record) for record in batch)
            self._mind_pressure()

    def _mind_pressure(self) -> None:
        paused = self._consumer.paused()
        for partition, state in self._partitions.items():
            if state.full and partition not in paused:
                self._consumer.pause(partition)
            elif not state.full and partition in paused:
                self._consumer.resume(partition)

    def _raw(self, record: ConsumerRecord) -> RawMessage:
        return RawMessage(
            self._topics.short(record.topic), record.partition, record.offset, record.timestamp,
            record.key, record.value, tuple(record.headers),
        )  # fmt: skip

    async def _commit_regularly(self) -> None:
        while True:
            await asyncio.sleep(COMMIT_EVERY_S)
            await self._commit(self._partitions)

    async def _commit(self, partitions: Iterable[TopicPartition]) -> None:
        moved = {}
        for partition in partitions:
            state = self._partitions.get(partition)
            if state and state.window.committable not in (None, state.committed):
                moved[partition] = state.window.committable
        if not moved:
            return
        try:
            await self._consumer.commit(moved)
        except KafkaError as error:  # not committed is delivered again: safe
            COMMITS.labels("failed").inc()
            log.warning("commit_failed", error=repr(error))
            return
        COMMITS.labels("ok").inc()
        for partition, offset in moved.items():
            if partition in self._partitions:
                self._partitions[partition].committed = offset

    async def _release(self, partitions: list[TopicPartition]) -> None:
        held = [partition for partition in partitions if partition in self._partitions]
        await asyncio.gather(*(self._partitions[partition].close() for partition in held))
        with suppress(TimeoutError):  # aiokafka would try for as long as the broker is away
            await asyncio.wait_for(self._commit(held), GRACE_S)
        for partition in held:
            del self._partitions[partition]
        await self._tell_released()

    async def _tell_released(self) -> None:
        if self._service.on_released is None:
            return
        try:
            await asyncio.wait_for(self._service.on_released(), GRACE_S)
        except TimeoutError:  # what it would leave to the next owner is a courtesy
            log.warning("release_unheard", waited_s=GRACE_S)
        except Exception as error:  # noqa: BLE001 - aiokafka would log it and go on
            self._fail(error)
