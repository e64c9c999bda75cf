"""Measure and print; exit code 1 when a document was not found again. What each figure is: docs/operating.md."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench.pipeline import costs, tables
from bench.pipeline.copies import copies
from bench.pipeline.documents import Document, load
from bench.pipeline.flow import Flow, flow
from bench.pipeline.invented import invented
from bench.pipeline.latency import Latency, latency
from bench.pipeline.measure import measure
from bench.pipeline.own import settings_of
from bench.pipeline.sink import Rates, rates
from marsad.demo.servers import Ground, temporary_servers
from marsad.errors import MarsadError
from marsad.settings import Pool
from marsad.telemetry import silence

PAGES, PAGES_OF_COPIES, PAGES_ALONE = 2_000, 600, 400
VARIANTS = {
    "one of each": (1, 1, 1),
    "two extraction workers": (1, 2, 1),
    "two enrichment workers": (1, 1, 2),
    "two of both workers": (1, 2, 2),
    "two copies of each service": (2, 1, 1),
    "one of each, again": (1, 1, 1),
}
"""Copies of each service, workers of extraction and of enrichment."""


def main() -> None:
    """Print the tables."""
    argparse.ArgumentParser(
        prog="python -m bench.pipeline",
        description="Measure what a record costs, on servers of its own, in about a quarter of an hour. "
        "MARSAD_BENCH_DATA may name a folder of real pages; docs/operating.md says what each figure is.",
    ).parse_args()
    console = Console(highlight=False, soft_wrap=True)
    silence()  # a new topic's first producer is told to wait, and says so
    documents, source = _documents()
    console.print(f"Documents: {len(documents)}, {source}.", markup=False)
    with temporary_servers("bench", console.print) as ground:
        try:
            chain = asyncio.run(
                measure(ground.stack.endpoints, ground.folder / "run", ground.logs / "chain", documents)
            )
            console.print(tables.chain(chain), tables.lost(chain))
            aims = _costs(console, ground, documents)
        except MarsadError as error:
            sys.exit(f"{error}. Logs are kept in {ground.keep_logs()}.")
    console.print(tables.aims(aims))
    sys.exit(0 if all(outcome.tries for outcome in chain.outcomes) else 1)


def _documents() -> tuple[list[Document], str]:
    root = os.environ.get("MARSAD_BENCH_DATA")
    if root and (Path(root) / "data").is_dir() and (Path(root) / "seeds").is_dir():
        return load(Path(root)), "real pages of MARSAD_BENCH_DATA"
    return invented(), "load pages of our own newsroom, for MARSAD_BENCH_DATA names no folder with data/ and seeds/"


def _costs(console: Console, ground: Ground, documents: Sequence[Document]) -> dict[str, tuple[float, bool]]:
    """Measure and print what a record costs; return what became of the aims: the figure, and whether it is met."""
    endpoints, folder = ground.stack.endpoints, ground.folder / "run"
    own = settings_of("flow", endpoints, folder)
    whole = asyncio.run(flow(own, ground.logs / "flow", documents, PAGES))
    alone = costs.costs(copies(documents, PAGES_ALONE, "alone"))
    overhead = tables.Overhead(whole, alone)
    console.print(tables.flow(whole), tables.overhead(overhead))
    written = asyncio.run(rates(own))
    console.print(tables.sink(written))
    late = asyncio.run(latency(endpoints, folder, ground.logs / "latency", documents, whole.rate / 2))
    console.print(tables.latency(late))
    console.print(tables.variants(_variants(ground, documents)))
    return _aims(overhead, written, late)


def _variants(ground: Ground, documents: Sequence[Document]) -> dict[str, Flow]:
    found = {}
    for number, (name, (each, extraction, enrichment)) in enumerate(VARIANTS.items()):
        own = settings_of(
            f"variant{number}",
            ground.stack.endpoints,
            ground.folder / "run",
            extraction=Pool(workers=extraction),
            enrichment=Pool(workers=enrichment),
        )
        found[name] = asyncio.run(
            flow(own, ground.logs / own.kafka.topic_prefix, documents, PAGES_OF_COPIES, each=each)
        )
    return found


def _aims(overhead: tables.Overhead, written: Rates, late: Latency) -> dict[str, tuple[float, bool]]:
    p50, p99 = late.percentile(50), late.percentile(99)
    return {
        "streaming overhead ≤ .15": (overhead.share, overhead.share <= 0.15),
        "p50 ≤ 2 s": (p50, p50 <= 2),
        "p99 ≤ 5 s": (p99, p99 <= 5),
        "sink ≥ .9 of the helper": (written.ratio, written.ratio >= 0.9),
    }


if __name__ == "__main__":  # costs.py starts processes that import this module
    main()
