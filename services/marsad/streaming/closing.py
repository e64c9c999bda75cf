"""Ending an aiokafka consumer in order while its broker is away.

aiokafka 0.14.0 cancels its pending fetches when it closes and awaits each; one that waits to ask again hands the
cancellation back, which ends the closing half-way: the process of a window engine ends with an error, and the thread of
Faust's consumer dies, for which Faust waits a minute.
"""

import asyncio

from aiokafka.consumer.fetcher import Fetcher

_close = Fetcher.close


async def _close_quietly(fetcher: Fetcher) -> None:
    tasks = {fetcher._fetch_task, *fetcher._pending_tasks}  # noqa: SLF001 - there is no public seam
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    fetcher._pending_tasks.clear()  # noqa: SLF001
    await _close(fetcher)


def install() -> None:
    """Replace the closing of fetchers, for this process."""
    setattr(Fetcher, "close", _close_quietly)  # noqa: B010 - there is no public seam to assign to
