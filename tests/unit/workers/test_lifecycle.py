"""The life of workers and of their pool: warming up, retiring, stopping, and the end of the parent."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from marsad.errors import StageError, WorkerDied, WorkersUnavailable
from marsad.workers import WorkerPool
from marsad.workers import pool as module
from unit.workers.programs import EXIT, HANG, HANG_IN_C, PATIENCE_S, PID, pool, vanished


async def test_the_deadline_starts_when_the_worker_is_warm() -> None:
    """A warm-up longer than the deadline kills nobody, not at the start and not after a replacement."""
    async with pool(deadline_s=1.0, warm_up=partial(time.sleep, 1.5)) as workers:
        assert await workers.run("1") == 1
        with pytest.raises(WorkerDied):
            await workers.run(EXIT)
        assert await workers.run("2") == 2


async def test_waiting_for_a_free_worker_does_not_count() -> None:
    """Items that queue longer than the deadline are not punished for it."""
    async with pool(deadline_s=2.0) as workers:
        results = await asyncio.gather(*(workers.run(f"__import__('time').sleep(0.6) or {n}") for n in range(5)))

    assert results == list(range(5))


@pytest.mark.parametrize(
    ("warm_up", "message"), [(partial(int, "x"), "ValueError"), (os.abort, "SIGABRT"), (sys.exit, "SystemExit")]
)
async def test_a_warm_up_that_fails_is_told_at_the_start(warm_up: Callable[[], None], message: str) -> None:
    """`start` raises instead of leaving a pool that can never answer."""
    workers: WorkerPool[str, object] = WorkerPool(eval, workers=2, deadline_s=5, max_tasks=5, warm_up=warm_up)

    with pytest.raises(StageError, match=message):
        await workers.start()
    with pytest.raises(WorkersUnavailable, match="not running"):
        await workers.run("1")


COLD_AFTER_THE_FIRST = """
import os, pathlib
mark = pathlib.Path({mark!r})
mark.write_text(mark.read_text() + "x" if mark.exists() else "x")
if len(mark.read_text()) in (2, 3):
    os._exit(3)
"""


@pytest.mark.parametrize(
    "trouble", [COLD_AFTER_THE_FIRST, COLD_AFTER_THE_FIRST.replace("os._exit(3)", "raise OSError")]
)
async def test_a_worker_that_does_not_become_warm_costs_no_document(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it warms up, or out of memory there: the documents wait for the next worker."""
    monkeypatch.setattr(module, "COLD_PAUSE_S", 0.01)
    async with pool(warm_up=partial(exec, trouble.format(mark=str(tmp_path / "mark")))) as workers:
        with pytest.raises(WorkerDied):
            await workers.run(EXIT)
        assert await asyncio.gather(*(workers.run(f"{n}") for n in range(5))) == list(range(5))


async def test_a_worker_retires_after_max_tasks() -> None:
    """Planned replacements give new processes and are no restarts."""
    async with pool(max_tasks=3) as workers:
        pids = [await workers.run(PID) for _ in range(9)]

    assert [len(set(pids[n : n + 3])) for n in (0, 3, 6)] == [1, 1, 1]
    assert len(set(pids)) == 3
    assert workers.restarts == 0


async def test_interrupts_are_left_to_the_parent() -> None:
    """Ctrl-C reaches the whole process group; a worker ignores it and goes on."""
    async with pool() as workers:
        pid = await workers.run(PID)
        assert isinstance(pid, int)
        os.kill(pid, signal.SIGINT)

        assert await workers.run(PID) == pid


async def test_a_cancelled_caller_frees_its_worker() -> None:
    """The abandoned item's worker is killed and replaced."""
    async with pool() as workers:
        pid = await workers.run(PID)
        assert isinstance(pid, int)
        hanging = asyncio.create_task(workers.run(HANG))
        await asyncio.sleep(0.1)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging

        assert await workers.run("1") == 1
        assert await vanished(pid)
        assert workers.restarts == 1


async def test_stop_ends_workers_and_tells_waiting_callers() -> None:
    """Whoever still waits is told that it is not the document's fault, nobody hangs, and no process stays."""
    workers: WorkerPool[str, object] = WorkerPool(eval, workers=1, deadline_s=600, max_tasks=10)
    await workers.start()
    pid = await workers.run(PID)
    assert isinstance(pid, int)
    waiting = [asyncio.create_task(workers.run(HANG)) for _ in range(3)]
    await asyncio.sleep(0.1)

    await workers.stop()
    await workers.stop()

    for error in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(error, WorkersUnavailable)
        assert "not running" in str(error)
    assert await vanished(pid)


async def test_run_before_start_says_what_to_do() -> None:
    """A pool that was never started does not hang."""
    workers: WorkerPool[str, object] = WorkerPool(eval, workers=1, deadline_s=1, max_tasks=1)

    with pytest.raises(WorkersUnavailable, match="call start"):
        await asyncio.wait_for(workers.run("1"), PATIENCE_S)


async def test_a_busy_worker_dies_with_its_parent() -> None:
    """A parent that is killed leaves no worker behind, not even one that never returns to its pipe."""
    script = f"""
import asyncio
from marsad.workers import WorkerPool
async def main():
    pool = WorkerPool(eval, workers=1, deadline_s=600, max_tasks=9)
    await pool.start()
    print(await pool.run({PID!r}), flush=True)
    await pool.run({HANG_IN_C!r})
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    await asyncio.sleep(0.2)
    parent.kill()
    await parent.wait()

    assert await vanished(pid)
