"""How long fresh URLs wait in the fetching service beside a slow host's queue, and beside archives on their own hosts.

Each run has topics, a fetcher process and hosts of its own; the same fresh URLs come at the same moments, with a burden
and without it, by turns. A wait is the time from handing a URL over until its host has the request.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from statistics import quantiles
from time import monotonic

from bench.fetching.crawlers import discovered
from marsad.contracts.codec import Record
from marsad.contracts.ids import derive
from marsad.localstack import Endpoints
from marsad.provisioning import set_up
from marsad.settings import Fetching, as_environment
from marsad.streaming.outbox import Outbox
from marsad.streaming.publish import publish
from marsad.supervisor import Supervisor
from marsad.urls import key_of
from support.chain import chain_settings
from support.hosts import Hosts, Reply, addresses, serve_hosts

TAKES_S = 0.02
FRESH_S = 25.0  # fresh URLs come for so long
SETTLE_S = 6.0  # the burden has been taken in by then
START_S = 60.0
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Scene:
    """What waits beside the fresh URLs.

    Attributes:
        name: for the table.
        hosts: that fresh URLs are of.
        burst: fresh URLs of one host that come at once.
        every_s: seconds between a host's bursts, on average.
        slow_urls: waiting of one more host, with a Crawl-delay of 10 s.
        spacing_s: between two requests to a host.
        archive_urls: waiting of the very hosts, as backfill.
    """

    name: str
    hosts: int
    burst: int
    every_s: float
    spacing_s: float
    slow_urls: int = 0
    archive_urls: int = 0


BESIDE_SLOW = Scene("100 URLs of a host at 10 s", hosts=50, burst=1, every_s=3.0, spacing_s=0.5, slow_urls=100)
BESIDE_ARCHIVES = Scene("10,000 archived URLs", hosts=40, burst=3, every_s=20.0, spacing_s=2.0, archive_urls=10_000)
SCENES = (BESIDE_SLOW, BESIDE_ARCHIVES)


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds that fresh URLs waited; all rounds together."""

    count: int
    p50: float
    p95: float


async def compare(scene: Scene, servers: Endpoints, folder: Path) -> tuple[Waits, Waits]:
    """Return the waits without the burden and with it."""
    found: dict[bool, list[float]] = {False: [], True: []}
    for number in range(ROUNDS):
        for burdened in (False, True):
            found[burdened] += await _run(scene, servers, folder / f"{number}-{burdened}", burdened=burdened)
    return _waits(found[False]), _waits(found[True])


def _waits(seconds: Sequence[float]) -> Waits:
    cuts = quantiles(seconds, n=100)
    return Waits(len(seconds), cuts[49] * 1000, cuts[94] * 1000)


async def _run(scene: Scene, servers: Endpoints, folder: Path, *, burdened: bool) -> list[float]:
    *fresh, slow = addresses(scene.hosts + 1)

    def script(host: str, path: str) -> Reply:
        if path == "/robots.txt":
            return Reply(body=b"User-agent: *\nCrawl-delay: 10\n") if host == slow else Reply(404)
        return Reply(body=b"<p>page</p>", after_s=TAKES_S)

    own = chain_settings(servers, folder, folder / "no-outlets", outlets_dirs=(), fetching=_fetching(scene.spacing_s))
    await set_up(own)
    async with serve_hosts(scene.hosts + 1, script) as hosts:
        outbox = Outbox(own)
        await outbox.start()
        try:
            with Supervisor(("fetching",), as_environment(own), logs=folder / "logs"):
                await _hand_over(outbox, [hosts.url(host, "/first") for host in (*fresh, slow)])
                await _until_seen(hosts, len(fresh))
                if burdened:
                    await _burden(scene, hosts, outbox, fresh, slow)
                await asyncio.sleep(SETTLE_S)
                return await _fresh(scene, hosts, outbox, fresh)
        finally:
            await outbox.stop()


def _fetching(spacing_s: float) -> Fetching:
    return Fetching(contact="bench@marsad.example", spacing_s=spacing_s, allow_networks=(IPv4Network("127.0.0.0/8"),))


async def _burden(scene: Scene, hosts: Hosts, outbox: Outbox, fresh: Sequence[str], slow: str) -> None:
    await _hand_over(outbox, [hosts.url(slow, f"/slow/{number}") for number in range(scene.slow_urls)])
    archive = [hosts.url(fresh[number % len(fresh)], f"/archive/{number}") for number in range(scene.archive_urls)]
    await _hand_over(outbox, archive, backfill=True)


async def _fresh(scene: Scene, hosts: Hosts, outbox: Outbox, fresh: Sequence[str]) -> list[float]:
    dice = random.Random(1)  # noqa: S311 - the same in each run
    bursts = sorted(
        (dice.uniform(0, FRESH_S), host) for host in fresh for _ in range(max(round(FRESH_S / scene.every_s), 1))
    )
    sent: dict[tuple[str, str], float] = {}
    began = monotonic()
    handing: list[asyncio.Task[None]] = []
    for number, (at, host) in enumerate(bursts):
        await asyncio.sleep(max(began + at - monotonic(), 0))
        paths = [f"/fresh/{number}/{part}" for part in range(scene.burst)]
        sent |= {(host, path): monotonic() for path in paths}
        handing.append(asyncio.create_task(_hand_over(outbox, [hosts.url(host, path) for path in paths])))
    await asyncio.gather(*handing)
    end = monotonic() + START_S
    while (arrived := _arrivals(hosts)).keys() < sent.keys() and monotonic() < end:  # noqa: ASYNC110 - hosts write
        await asyncio.sleep(0.1)
    return [arrived.get(url, end) - at for url, at in sent.items()]


def _arrivals(hosts: Hosts) -> dict[tuple[str, str], float]:
    return {
        (host, visit.path): visit.arrived
        for host, visits in hosts.visits.items()
        for visit in visits
        if visit.path.startswith("/fresh")
    }


async def _until_seen(hosts: Hosts, count: int) -> None:
    end = monotonic() + START_S
    while sum(any(visit.path == "/first" for visit in visits) for visits in hosts.visits.values()) < count:
        if monotonic() > end:
            raise TimeoutError(f"the fetcher has not asked {count} hosts within {START_S:.0f} s")
        await asyncio.sleep(0.1)


async def _hand_over(outbox: Outbox, urls: Sequence[str], *, backfill: bool = False) -> None:
    topic = "urls.backfill" if backfill else "urls.discovered"
    records = []
    for url in urls:
        data = discovered(url, backfill=backfill)
        records.append(Record(topic, key_of(url), data, task_id=data.task.task_id, part=url))
    for start in range(0, len(records), 500):
        await publish(outbox, "bench", records[start : start + 500], derive("bench", topic, urls[start]))
