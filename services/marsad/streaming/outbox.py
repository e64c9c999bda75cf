"""Sending records and waiting until the broker has acknowledged every one of them."""

import asyncio
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

CLOSING_S = 5.0  # what was sent may still be delivered for so long when the outbox closes
FRAMING = 2_048  # a batch's own bytes and room for what compression may add to incompressible data
MAX_REQUEST = 16 * 1024 * 1024

log = logger(__name__)


class Outbox:
    """A producer that either delivers or says which records can never be delivered."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topics = load_topics(settings)
        self._producer: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connect. Raises BrokerUnavailable."""
        await self._connected()

    async def _connected(self) -> AIOKafkaProducer:
        """Return the producer that all deliveries share."""
        async with self._connecting:
            if self._producer is None:
                self._producer = await self._connect()
            return self._producer

    async def _connect(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.bootstrap(),
            client_id="marsad",
            acks="all",
            enable_idempotence=True,
            compression_type="zstd",
            linger_ms=5,
            max_batch_size=262_144,
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
        if self._producer is not None:
            self._drop(self._producer)
        if self._closing:
            await asyncio.wait(self._closing, timeout=CLOSING_S)

    async def deliver(self, wires: Sequence[Wire]) -> set[int]:
        """Send records and wait until all are acknowledged; broker trouble is waited out.

        Returns:
            Positions of the records that are larger than their topic allows; they were not written.
        """
        too_large = {index for index, wire in enumerate(wires) if self._exceeds(wire)}
        left = [index for index in range(len(wires)) if index not in too_large]
        backoff = Backoff(self._settings.streaming.backoff_max_s)
        while left:
            results = await self._attempt([wires[index] for index in left])
            refused = {index for index, error in zip(left, results, strict=True) if _too_large(error)}
            too_large |= refused
            failed = [
                (index, error)
                for index, error in zip(left, results, strict=True)
                if error is not None and index not in refused
            ]
            left = [index for index, _ in failed]
            if failed:
                log.warning("broker_unavailable", records=len(left), error=repr(failed[0][1]))
                await backoff.pause()
        return too_large

    def _exceeds(self, wire: Wire) -> bool:
        return wire.size + FRAMING > self._topics.specs[wire.topic].max_bytes

    async def _attempt(self, wires: Sequence[Wire]) -> list[BaseException | None]:
        try:
            producer = await self._connected()
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
        if self._producer is not producer:
            return
        self._producer = None
        closing = asyncio.create_task(_stop(producer))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


async def _stop(producer: AIOKafkaProducer) -> None:
    with suppress(KafkaError, OSError):
        await producer.stop()


def _too_large(error: BaseException | None) -> bool:
    return isinstance(error, MessageSizeTooLargeError)
