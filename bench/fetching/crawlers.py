"""One crawler as one process: `python -m bench.fetching.crawlers NAME PORT HOSTS PAGES SPACING` prints what it did.

Each asks HOSTS hosts for PAGES pages in all, one request at a time for each host, SPACING seconds after the end of the
one before. `httpx` is a loop a host around httpx's client; `marsad` is our handler with guard, robots.txt, clocks and
lanes, without Kafka; a task that a lane would bring back comes back after the lane's delay.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import IPv4Network
from time import monotonic
from typing import Any, cast

import httpx

from marsad.contracts.codec import Event
from marsad.contracts.envelope import Envelope
from marsad.contracts.ids import derive
from marsad.contracts.model import Task
from marsad.contracts.topics import LANES
from marsad.contracts.urls import UrlDiscovered
from marsad.fetching.client import open_client
from marsad.fetching.handler import Fetch
from marsad.fetching.politeness import HostClocks
from marsad.fetching.robots import Robots
from marsad.fetching.turns import Turns
from marsad.outlets import Outlets
from marsad.settings import Fetching
from marsad.streaming.outcome import Emit, Retry
from marsad.streaming.processor import now
from support.hosts import addresses

Crawl = Callable[[dict[str, list[str]], float], Coroutine[Any, Any, int]]
"""Asks for the pages of each host with a spacing; returns how many came."""

IN_FLIGHT = 4 * 256  # as the service: four partitions


def work(port: int, hosts: int, pages: int) -> dict[str, list[str]]:
    """Return the URLs of each host."""
    names = addresses(hosts)
    urls: dict[str, list[str]] = {name: [] for name in names}
    for number in range(pages):
        name = names[number % hosts]
        urls[name].append(f"http://{name}:{port}/news/{number}.html")
    return urls


async def plain(urls: dict[str, list[str]], spacing_s: float) -> int:
    """Ask with httpx in a loop for each host."""
    got = 0

    async def one(client: httpx.AsyncClient, pages: list[str]) -> None:
        nonlocal got
        for url in pages:
            answer = await client.get(url)
            got += answer.status_code == httpx.codes.OK
            await asyncio.sleep(spacing_s)

    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=len(urls))) as client:
        await asyncio.gather(*(one(client, pages) for pages in urls.values()))
    return got


async def ours(urls: dict[str, list[str]], spacing_s: float) -> int:
    """Ask with our handler, tasks in the order in which discovery would hand them on."""
    own = Fetching(
        contact="bench@marsad.example",
        spacing_s=spacing_s,
        concurrency=len(urls),
        allow_networks=(IPv4Network("127.0.0.0/8"),),
    )
    window = asyncio.Semaphore(IN_FLIGHT)
    got = 0

    async def one(fetch: Fetch, data: UrlDiscovered) -> None:
        nonlocal got
        envelope = Envelope(data.task.task_id, "marsad.urls.discovered.v1", "/marsad/bench", now())
        while True:
            async with window:
                (outcome,) = await fetch([Event(data, envelope)])
            if not isinstance(outcome, Retry):
                got += isinstance(outcome, Emit)
                return
            data = cast("UrlDiscovered", outcome.data)
            await asyncio.sleep(LANES[outcome.lane])

    async with open_client(own) as client, asyncio.TaskGroup() as group:
        fetch = Fetch(client, Robots(client, now, own.deadline_s), Turns(HostClocks(), now), Outlets(), own, now)
        longest = max(map(len, urls.values()))
        for number in range(longest):
            for pages in urls.values():
                with suppress(IndexError):
                    group.create_task(one(fetch, discovered(pages[number])))
    return got


def discovered(url: str, *, backfill: bool = False) -> UrlDiscovered:
    """Return a URL to fetch."""
    task = Task(task_id=derive("task", url), url=url, found_in="submitted", discovered_at=datetime.now(UTC))
    return UrlDiscovered(
        task=task, target=url, not_before=None, validators=None, body_hash=None, backfill=backfill, form=None
    )


CRAWLERS: dict[str, Crawl] = {"httpx": plain, "marsad": ours}


def main(name: str, port: str, hosts: str, pages: str, spacing_s: str) -> None:
    """Crawl and print pages, seconds and processor seconds as JSON."""
    urls = work(int(port), int(hosts), int(pages))
    began, used = monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    got = asyncio.run(CRAWLERS[name](urls, float(spacing_s)))
    seconds, usage = monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime - used.ru_utime - used.ru_stime
    print(json.dumps({"pages": got, "seconds": seconds, "cpu": cpu}))


if __name__ == "__main__":
    main(*sys.argv[1:])
