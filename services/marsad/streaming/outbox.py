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

FRAMING = 2_048  # a batch's own bytes and room for what compression may add to incompressible data
MAX_REQUEST = 16 * 1024 * 1024

log = logger(__name__)


class Outbox:
    """A producer that either delivers or says which records can never be delivered."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topics = load_topics(settings)
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect. Raises BrokerUnavailable."""
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
        self._producer = producer

    async def stop(self) -> None:
        """Disconnect."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            with suppress(KafkaError, OSError):
                await producer.stop()

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
                await self._reconnect()
                await backoff.pause()
        return too_large

    def _exceeds(self, wire: Wire) -> bool:
        return wire.size + FRAMING > self._topics.specs[wire.topic].max_bytes

    async def _attempt(self, wires: Sequence[Wire]) -> list[BaseException | None]:
        sent: list[asyncio.Future[object]] = []
        results: list[BaseException | None] = []
        for wire in wires:
            try:
                sent.append(await self._send(wire))
            except (KafkaError, OSError, BrokerUnavailable) as error:
                failure: asyncio.Future[object] = asyncio.get_running_loop().create_future()
                failure.set_exception(error)
                sent.append(failure)
        for answer in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(answer, BaseException) and not isinstance(answer, KafkaError | OSError | BrokerUnavailable):
                raise answer
            results.append(answer if isinstance(answer, BaseException) else None)
        return results

    async def _send(self, wire: Wire) -> asyncio.Future[object]:
        if self._producer is None:
            await self.start()
        assert self._producer is not None  # noqa: S101 - start() has set it
        sent: asyncio.Future[object] = await self._producer.send(
            self._topics.full(wire.topic), value=wire.value, key=wire.key, headers=list(wire.headers)
        )
        return sent

    async def _reconnect(self) -> None:
        """Drop the producer: after some errors (fenced, out of sequence) it would refuse for good."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(Exception):
                await asyncio.wait_for(producer.stop(), timeout=5)


def _too_large(error: BaseException | None) -> bool:
    return isinstance(error, MessageSizeTooLargeError)
