"""Documents whose workers hang, crash and eat memory: real processes, whose work is an expression for `eval`."""

import asyncio
import os
import signal

import pytest

from marsad.errors import StageError, WorkerDied, WorkerTimeout
from unit.workers.programs import EXIT, HANG, HANG_IN_C, KILL, PID, SEGFAULT, TOO_MUCH, pool, vanished


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
        slow = asyncio.create_task(workers.run(f"{HANG} if {PID} == {pid} else {PID}"))
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
