"""Tasks on their way through the whole handler, fixed-delay lanes and a window of 64, in virtual time."""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise

from marsad.contracts.topics import LANES
from marsad.contracts.urls import UrlDiscovered
from marsad.streaming.outcome import Outcome, Retry
from unit.fetching.doubles import Rig, Web, make_discovered

WINDOW = 64


@dataclass
class Traffic:
    """What became of the tasks: when they were done, how, and through which lanes they went."""

    done: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    passes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


async def run(rig: Rig, arrivals: list[tuple[float, str]], archives: Collection[str] = ()) -> Traffic:
    """Hand out tasks at their times, WINDOW at once, and let what is retried come back after its lane's delay.

    `archives` are the URLs among them that stand behind the others.
    """
    loop = asyncio.get_running_loop()
    window = asyncio.Semaphore(WINDOW)
    queue: asyncio.Queue[UrlDiscovered] = asyncio.Queue()
    traffic = Traffic()
    everything = asyncio.Event()

    async def work(data: UrlDiscovered) -> None:
        outcome = await rig.decide(data)
        window.release()
        if isinstance(outcome, Retry):
            assert isinstance(outcome.data, UrlDiscovered)
            traffic.passes[data.target].append(outcome.lane)
            loop.call_later(LANES[outcome.lane], queue.put_nowait, outcome.data)
            return
        traffic.done[data.target] = loop.time()
        traffic.outcomes[data.target] = outcome
        if len(traffic.done) == len(arrivals):
            everything.set()

    async def pump(group: asyncio.TaskGroup) -> None:
        while len(traffic.done) < len(arrivals):
            data = await queue.get()
            await window.acquire()
            group.create_task(work(data))

    for number, (at, url) in enumerate(arrivals):  # asyncio does not keep the order of timers that end together
        data = make_discovered(url, backfill=url in archives)
        loop.call_at(at + number * 1e-6, queue.put_nowait, data)
    async with asyncio.TaskGroup() as group:
        pumping = group.create_task(pump(group))
        await everything.wait()
        pumping.cancel()
    return traffic


def urls(host: str, count: int) -> list[str]:
    """Return so many pages of a host."""
    return [f"http://{host}/{number}" for number in range(count)]


def gaps(web: Web, host: str) -> list[float]:
    """Return the pauses between the end of a request to a host and the start of the next one."""
    asked = sorted((start, end) for request, start, end in web.asked if request.url.host == host)
    return [start - end for (_, end), (start, _) in pairwise(asked)]
