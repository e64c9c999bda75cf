"""Measure and print; the exit code is 1 where an aim is missed. What each figure is: docs/operating.md."""

import asyncio
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.fetching import throughput
from bench.fetching.neighbours import BESIDE_ARCHIVES, BESIDE_SLOW, Waits, compare
from bench.fetching.overheads import overheads
from bench.fetching.throughput import Load, Rate
from faults.memory import measure, servers_at_hand
from marsad.localstack import Endpoints
from marsad.settings import load_settings
from marsad.telemetry import silence

LOADS = (Load(50, 1_500, 0.1), Load(50, 1_500, 0.02))
ROUNDS = 3
FEW, MANY = 1_000, 100_000

console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    """Print the tables."""
    silence()  # a new topic's first producer is told to wait, and says so
    aims = _throughput()
    costs = Table("what is done for a request", "µs", title="Overhead", title_justify="left")
    for name, microseconds in overheads().items():
        costs.add_row(name, f"{microseconds:.0f}")
    console.print(costs)
    with servers_at_hand() as servers, tempfile.TemporaryDirectory(prefix="marsad-bench-") as folder:
        aims |= asyncio.run(_neighbours(servers, Path(folder)))
        asyncio.run(_memory(servers, Path(folder)))
    for aim, met in aims.items():
        console.print(f"{'met   ' if met else 'MISSED'} {aim}", style=None if met else "red")
    sys.exit(0 if all(aims.values()) else 1)


def _throughput() -> dict[str, bool]:
    scrapy = throughput.scrapy_env(load_settings().data_dir / "bench")
    if isinstance(scrapy, str):
        console.print(f"Without Scrapy: {scrapy}", markup=False)
    aims: dict[str, bool] = {}
    for load in LOADS:
        found = throughput.rates(load, ROUNDS, scrapy if isinstance(scrapy, Path) else None)
        title = f"{load.pages} pages of {load.hosts} hosts, {load.spacing_s} s between two, medians of {ROUNDS} rounds"
        table = Table("crawler", "pages/s", "of httpx", "pages/CPU s", "of httpx", title=title, title_justify="left")
        plain = found["httpx"]
        for name, rate in found.items():
            shares = (rate.a_second / plain.a_second, rate.a_cpu_second / plain.a_cpu_second)
            table.add_row(
                name, f"{rate.a_second:.0f}", f"{shares[0]:.2f}", f"{rate.a_cpu_second:.0f}", f"{shares[1]:.2f}"
            )
        console.print(table)
        aims |= _aims(load, found)
    return aims


def _aims(load: Load, found: dict[str, Rate]) -> dict[str, bool]:
    ours, plain, scrapy = found["marsad"], found["httpx"], found.get("Scrapy")
    where = f"with {load.spacing_s} s between two requests"
    aims = {f"at least 0.8 of httpx's pages/s {where}": ours.a_second >= 0.8 * plain.a_second}
    if scrapy is not None:
        aims[f"more pages a CPU second than Scrapy {where}"] = ours.a_cpu_second > scrapy.a_cpu_second
    return aims


async def _neighbours(servers: Endpoints, folder: Path) -> dict[str, bool]:
    table = Table("fresh URLs beside", "URLs", "p50 ms", "p95 ms", title="Waits, by turns", title_justify="left")
    found: dict[str, tuple[Waits, Waits]] = {}
    for scene in (BESIDE_SLOW, BESIDE_ARCHIVES):
        found[scene.name] = alone, beside = await compare(scene, servers, folder / f"{scene.hosts}-hosts")
        for name, waits in (("nothing", alone), (scene.name, beside)):
            table.add_row(name, str(waits.count), f"{waits.p50:.0f}", f"{waits.p95:.0f}")
    console.print(table)
    alone, beside = found[BESIDE_SLOW.name]
    fresh, behind = found[BESIDE_ARCHIVES.name]
    spacing_ms = BESIDE_ARCHIVES.spacing_s * 1000
    return {
        "a slow host costs the others' p95 at most 10 %": beside.p95 <= 1.1 * alone.p95,
        "archives cost fresh URLs at most one spacing of their host": behind.p95 <= fresh.p95 + 1.1 * spacing_ms,
    }


async def _memory(servers: Endpoints, folder: Path) -> None:
    table = Table("URLs that wait", "peak MiB", title="Memory of the fetcher", title_justify="left")
    for count in (FEW, MANY):
        measured = await measure(servers, "fetching", count, folder / f"memory-{count}")
        table.add_row(f"{count:,}", f"{measured.peak:.0f}")
    console.print(table)


if __name__ == "__main__":
    main()
