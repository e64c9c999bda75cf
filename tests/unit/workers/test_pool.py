"""Workers that hang, crash and eat memory: real processes, whose work is an expression that `eval` computes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import psutil
import pytest

from marsad.errors import StageError, WorkerDied, WorkersUnavailable, WorkerTimeout
from marsad.workers import WorkerPool
from marsad.workers import pool as module

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


async def test_results_belong_to_their_items() -> None:
    """Many items over two workers come back each with its own result, computed outside this process."""
    async with pool(workers=2) as workers:
        results = await asyncio.gather(*(workers.run(f"{n} * 2") for n in range(200)))
        pids = set(await asyncio.gather(*(workers.run(PID) for _ in range(20))))

    assert results == [n * 2 for n in range(200)]
    assert os.getpid() not in pids
    assert len(pids) == 2
    assert workers.restarts == 0


async def test_large_items_and_results_pass() -> None:
    """Messages far above a pipe's buffer go both ways."""
    async with pool() as workers:
        assert await workers.run(f"len({'x' * 3_000_000!r})") == 3_000_000
        assert await workers.run("'ب' * 3_000_000") == "ب" * 3_000_000


async def test_an_exception_is_told_with_type_text_and_place() -> None:
    """What the function raises becomes a StageError; the worker goes on and is not replaced."""
    async with pool() as workers:
        before = await workers.run(PID)
        with pytest.raises(StageError, match=r"^ValueError: invalid literal .* \(<string>:1\)$"):
            await workers.run("int('x')")
        with pytest.raises(StageError, match="SystemExit"):
            await workers.run("exit(3)")
        assert await workers.run(PID) == before
        assert workers.restarts == 0


async def test_an_endless_exception_text_is_cut() -> None:
    """A foreign message that quotes the document does not fill the log."""
    async with pool() as workers:
        with pytest.raises(StageError) as caught:
            await workers.run("int('9' * 4000 + 'x')")

    assert len(str(caught.value)) < 700


async def test_results_and_items_that_cannot_be_pickled_are_stage_errors() -> None:
    """Neither breaks the worker."""
    async with pool() as workers:
        with pytest.raises(StageError, match="pickle"):
            await workers.run("lambda: 1")
        with pytest.raises(StageError, match="cannot be handed to a worker"):
            await workers.run(lambda: 1)  # type: ignore[arg-type]
        assert await workers.run("1") == 1


@pytest.mark.parametrize("expression", [HANG, HANG_IN_C])
async def test_a_hanging_worker_is_killed_after_one_retry(expression: str) -> None:
    """Past its deadline a worker is killed, also inside C code; the item is tried twice, the next one works."""
    async with pool(deadline_s=0.5) as workers:
        with pytest.raises(WorkerTimeout, match=r"deadline of 0\.5 s"):
            await workers.run(expression)
        assert workers.restarts == 2
        assert await workers.run("1 + 1") == 2


@pytest.mark.parametrize(
    ("expression", "ending"),
    [(EXIT, "ended with code 3"), (SEGFAULT, "SIGSEGV"), (KILL, "SIGKILL"), (TOO_MUCH, "memory cap of 2048 MiB")],
)
async def test_a_dying_worker_is_replaced(expression: str, ending: str) -> None:
    """Exit, crash, kill and memory all raise WorkerDied, which says how it ended; the next item works."""
    async with pool() as workers:
        with pytest.raises(WorkerDied, match=ending):
            await workers.run(expression)
        assert workers.restarts == 2
        assert await workers.run("1 + 1") == 2


async def test_a_chance_death_is_healed_by_the_retry() -> None:
    """A worker killed from outside with an item in hand costs nothing but time."""
    async with pool() as workers:
        pid = await workers.run(PID)
        assert isinstance(pid, int)
        slow = asyncio.create_task(workers.run(f"__import__('time').sleep(0.5) or {PID}"))
        await asyncio.sleep(0.1)
        os.kill(pid, signal.SIGKILL)

        assert await slow != pid
        assert workers.restarts == 1


async def test_a_worker_that_dies_idle_harms_nobody() -> None:
    """Killed between two items, all workers are replaced unnoticed."""
    async with pool(workers=2) as workers:
        for pid in set(await asyncio.gather(*(workers.run(PID) for _ in range(20)))):
            assert isinstance(pid, int)
            os.kill(pid, signal.SIGKILL)
            await vanished(pid)

        assert await asyncio.gather(*(workers.run(f"{n}") for n in range(10))) == list(range(10))
        assert workers.restarts == 2


async def test_fifty_kills_leave_the_others_alone() -> None:
    """Twenty-five deadly items, each tried twice, among good ones: every good one gets its result."""
    async with pool(workers=2) as workers:
        deadly = [asyncio.create_task(workers.run(expression)) for expression in (KILL, EXIT, SEGFAULT, KILL, EXIT) * 5]
        good = await asyncio.gather(*(workers.run(f"{n}") for n in range(100)))
        endings = await asyncio.gather(*deadly, return_exceptions=True)

        assert good == list(range(100))
        assert {type(ending) for ending in endings} == {WorkerDied}
        assert workers.restarts == 50
        assert await workers.run("1 + 1") == 2


async def test_a_kill_in_the_middle_of_a_message_is_survived() -> None:
    """Half a result in the pipe concerns only its own worker."""
    async with pool() as workers:
        for pause in (0.0, 0.005, 0.01, 0.02, 0.04):
            pid = await workers.run(PID)
            assert isinstance(pid, int)
            large = asyncio.create_task(workers.run("'x' * 50_000_000"))
            await asyncio.sleep(pause)
            os.kill(pid, signal.SIGKILL)
            assert len(str(await large)) == 50_000_000


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
