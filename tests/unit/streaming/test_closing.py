"""A consumer whose broker is away closes in order."""

import asyncio
from inspect import getsource

import pytest
from aiokafka.consumer import fetcher as upstream
from aiokafka.consumer.fetcher import Fetcher

from marsad.streaming import closing


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the closing for one test."""
    monkeypatch.setattr(Fetcher, "close", Fetcher.close)  # undone after the test
    closing.install()


async def ask_again_and_again() -> None:
    """Stand for a fetch that waits to be repeated."""
    await asyncio.sleep(3_600)


def make_fetcher(*pending: asyncio.Task[None]) -> Fetcher:
    """Return a fetcher with these fetches under way, without a broker."""
    fetcher: Fetcher = object.__new__(Fetcher)
    fetcher._fetch_task = asyncio.create_task(ask_again_and_again())
    fetcher._fetch_waiters = set()
    fetcher._pending_tasks = set(pending)
    return fetcher


async def failed() -> None:
    """Stand for a fetch that broke."""
    raise ZeroDivisionError


async def answered() -> None:
    """Stand for a fetch that was answered."""


@pytest.mark.usefixtures("installed")
async def test_fetches_that_wait_for_the_broker_do_not_break_the_closing() -> None:
    """Waiting, failed and answered ones: all have ended afterwards, and nothing is raised."""
    tasks = [asyncio.create_task(work()) for work in (ask_again_and_again, failed, answered)]
    await asyncio.sleep(0)
    fetcher = make_fetcher(*tasks)

    await fetcher.close()

    assert all(task.done() for task in (*tasks, fetcher._fetch_task))


@pytest.mark.usefixtures("installed")
async def test_whoever_closes_can_be_cancelled() -> None:
    """A cancellation of ours is no part of the fetches' and comes through."""
    stubborn = asyncio.Event()

    async def linger() -> None:
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            await stubborn.wait()

    lingering = asyncio.create_task(linger())
    await asyncio.sleep(0)
    closing_task = asyncio.create_task(make_fetcher(lingering).close())
    await asyncio.sleep(0)
    closing_task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await closing_task
    stubborn.set()
    await lingering


def test_the_seam_in_aiokafka_is_where_we_replace_it() -> None:
    """A newer aiokafka that ends its fetches itself needs none of this."""
    assert "for x in self._pending_tasks:\n            x.cancel()\n            await x" in getsource(upstream)
