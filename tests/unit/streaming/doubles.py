"""Stand-ins for the broker, and makers of raw messages."""

from collections.abc import Mapping, Sequence

from marsad.contracts.codec import Record, Wire, encode
from marsad.contracts.envelope import TASK_HEADER
from marsad.contracts.model import Payload
from marsad.contracts.states import State
from marsad.settings import Settings, Streaming
from marsad.streaming.effects import RawMessage
from marsad.streaming.outbox import Outbox
from support.payloads import NOON, make_found, make_task

SETTINGS = Settings(streaming=Streaming(backoff_max_s=0.000_1))  # pauses are real, and over at once
TASK_ID = make_task().task_id
NO_LIMITS: Mapping[str, int] = {}


class MemoryOutbox(Outbox):
    """Takes what is delivered; a topic may have a limit, as on a real broker."""

    def __init__(self, limits: Mapping[str, int] = NO_LIMITS) -> None:
        self.limits = limits
        self.sent: list[Wire] = []

    async def deliver(self, wires: Sequence[Wire]) -> set[int]:
        refused = {index for index, wire in enumerate(wires) if wire.size > self.limits.get(wire.topic, 1 << 40)}
        self.sent += [wire for index, wire in enumerate(wires) if index not in refused]
        return refused

    def on(self, topic: str) -> list[Wire]:
        """Return what was delivered to a topic."""
        return [wire for wire in self.sent if wire.topic == topic]


def make_message(
    data: Payload | None = None,
    *,
    topic: str = "urls.found",
    offset: int = 0,
    key: bytes | None = b"ajil.example",
    body: bytes | None = None,
    task_id: str | None = TASK_ID,
    extra: tuple[tuple[str, bytes | None], ...] = (),
) -> RawMessage:
    """Return a record as the broker gives it; every offset's has a `ce_id` of its own."""
    payload = data if data is not None else make_found(f"https://ajil.example/{offset}")
    record = Record(topic, "ajil.example", payload, body, task_id)
    wire = encode(record, cause=f"cause of {offset}", source="test", at=NOON)
    return RawMessage(topic, 0, offset, round(NOON.timestamp() * 1000), key, wire.value, (*wire.headers, *extra))


def make_broken(
    value: bytes | None = b"{", *, offset: int = 0, key: bytes | None = b"k", task: bytes | None = None
) -> RawMessage:
    """Return a record that cannot be decoded."""
    headers: tuple[tuple[str, bytes | None], ...] = (("x", b"1"), ("x", None))
    return RawMessage(
        "urls.found", 2, offset, 1_000, key, value, (*headers, *(((TASK_HEADER, task),) if task is not None else ()))
    )


def headers_of(wire: Wire) -> dict[str, str]:
    """Return a record's headers as text."""
    return {name: value.decode() for name, value in wire.headers}


TERMINAL = tuple(state for state in State if state.terminal)
