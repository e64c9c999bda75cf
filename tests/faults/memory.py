"""Memory of each service while records wait before it: `python -m faults.memory`, with `tests` on PYTHONPATH.

Each service gets a topic of its own with few and with many records, works on them for a while, and its memory is
sampled, worker processes included. Flat means that the peak does not follow the number that waits: what a service
holds is bounded by its buffers, whatever lies on the broker. Servers are those that the environment names, else a stack
of its own.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import islice
from pathlib import Path

import psutil

from faults.waiting import INPUTS, wires
from marsad.contracts.topics import SERVICES
from marsad.localstack import Endpoints, Stack
from marsad.provisioning import set_up
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.settings import Fetching, Settings, as_environment, load_settings
from marsad.streaming.lag import lags
from marsad.streaming.outbox import Outbox
from marsad.streaming.topics import admin_client, load_topics
from marsad.supervisor import Supervisor
from marsad.telemetry import silence
from support.chain import chain_settings

FEW, MANY = 5_000, 50_000
WORK_S = 20.0  # a service is watched so long, from the first record that it has read
SAMPLE_EVERY_S, LOOK_EVERY_S = 0.25, 1.0
AT_ONCE = 500  # records handed to the broker
MIB = 1 << 20
SLACK_MIB = 40  # an allocator's own ups and downs, which differ from run to run
START_S = 120.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One service before so many records: memory in MiB (resident, children included), and what it had read by then."""

    service: str
    waiting: int
    read: int
    median: float
    peak: float


def flat(few: Measured, many: Measured) -> bool:
    """Whether the peak does not follow the number that waits."""
    return many.peak <= few.peak + SLACK_MIB


async def measure(servers: Endpoints, service: str, count: int, folder: Path) -> Measured:
    """Put records before a service, let it work and watch its memory."""
    own = _settings(servers, folder)
    await set_up(own)
    try:
        await _fill(own, service, count)
        with Supervisor((service,), as_environment(own), logs=folder / "logs") as services:
            samples = await _watch(own, service, services)
            read = await _read(own, service)
    finally:
        await _clean_up(own)
    return Measured(service, count, read, statistics.median(samples), max(samples))


def _settings(servers: Endpoints, folder: Path) -> Settings:
    loopback = Fetching(contact="tests@marsad.example", spacing_s=0, allow_networks=(IPv4Network("127.0.0.0/8"),))
    return chain_settings(servers, folder, folder / "no-outlets", outlets_dirs=(), fetching=loopback)


async def _fill(own: Settings, service: str, count: int) -> None:
    outbox = Outbox(own)
    await outbox.start()
    made = wires(service, count)
    try:
        while chunk := list(islice(made, AT_ONCE)):
            if await outbox.deliver(chunk):
                raise RuntimeError(f"records before {service} are larger than their topic takes")
    finally:
        await outbox.stop()


async def _watch(own: Settings, service: str, services: Supervisor) -> list[float]:
    """Return samples in MiB, from the process's start until it has read for WORK_S seconds."""
    samples: list[float] = []
    looked = began = 0.0
    end = time.monotonic() + START_S
    while (now := time.monotonic()) < end:
        if services.returncode(service) is not None:
            raise RuntimeError(f"{service} ended; its log lies in {own.data_dir}/logs")
        samples.append(_resident(services.pid(service)) / MIB)
        if not began and now - looked >= LOOK_EVERY_S:
            looked = now
            if await _read(own, service):
                began, end = now, now + WORK_S
        await asyncio.sleep(SAMPLE_EVERY_S)
    if not began:
        raise RuntimeError(f"{service} has read nothing within {START_S:.0f} s; its log lies in {own.data_dir}/logs")
    return samples


def _resident(pid: int) -> int:
    """Return the resident bytes of a process and its children; pages that they share count in each."""
    process = psutil.Process(pid)
    total = int(process.memory_info().rss)
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            total += int(child.memory_info().rss)
    return total


async def _read(own: Settings, service: str) -> int:
    return sum(lag.done for lag in await lags(own) if (lag.service, lag.topic) == (service, INPUTS[service]))


async def _clean_up(own: Settings) -> None:
    async with admin_client(own) as admin:
        topics = load_topics(own)
        await admin.delete_topics([topics.full(name) for name in topics.specs])
    async with connect(own) as client:
        prefix = Names.of(own).prefix
        await client.indices.delete(index=list(await client.indices.get(index=f"{prefix}*", expand_wildcards="all")))
        await client.indices.delete_index_template(name=f"{prefix}*")
        await client.cluster.delete_component_template(name=f"{prefix}*")


@contextmanager
def servers_at_hand() -> Iterator[Endpoints]:
    """Give the servers that the environment names, or start some."""
    own = load_settings()
    if own.kafka.bootstrap and own.search.url:
        yield Endpoints(own.kafka.bootstrap, own.search.url)
        return
    with tempfile.TemporaryDirectory(prefix="marsad-memory-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        with Stack(Path(folder), artefacts=own.data_dir / "stack" / "artefacts") as stack:
            yield stack.endpoints


def _line(one: Measured) -> str:
    return f"{one.service:<12} {one.waiting:>8,} {one.read:>8,} {one.median:>9.0f} {one.peak:>8.0f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 1 where the memory of a service follows what waits."""
    parser = argparse.ArgumentParser(prog="faults.memory", description=__doc__)
    parser.add_argument("services", nargs="*", metavar="SERVICE", help=f"of {', '.join(SERVICES)}; all by default")
    parser.add_argument("--few", type=int, default=FEW)
    parser.add_argument("--many", type=int, default=MANY)
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.services) - set(SERVICES):
        parser.error(f"there is no service {', '.join(sorted(unknown))}")
    silence()
    growing = []
    print(f"{'service':<12} {'waiting':>8} {'read':>8} {'median MiB':>9} {'peak MiB':>8}")
    with servers_at_hand() as servers, tempfile.TemporaryDirectory(prefix="marsad-memory-") as folder:
        for service in chosen.services or SERVICES:
            pair = []
            for count in (chosen.few, chosen.many):
                pair.append(asyncio.run(measure(servers, service, count, Path(folder) / f"{service}-{count}")))
                print(_line(pair[-1]), flush=True)
            if not flat(*pair):
                growing.append(service)
    print(f"growing: {', '.join(growing)}" if growing else f"flat: no peak grew by more than {SLACK_MIB} MiB")
    return 1 if growing else 0


if __name__ == "__main__":
    sys.exit(main())
