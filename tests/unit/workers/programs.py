"""What the tests of the pool share: expressions that hang, crash or eat memory, and a pool that computes them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psutil

from marsad.workers import WorkerPool

PID = "__import__('os').getpid()"
HANG = "__import__('time').sleep(600)"
HANG_IN_C = "sum(range(10**15))"
EXIT = "__import__('os')._exit(3)"
SEGFAULT = "__import__('ctypes').string_at(0)"
KILL = "__import__('os').kill(__import__('os').getpid(), 9)"
TOO_MUCH = "len(bytearray(64 << 30))"
PATIENCE_S = 30.0  # for a process to vanish; none of the tests waits that long unless it fails


@asynccontextmanager
async def pool(
    *, workers: int = 1, deadline_s: float = 60, max_tasks: int = 1_000, warm_up: Callable[[], None] | None = None
) -> AsyncIterator[WorkerPool[str, object]]:
    """Run a started pool and stop it whatever happens."""
    instance: WorkerPool[str, object] = WorkerPool(
        eval, workers=workers, deadline_s=deadline_s, max_tasks=max_tasks, warm_up=warm_up
    )
    await instance.start()
    try:
        yield instance
    finally:
        await instance.stop()


async def vanished(pid: int) -> bool:
    """Wait until the process is gone."""
    until = time.monotonic() + PATIENCE_S
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.02)
    return True
