"""Sending records and waiting until the broker has acknowledged every one of them."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from marsad.contracts.codec import Wire
from marsad.errors import BrokerUnavailable
from marsad.settings import Settings
from marsad.streaming.backoff import Backoff
from marsad.streaming.topics import load_topics
from marsad.telemetry import logger
from marsad.telemetry.metrics import RECORDS_OUT
from marsad.telemetry.waits import waiting

CLOSING_S = 5.0  # what was sent may still be delivered for so long when the outbox closes
BATCH_BYTES = 262_144  # of a producer's batches, before compression
ALONE = 1  # byte: no batch holds a second record
FRAMING = 2_048  # a batch's own bytes and room for what compression may add to incompressible data
MAX_REQUEST = 16 * 1024 * 1024

log = logger(__name__)


class Outbox:
    """A producer that either delivers or says which records can never be delivered."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topics = load_topics(settings)
        self._producers: dict[int, AIOKafkaProducer] = {}  # by the size of their batches
        self._connecting = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connect. Raises BrokerUnavailable."""
        await self._connected(BATCH_BYTES)

    async def _connected(self, batch_bytes: int) -> AIOKafkaProducer:
        """Return the producer that all deliveries share."""
        async with self._connecting:
            if batch_bytes not in self._producers:
                self._producers[batch_bytes] = await self._connect(batch_bytes)
            return self._producers[batch_bytes]

    async def _connect(self, batch_bytes: int) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.bootstrap(),
            client_id="marsad",
            acks="all",
            enable_idempotence=True,
            compression_type="zstd",
            linger_ms=5,
            max_batch_size=batch_bytes,
            max_request_size=MAX_REQUEST,
            request_timeout_ms=30_000,
        )
        try:
            await producer.start()
        except (KafkaError, OSError) as error:
            with suppress(Exception):
                await producer.stop()
            raise BrokerUnavailable(f"Kafka at {self._settings.bootstrap()} does not answer: {error}") from error
        return producer

    async def stop(self) -> None:
        """Disconnect."""
        for producer in list(self._producers.values()):
            self._drop(producer)
        if self._closing:
            await asyncio.wait(self._closing, timeout=CLOSING_S)

    async def deliver(self, wires: Sequence[Wire]) -> set[int]:
        """Send records and wait until all are acknowledged; broker trouble is waited out.

        Returns:
            Positions of the records that are larger than their topic allows; they were not written.
        """
        return await self._deliver(wires, [index for index, wire in enumerate(wires) if not self._exceeds(wire)])

    async def give_back(self, wires: Sequence[Wire]) -> set[int]:
        """Deliver records that their topics held before. Returns as `deliver`.

        The broker alone judges their size: strangers' records may be larger than their topic but for compression.
        """
        return await self._deliver(wires, range(len(wires)))

    async def _deliver(self, wires: Sequence[Wire], fitting: Sequence[int]) -> set[int]:
        suspects = await self._send_until_answered(wires, fitting, BATCH_BYTES)
        refused = await self._send_until_answered(wires, suspects, ALONE)  # the broker judges whole batches
        unwritten = {*range(len(wires))}.difference(fitting).union(refused)
        written = Counter(wire.topic for index, wire in enumerate(wires) if index not in unwritten)
        for topic, records in written.items():
            RECORDS_OUT.labels(topic).inc(records)
        return unwritten

    async def _send_until_answered(self, wires: Sequence[Wire], left: Sequence[int], batch_bytes: int) -> list[int]:
        """Send the records at these positions; return those whose batches the broker finds too large."""
        refused: list[int] = []
        backoff = Backoff(self._settings.streaming.backoff_max_s)
        with waiting() as wait:
            while left:
                results = await self._attempt([wires[index] for index in left], batch_bytes)
                answers = list(zip(left, results, strict=True))
                refused += [index for index, error in answers if _too_large(error)]
                failed = [(index, error) for index, error in answers if error is not None and not _too_large(error)]
                left = [index for index, _ in failed]
                if failed:
                    wait.on(BrokerUnavailable(repr(failed[0][1])))
                    log.warning("broker_unavailable", records=len(left), error=repr(failed[0][1]))
                    await backoff.pause()
        return refused

    def _exceeds(self, wire: Wire) -> bool:
        return wire.size + FRAMING > self._topics.specs[wire.topic].max_bytes

    async def _attempt(self, wires: Sequence[Wire], batch_bytes: int) -> list[BaseException | None]:
        try:
            producer = await self._connected(batch_bytes)
        except BrokerUnavailable as error:
            return [error] * len(wires)
        sent = [await self._send(producer, wire) for wire in wires]
        results: list[BaseException | None] = []
        for answer in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(answer, BaseException) and not isinstance(answer, KafkaError | OSError):
                raise answer
            results.append(answer if isinstance(answer, BaseException) else None)
        if any(error is not None and not _too_large(error) for error in results):
            self._drop(producer)
        return results

    async def _send(self, producer: AIOKafkaProducer, wire: Wire) -> asyncio.Future[object]:
        """Hand a record to the producer; the future tells what became of it."""
        try:
            sent: asyncio.Future[object] = await producer.send(
                self._topics.full(wire.topic), value=wire.value, key=wire.key, headers=list(wire.headers)
            )
        except (KafkaError, OSError) as error:
            sent = asyncio.get_running_loop().create_future()
            sent.set_exception(error)
        return sent

    def _drop(self, producer: AIOKafkaProducer) -> None:
        """Let go of a producer: after some errors (fenced, out of sequence) it would refuse for good.

        Others may still wait for what they sent with it, so it ends by itself, when all of that is settled.
        """
        held = [size for size, one in self._producers.items() if one is producer]
        if not held:
            return
        del self._producers[held[0]]
        closing = asyncio.create_task(_stop(producer))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


async def _stop(producer: AIOKafkaProducer) -> None:
    with suppress(KafkaError, OSError):
        await producer.stop()


def _too_large(error: BaseException | None) -> bool:
    return isinstance(error, MessageSizeTooLargeError)
