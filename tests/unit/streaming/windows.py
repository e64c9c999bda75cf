"""Work whose end a test decides, for partitions of the window engine."""

import asyncio
from collections.abc import Sequence
from typing import Any

from marsad.contracts.codec import Event
from marsad.streaming.effects import RawMessage
from marsad.streaming.outcome import Outcome

NOW_S = 1_000_000.0


async def unused(_: Sequence[Event[Any]]) -> Sequence[Outcome]:
    """Stand for a handler: these tests replace the processor."""
    return []


class Work:
    """A processor whose batches end when the test says so; all at once where it is open."""

    def __init__(self, *, is_open: bool = False) -> None:
        self.begun: list[list[int]] = []
        self.cancelled: list[list[int]] = []
        self.error: Exception | None = None
        self.doors: dict[int, asyncio.Event] = {}
        self.is_open = is_open

    async def process(self, messages: Sequence[RawMessage]) -> None:
        offsets = [message.offset for message in messages]
        self.begun.append(offsets)
        try:
            if not self.is_open:
                await self.doors.setdefault(offsets[0], asyncio.Event()).wait()
        except asyncio.CancelledError:
            self.cancelled.append(offsets)
            raise
        if self.error:
            raise self.error

    def finish(self, offset: int) -> None:
        """Let the batch that begins with this offset end."""
        self.doors.setdefault(offset, asyncio.Event()).set()


def messages(*offsets: int, written_s: float = NOW_S, value: bytes = b"v") -> list[RawMessage]:
    """Return records of these offsets."""
    return [RawMessage("urls.discovered", 0, offset, round(written_s * 1000), None, value, ()) for offset in offsets]


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(30):
        await asyncio.sleep(0)
