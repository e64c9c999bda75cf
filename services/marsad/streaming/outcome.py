"""What a handler decides about one event.

A handler takes a batch of events and returns one outcome for each, in order. It never produces, commits or retries
itself: the runner carries an outcome out, waits until all of it is acknowledged, and only then commits the offset.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from marsad.contracts.codec import Event, Record
from marsad.contracts.model import Payload, Task
from marsad.contracts.states import State


@dataclass(frozen=True, slots=True)
class Emit:
    """The event leads to these records; its task goes on."""

    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Retry:
    """The event comes back through a fixed-delay lane, as this payload (its attempts counted, its slot noted)."""

    lane: str
    data: Payload
    reason: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The event's bytes go to the service's dead letters; its task ends as `quarantined`."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Settle:
    """The task ends in this state.

    Attributes:
        task: the task that ends, or None where the event is nobody's task (a ledger entry itself).
        records: what else the event leads to, for example the canonical URL that was found instead.
    """

    state: State
    reason: str
    task: Task | None
    detail: str = ""
    article_id: str | None = None
    records: tuple[Record, ...] = ()


Outcome = Emit | Retry | Quarantine | Settle
DONE = Emit(())
"""Nothing follows: the event has been dealt with entirely."""

E = TypeVar("E", bound=Event[Any])
Handler = Callable[[Sequence[E]], Awaitable[Sequence[Outcome]]]
"""Decides a batch. May raise Unavailable (the batch is held and tried again); any other error is one event's own."""

Clock = Callable[[], datetime]
"""Returns now, with zone."""
