"""Between this fetcher's clocks and the board of all hosts (`search/hosts.py`).

What is known of hosts is written every WRITE_S, and when partitions are given up; a host that is new to this fetcher
begins with what its last owner wrote, so that a Crawl-delay, an adaptive pause and a breaker outlive a restart and a
change of owner. Manners must not hang on Elasticsearch: where it does not answer at once, a host begins as an unknown
one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from marsad.errors import MarsadError
from marsad.fetching.politeness import HostClocks, Remembered
from marsad.search.client import connect
from marsad.search.hosts import HostBoard, HostState
from marsad.search.names import Names
from marsad.settings import Settings
from marsad.streaming.outcome import Clock
from marsad.telemetry import logger

WRITE_S = 2.0
PATIENCE_S = 1.0  # for an answer about one host
SILENT_S = 30.0  # after one that did not come, nothing is recalled for so long

log = logger(__name__)


class Board:
    """Writes and recalls."""

    def __init__(self, board: HostBoard, clocks: HostClocks, clock: Clock) -> None:
        self._board = board
        self._clocks = clocks
        self._clock = clock
        self._silent_until = 0.0
        self._told = False
        self._written = 0.0
        self._writing = asyncio.Lock()

    async def recall(self, host: str) -> Remembered | None:
        """Return what the host's last owner wrote, or None where that is not to be had at once."""
        now = self._clock().timestamp()
        if now < self._silent_until:
            return None
        try:
            async with asyncio.timeout(PATIENCE_S):
                state = await self._board.recall(host)
        except (MarsadError, TimeoutError, LookupError, TypeError, ValueError):  # also what another version wrote
            self._silent_until = now + SILENT_S
            return None
        if state is None:
            return None
        return Remembered(state.pause_s, state.next_at.timestamp(), state.failures)

    async def write_regularly(self) -> None:
        """Write what changed, for ever."""
        while True:
            await asyncio.sleep(WRITE_S)
            await self.write()

    async def write(self) -> None:
        """Write what changed since the last time. Where Elasticsearch is away, a log line says so once."""
        async with self._writing:
            since, self._written = self._written, self._clock().timestamp()
            await self._write(since, self._written)

    async def _write(self, since: float, now: float) -> None:
        states = [_state(host, now, clocks=self._clocks) for host in self._clocks.used_since(since)]
        try:
            await self._board.put(states)
        except MarsadError as error:
            if not self._told:  # once, not every two seconds
                log.warning("hosts_not_written", error=str(error))
            self._told = True
        else:
            self._told = False


def _state(host: str, now: float, *, clocks: HostClocks) -> HostState:
    seen = clocks.seen(host, now)
    moment = datetime.fromtimestamp(now, UTC)
    next_at = datetime.fromtimestamp(seen.free_at, UTC)
    return HostState(host, seen.pause_s, next_at, seen.failures, seen.resting, seen.queued, seen.archives, at=moment)


@asynccontextmanager
async def open_board(settings: Settings, clocks: HostClocks, clock: Clock) -> AsyncIterator[Board]:
    """Give a board that is being written."""
    async with connect(settings) as client:
        board = Board(HostBoard(client, Names.of(settings)), clocks, clock)
        writing = asyncio.create_task(board.write_regularly())
        try:
            yield board
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
