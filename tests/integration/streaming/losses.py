"""What became of each record of `urls.found`: the measure of the loss table."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from integration.streaming.lab import PATIENCE_S, Lab, Running, found, numbers, until
from marsad.contracts.codec import Event
from marsad.contracts.urls import UrlFound
from marsad.settings import Settings
from marsad.streaming.outcome import Outcome
from marsad.streaming.service import Service, Source

Handle = Callable[[Sequence[Event[UrlFound]]], Awaitable[Sequence[Outcome]]]
RECORDS = 20  # of one partition, so that a record's number is its offset
BROKEN = 7  # the one that a row is about
BATCH = 5
EARLY = 2  # the one that a row about batches is about: it belongs to the first


@dataclass(frozen=True, slots=True)
class Balance:
    """Offsets of one partition: how many records it has, which had an effect, where the group would read on."""

    written: int
    handled: frozenset[int]
    dead: frozenset[int]
    committed: int

    @property
    def lost(self) -> list[int]:
        """Passed by the commit without any effect: nobody will ever read them again."""
        return [offset for offset in range(self.committed) if offset not in self.handled | self.dead]

    @property
    def waiting(self) -> int:
        """Not passed by the commit: whoever comes next reads them."""
        return self.written - self.committed

    def __str__(self) -> str:
        """Return the figures for a reader of the test's output."""
        return f"{len(self.lost):>2} lost, {self.waiting:>2} waiting, {len(self.dead):>2} dead of {self.written}"


async def balance(lab: Lab) -> Balance:
    """Look at the broker."""
    dead = [dict(record.headers) for record in await lab.read("discovery.dead")]
    return Balance(
        written=(await lab.ends("urls.found"))[0],
        handled=frozenset(numbers(await lab.read("urls.discovered"))),
        dead=frozenset(int(headers["marsad_dead_offset"]) for headers in dead),
        committed=(await lab.committed("discovery", "urls.found"))[0],
    )


async def lab_of(make_lab: Callable[..., Lab], records: int = RECORDS, **changes: Any) -> Lab:
    """Return a lab whose `urls.found` has one partition with so many records."""
    lab = make_lab(**{**changes, "urls__found": {"partitions": 1, **changes.get("urls__found", {})}})
    await lab.open()
    await lab.write(found(records))
    return lab


def reader(handler: Handle, batch: int = 1) -> Service:
    """Return `discovery` on Faust with this handler."""
    return Service("discovery", "faust", (Source("urls.found", handler, batch=batch),))


async def deal(
    lab: Lab, handler: Handle, batch: int = 1, *, settings: Settings | None = None, passed: int = RECORDS
) -> Running:
    """Run until so many records are passed by the commit, or until the service ends by itself; stop it then."""
    running = lab.start(reader(handler, batch), settings)

    async def over() -> bool:
        return running.task.done() or (await lab.committed("discovery", "urls.found"))[0] >= passed

    await until(over)
    running.stop.set()
    await asyncio.wait([running.task], timeout=PATIENCE_S)
    return running


def filled(settings: Settings) -> Settings:
    """Return settings under which a batch is handed out when it is full, and not a moment earlier."""
    streaming = settings.streaming.model_copy(update={"batch_within_s": PATIENCE_S})
    return settings.model_copy(update={"streaming": streaming})
