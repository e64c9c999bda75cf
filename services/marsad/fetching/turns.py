"""Turns at hosts: who waits in the window, who comes back through a lane.

The rule, for a task whose host is not free at once:

1. It reserves the host's next slot, once; the slot travels with it (`not_before`) and is kept when it comes back.
2. A slot less than IN_PLACE_S away is waited for in the window. Slots are spaced, so one host has few such tasks.
3. A farther slot sends the task through the longest lane that ends before it, again and again, each pass nearer.
4. At its slot a task queues for the host, which others may still occupy. Is the host so late that LATE_S pass, the
   task reserves a new slot behind all others: the host is slower than it was, and newer slots are spaced for that.

So no task waits longer than IN_PLACE_S + LATE_S in the window, however long the host's queue is, and a queue of n tasks
does not circle: as long as the host keeps its pace, a task passes only through the lanes that its distance is made of.
"""

import asyncio
from dataclasses import dataclass, field

from marsad.fetching.lanes import SHORTEST_S
from marsad.fetching.politeness import HostClocks
from marsad.streaming.outcome import Clock

IN_PLACE_S = float(SHORTEST_S)  # no lane ends before a slot that is nearer
LATE_S = 10.0


@dataclass(slots=True)
class _Line:
    """The tasks at one host: the one that has the turn and those that wait for it."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    tasks: int = 0
    started: float = 0.0


class Turns:
    """Hands out one turn at a time for each host, in order of asking."""

    def __init__(self, clocks: HostClocks, clock: Clock) -> None:
        self._clocks = clocks
        self._clock = clock
        self._lines: dict[str, _Line] = {}

    async def enter(self, host: str, pause_s: float, slot: float | None) -> float | None:
        """Take the host's turn, or return the slot to come back at (at least IN_PLACE_S away).

        Args:
            host: as `host_of` names it.
            pause_s: between the end of a request and the next one.
            slot: that the task has reserved, in seconds since 1970, or None for a task that has none.

        Returns:
            None when the turn is taken: `leave` must be called.
        """
        now = self._now()
        if slot is None:
            slot = self._clocks.reserve(host, pause_s, now)
        else:
            self._clocks.learn(host, slot, pause_s, now)
        if slot - now >= IN_PLACE_S:
            return slot
        await asyncio.sleep(max(slot - now, 0.0))
        if await self._queue(host, pause_s):
            return None
        now = self._now()
        return self._clocks.reserve(host, pause_s, now, not_before=now + IN_PLACE_S)

    async def again(self, host: str, pause_s: float) -> float | None:
        """Keep the turn for another request after a pause; return what `enter` returns, the turn still being taken."""
        self._end_request(host, pause_s)
        now = self._now()
        free_at = self._clocks.free_at(host, pause_s, now)
        if free_at - now >= IN_PLACE_S:
            return free_at
        await asyncio.sleep(max(free_at - now, 0.0))
        self._lines[host].started = self._now()
        return None

    def leave(self, host: str, pause_s: float) -> None:
        """Give the turn back; the request has ended."""
        self._end_request(host, pause_s)
        line = self._lines[host]
        line.turn.release()
        self._drop(host, line)

    def push_back(self, host: str, pause_s: float, seconds: float) -> None:
        """Let the host rest for so long."""
        now = self._now()
        self._clocks.push_back(host, pause_s, now, now + seconds)

    def forget(self) -> None:
        """Forget every host's clock (see HostClocks.forget); turns that are taken stay taken."""
        self._clocks.forget()

    async def _queue(self, host: str, pause_s: float) -> bool:
        """Wait for the turn and for the host's pause. Return False when that would take too long."""
        line = self._lines.setdefault(host, _Line())
        line.tasks += 1
        taken = False
        try:
            async with asyncio.timeout(LATE_S):
                await line.turn.acquire()
                taken = await self._rest(host, pause_s, line)
        except TimeoutError:
            pass
        finally:
            if not taken:
                self._drop(host, line)
        return taken

    async def _rest(self, host: str, pause_s: float, line: _Line) -> bool:
        """With the turn in hand, wait until the host is free; give the turn back when that is too far away."""
        rested = False
        try:
            now = self._now()
            free_at = self._clocks.free_at(host, pause_s, now)
            if free_at - now < LATE_S:
                await asyncio.sleep(max(free_at - now, 0.0))
                line.started = self._now()
                rested = True
        finally:
            if not rested:
                line.turn.release()
        return rested

    def _end_request(self, host: str, pause_s: float) -> None:
        self._clocks.ended(host, pause_s, self._lines[host].started, self._now())

    def _drop(self, host: str, line: _Line) -> None:
        line.tasks -= 1
        if not line.tasks:
            del self._lines[host]

    def _now(self) -> float:
        return self._clock().timestamp()
