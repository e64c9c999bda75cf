"""Turns at hosts: who waits in the window, who comes back through a lane.

The rule, for a task whose host is not free at once:

1. It reserves the host's next slot, once; the slot travels with it (`not_before`) and is kept when it comes back.
2. A slot less than IN_PLACE_S away is waited for in the window. Slots are spaced, so one host has few such tasks.
3. A farther slot sends the task through the longest lane that ends before it, again and again, each pass nearer.
4. At its slot a task queues for the host, which others may still occupy. Is the host so late that LATE_S pass, the
   task reserves a new slot behind all others: the host is slower than it was, and newer slots are spaced for that.

So no task waits longer than IN_PLACE_S + LATE_S in the window, however long the host's queue is, and a queue of n tasks
does not circle: as long as the host keeps its pace, a task passes only through the lanes that its distance is made of.

A task of an archive stands behind every fresh one: while a fresh task waits for the host, no archive gets the turn, and
all archives together have at most `archives` requests under way, so that fresh ones always find a connection.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from marsad.fetching.health import Health
from marsad.fetching.lanes import SHORTEST_S
from marsad.fetching.politeness import HostClocks, Remembered
from marsad.streaming.outcome import Clock

IN_PLACE_S = float(SHORTEST_S)  # no lane ends before a slot that is nearer
LATE_S = 10.0
LOOK_AGAIN_S = 0.25  # while archives have all the requests that they may have

Recall = Callable[[str], Coroutine[Any, Any, Remembered | None]]
"""Returns what a host's last owner left."""

Waiting = deque[tuple[asyncio.Future[None], float]]
"""Who waits, with the pause that it keeps."""


@dataclass(slots=True)
class _Line:
    """The tasks at one host: the one that has the turn and those that wait for it, fresh ones and archives apart."""

    fresh: Waiting = field(default_factory=deque)
    archives: Waiting = field(default_factory=deque)
    held: bool = False
    by_archive: bool = False
    started: float = 0.0
    timer: asyncio.TimerHandle | None = None


class Turns:
    """Hands out one turn at a time for each host, in order of asking, to archives last."""

    def __init__(self, clocks: HostClocks, clock: Clock, archives: int = 1, recall: Recall | None = None) -> None:
        """Take the hosts' clocks, the time, how many requests of archives may be under way, and who remembers hosts."""
        self._clocks = clocks
        self._clock = clock
        self._archives = archives
        self._archives_held = 0
        self._recall = recall
        self._recalling: dict[str, asyncio.Task[Remembered | None]] = {}
        self._lines: dict[str, _Line] = {}

    async def enter(self, host: str, pause_s: float, slot: float | None, *, archive: bool = False) -> float | None:
        """Take the host's turn, or return the slot to come back at (at least IN_PLACE_S away).

        Args:
            host: as `host_of` names it.
            pause_s: between the end of a request and the next one.
            slot: that the task has reserved, in seconds since 1970, or None for a task that has none.
            archive: the task stands behind fresh ones.

        Returns:
            None when the turn is taken: `leave` must be called.
        """
        await self._remember(host, pause_s)
        now = self._now()
        if slot is None:
            slot = self._clocks.reserve(host, pause_s, now, archive=archive)
        else:
            self._clocks.learn(host, slot, pause_s, now, archive=archive)
        if slot - now >= IN_PLACE_S:
            return slot
        await asyncio.sleep(max(slot - now, 0.0))
        if await self._queue(host, pause_s, archive=archive):
            return None
        now = self._now()
        return self._clocks.reserve(host, pause_s, now, not_before=now + IN_PLACE_S, archive=archive)

    async def again(self, host: str, pause_s: float) -> float | None:
        """Keep the turn for another request after a pause; return what `enter` returns, the turn still being taken."""
        self._end_request(host, pause_s, Health.UNWILLING)  # robots.txt may be had where no page is
        now = self._now()
        free_at = self._clocks.free_at(host, pause_s, now)
        if free_at - now >= IN_PLACE_S:
            return free_at
        await asyncio.sleep(max(free_at - now, 0.0))
        self._lines[host].started = self._now()
        return None

    def leave(self, host: str, pause_s: float, health: Health | None = Health.WELL) -> None:
        """Give the turn back; the request has ended, and said this about the host. None: nothing was asked."""
        if health is not None:
            self._end_request(host, pause_s, health)
        self._release(host, self._lines[host])

    def push_back(self, host: str, pause_s: float, seconds: float) -> None:
        """Let the host rest for so long."""
        now = self._now()
        self._clocks.push_back(host, pause_s, now, now + seconds)

    def down_s(self, host: str) -> float:
        """Return for how many seconds a host that is left alone has given no page."""
        return self._clocks.down_s(host, self._now())

    def forget(self) -> None:
        """Forget every host's clock (see HostClocks.forget); turns that are taken stay taken."""
        self._clocks.forget()

    async def _remember(self, host: str, pause_s: float) -> None:
        """Begin with an unknown host where its last owner left it; it is asked for once, however many tasks wait."""
        if self._recall is None or host in self._clocks:
            return
        asking = self._recalling.get(host)
        if asking is None:
            asking = self._recalling[host] = asyncio.ensure_future(self._recall(host))
            asking.add_done_callback(lambda _: self._recalling.pop(host, None))
        if (left := await asyncio.shield(asking)) is not None:
            self._clocks.remember(host, pause_s, self._now(), left)

    async def _queue(self, host: str, pause_s: float, *, archive: bool) -> bool:
        """Wait for the turn and for the host's pause. Return False when that would take too long."""
        now = self._now()
        if self._clocks.free_at(host, pause_s, now, archive=archive) - now >= LATE_S:
            return False
        line = self._lines.setdefault(host, _Line())
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (line.archives if archive else line.fresh).append((turn, pause_s))
        self._grant(host, line)
        try:
            async with asyncio.timeout(LATE_S):
                await turn
        except TimeoutError:
            if turn.cancelled():
                self._grant(host, line)
                return False
        except asyncio.CancelledError:
            if turn.cancelled():
                self._grant(host, line)
            else:  # it came in the same moment
                self._release(host, line)
            raise
        return True

    def _grant(self, host: str, line: _Line) -> None:
        """Give the turn to whoever is next and may have it, look again when the host is free, or forget the line."""
        if line.timer is not None:
            line.timer.cancel()
            line.timer = None
        for waiting in (line.fresh, line.archives):
            while waiting and waiting[0][0].cancelled():
                waiting.popleft()
        if line.held:
            return
        waiting = line.fresh or line.archives
        if not waiting:
            if self._lines.get(host) is line:  # else it was forgotten before, and has a successor
                del self._lines[host]
            return
        archive = waiting is line.archives
        wait_s = self._wait_s(host, waiting[0][1], archive=archive)
        if wait_s > 0:
            line.timer = asyncio.get_running_loop().call_later(wait_s, self._grant, host, line)
            return
        turn, _ = waiting.popleft()
        line.held, line.by_archive, line.started = True, archive, self._now()
        self._archives_held += archive
        turn.set_result(None)

    def _wait_s(self, host: str, pause_s: float, *, archive: bool) -> float:
        now = self._now()
        wait_s = self._clocks.free_at(host, pause_s, now, archive=archive) - now
        return max(wait_s, LOOK_AGAIN_S) if archive and self._archives_held >= self._archives else wait_s

    def _release(self, host: str, line: _Line) -> None:
        self._archives_held -= line.by_archive
        line.held = line.by_archive = False
        self._grant(host, line)

    def _end_request(self, host: str, pause_s: float, health: Health) -> None:
        self._clocks.ended(host, pause_s, self._lines[host].started, self._now(), health)

    def _now(self) -> float:
        return self._clock().timestamp()
