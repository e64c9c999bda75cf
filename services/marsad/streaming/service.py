"""What a service is made of, whatever engine runs it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal

from marsad.contracts.codec import Record
from marsad.settings import Settings
from marsad.streaming.outcome import Handler


@dataclass(frozen=True, slots=True)
class Source:
    """A topic that a service reads.

    Attributes:
        topic: short name.
        handler: decides its events.
        batch: the most events that the handler gets at once.
        in_flight: batches of one partition under way at once; more than one gives up the order. Window engine only.
        within_s: a batch that is not full is handed out at the next multiple of this, 0: at once. Window engine only.
        delay_s: events are handled this long after they were written (a retry lane). Window engine only.
    """

    topic: str
    handler: Handler[Any]
    batch: int = 1
    in_flight: int = 1
    within_s: float = 0
    delay_s: float = 0


Publish = Callable[[Sequence[Record], str], Awaitable[None]]
"""Sends records that no record caused (a timer's), and waits until they are acknowledged.

The second argument is the cause that the records' ids derive from.
"""


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that a service does by the clock. What it raises is logged, and the next tick comes."""

    every_s: float
    tick: Callable[[Publish], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Service:
    """A service, ready to run.

    Attributes:
        name: also of its consumer group and its dead letters.
        engine: `faust` for the middle (streams, agents), `window` for the edges (many in flight, or large batches).
        sources: what it reads.
        timers: what it does by the clock. Faust engine only.
        on_assigned: called whenever partitions were assigned.
        on_released: awaited whenever partitions are given up, before another member has them. Window engine only.
    """

    name: str
    engine: Literal["faust", "window"]
    sources: tuple[Source, ...]
    timers: tuple[Timer, ...] = ()
    on_assigned: Callable[[], None] | None = None
    on_released: Callable[[], Awaitable[None]] | None = None


Build = Callable[[Settings], AbstractAsyncContextManager[Service]]
"""Opens what a service needs, gives the service, and closes it again."""
