"""A broker behind the producer's class: what each connection, send and acknowledgement comes to is scripted."""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka.errors import (
    ProducerClosed,
)

ACKNOWLEDGED = None
Answer = Exception | None


class Broker:
    """Stands for Kafka behind producers: what each connection, send and acknowledgement comes to.

    Attributes:
        connections: answers to connecting, in order; then all succeed.
        sends: answers to handing a record over, in order; then all succeed.
        acknowledgements: the broker's answers, in order; then all succeed.
        log: the keys of acknowledged records, in order.
    """

    def __init__(
        self,
        *,
        connections: Iterable[Answer] = (),
        sends: Iterable[Answer] = (),
        acknowledgements: Iterable[Answer] = (),
    ) -> None:
        self.connections = iter(connections)
        self.sends = iter(sends)
        self.acknowledgements = iter(acknowledgements)
        self.producers: list[Producer] = []
        self.log: list[bytes] = []
        self.open = asyncio.Event()
        self.open.set()

    def connect(self, **options: Any) -> "Producer":
        """Stand in for the producer's class."""
        self.producers.append(Producer(self, options))
        return self.producers[-1]


class Producer:
    """One connection to that broker."""

    def __init__(self, broker: Broker, options: dict[str, Any]) -> None:
        self.broker = broker
        self.options = options
        self.pending: set[asyncio.Future[object]] = set()
        self.sent: list[tuple[str, Any]] = []
        self.stopped = 0

    async def start(self) -> None:
        await asyncio.sleep(0)
        if error := next(self.broker.connections, ACKNOWLEDGED):
            raise error

    async def stop(self) -> None:
        self.stopped += 1
        if self.pending:
            await asyncio.wait(self.pending)

    async def send(self, topic: str, *, value: Any, key: bytes, headers: Any) -> asyncio.Future[object]:
        if self.stopped:
            raise ProducerClosed
        if error := next(self.broker.sends, ACKNOWLEDGED):
            raise error
        self.sent.append((topic, (key, value, headers)))
        future: asyncio.Future[object] = asyncio.ensure_future(self._acknowledged(key))
        self.pending.add(future)
        future.add_done_callback(self.pending.discard)
        return future

    async def _acknowledged(self, key: bytes) -> object:
        await self.broker.open.wait()
        if error := next(self.broker.acknowledgements, ACKNOWLEDGED):
            raise error
        self.broker.log.append(key)
        return object()
