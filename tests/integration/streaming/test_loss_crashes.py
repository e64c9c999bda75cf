"""Rows of the loss table that end a process: a SIGKILL while records are in flight, a gap in the offsets."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from integration.streaming.conftest import MakeLab, Note
from integration.streaming.lab import PATIENCE_S, Lab, hand_on, until
from integration.streaming.losses import BROKEN, RECORDS, balance, deal, lab_of
from marsad.settings import REPOSITORY
from marsad.streaming.guard import EXIT_SKIPPED

pytestmark = pytest.mark.stack


@asynccontextmanager
async def process(lab: Lab, fault: str, *guards: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Serve in a process of its own without these guards; SIGKILL it in the end."""
    kafka = lab.settings.kafka
    given = (lab.settings.bootstrap(), kafka.topic_prefix, str(lab.settings.deploy_dir), fault, *guards)
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "integration.streaming.crashing", *given,
        cwd=REPOSITORY / "tests", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def until_blocked(running: asyncio.subprocess.Process) -> None:
    """Wait until the handler hangs."""
    assert running.stdout
    async with asyncio.timeout(PATIENCE_S):
        assert await running.stdout.readline() == b"blocked\n"


async def committed(lab: Lab) -> int:
    """Return where the group would read on."""
    return (await lab.committed("discovery", "urls.found"))[0]


async def test_concurrency_and_a_kill(make_lab: MakeLab, note: Note) -> None:
    """One batch at a time: nothing behind a record that hangs is begun, and a kill leaves it to the successor."""
    lab = await lab_of(make_lab)
    async with process(lab, "block") as running:
        await until_blocked(running)
        await until(lambda: _reached(lab, BROKEN))
    killed = note(await balance(lab))
    await (await deal(lab, hand_on)).end()
    result = await balance(lab)

    assert (killed.lost, killed.committed, killed.handled) == ([], BROKEN, frozenset(range(BROKEN)))
    assert (result.lost, result.waiting) == ([], 0)


async def _reached(lab: Lab, offset: int) -> bool:
    return await committed(lab) >= offset


async def test_concurrency_and_a_kill_without_one_by_one(make_lab: MakeLab, note: Note) -> None:
    """Other actors acknowledge what is behind it, and Faust's commit passes the record in flight by one."""
    lab = await lab_of(make_lab)
    async with process(lab, "block", "one by one", "watch") as running:
        await until_blocked(running)
        await until(lambda: _reached(lab, BROKEN + 1))
    result = note(await balance(lab))

    assert BROKEN in result.lost


@pytest.mark.parametrize("fault", ["skip", "lose"])
async def test_a_gap_in_the_offsets(make_lab: MakeLab, note: Note, fault: str) -> None:
    """The process ends at once, wherever the record went missing; nothing behind the gap is committed."""
    lab = await lab_of(make_lab)
    async with process(lab, fault) as running:
        assert running.stderr
        async with asyncio.timeout(PATIENCE_S):
            said = await running.stderr.read()
            code = await running.wait()
    ended = note(await balance(lab))
    await (await deal(lab, hand_on)).end()
    result = await balance(lab)

    assert (code, ended.lost) == (EXIT_SKIPPED, [])
    assert b"process_ended" in said
    assert ended.committed <= BROKEN
    assert (result.lost, result.waiting) == ([], 0)


@pytest.mark.parametrize("fault", ["skip", "lose"])
async def test_a_gap_in_the_offsets_without_guards(make_lab: MakeLab, note: Note, fault: str) -> None:
    """Faust takes the missing record for compacted, or its commit passes it by one: nobody will ever read it."""
    lab = await lab_of(make_lab)
    async with process(lab, fault, "gaps", "watch"):
        await until(lambda: _reached(lab, BROKEN + 1))
    result = note(await balance(lab))

    assert result.lost == [BROKEN]
    assert result.committed <= RECORDS
