"""Processors over a broker in memory, and handlers that behave well or badly."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from marsad.contracts.codec import Event, Wire
from marsad.contracts.states import State
from marsad.contracts.urls import UrlFound
from marsad.streaming.effects import RawMessage
from marsad.streaming.outcome import Outcome, Settle
from marsad.streaming.processor import Processor
from support.payloads import NOON, make_task
from unit.streaming.doubles import SETTINGS, MemoryOutbox, headers_of, make_message

Decide = Callable[[Sequence[Event[UrlFound]]], Sequence[Outcome]]


def make_processor(handler: Callable[[Sequence[Any]], Awaitable[Any]], outbox: MemoryOutbox) -> Processor:
    """Return a processor of the service `discovery` whose clock stands at noon."""
    return Processor("discovery", handler, outbox, SETTINGS, clock=lambda: NOON)


async def process(
    decide: Decide, messages: Sequence[RawMessage], outbox: MemoryOutbox | None = None, *, seen: list[int] | None = None
) -> MemoryOutbox:
    """Process one batch; `seen` takes the sizes of the batches that the handler got."""
    own = outbox or MemoryOutbox()

    async def handler(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        if seen is not None:
            seen.append(len(events))
        return decide(events)

    await make_processor(handler, own).process(messages)
    return own


def settled(event: Event[UrlFound]) -> Settle:
    """Settle an event under its URL."""
    return Settle(State.DUPLICATE, event.data.url[-100:], make_task(event.data.url))


def settle_all(events: Sequence[Event[UrlFound]]) -> list[Outcome]:
    """Deal with every event well."""
    return [settled(event) for event in events]


def poisoned_by(*names: str) -> Decide:
    """Return a handler that breaks when one of these URLs is in its batch."""

    def decide(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        for event in events:
            if event.data.url.endswith(names):
                raise ZeroDivisionError("poison")
        return settle_all(events)

    return decide


def reasons(outbox: MemoryOutbox) -> list[str]:
    """Return why records were quarantined, in order."""
    return [headers_of(wire)["marsad_dead_reason"] for wire in outbox.on("discovery.dead")]


def offsets(outbox: MemoryOutbox) -> list[int]:
    """Return where quarantined records came from, in order."""
    return [int(headers_of(wire)["marsad_dead_offset"]) for wire in outbox.on("discovery.dead")]


def keys(wires: Sequence[Wire]) -> list[str]:
    """Return the keys of records."""
    return [(wire.key or b"").decode() for wire in wires]


def three_messages() -> list[RawMessage]:
    """Return a batch of three."""
    return [make_message(offset=offset) for offset in range(3)]
