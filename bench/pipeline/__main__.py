"""Measure and print; exit code 1 when a document was not found again."""

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path
from statistics import quantiles

from rich.console import Console
from rich.table import Table

from bench.pipeline.documents import load
from bench.pipeline.measure import Measured, Outcome, measure
from marsad.contracts.topics import SERVICES
from marsad.demo.servers import temporary_servers
from marsad.errors import MarsadError

MIB = 1 << 20


def main() -> None:
    """Print the tables, or why there are none."""
    root = os.environ.get("MARSAD_BENCH_DATA")
    if not root or not (Path(root) / "data").is_dir() or not (Path(root) / "seeds").is_dir():
        sys.stdout.write(f"Skipped: no data/ and seeds/ in {root or 'MARSAD_BENCH_DATA, which is not set'}.\n")
        return
    documents = load(Path(root))
    console = Console(highlight=False, soft_wrap=True)
    with temporary_servers("bench", console.print) as ground:
        try:
            measured = asyncio.run(measure(ground.stack.endpoints, ground.folder / "run", ground.logs, documents))
        except MarsadError as error:
            sys.exit(f"{error}. Logs are kept in {ground.keep_logs()}.")
    show(measured, console)
    sys.exit(0 if all(outcome.tries for outcome in measured.outcomes) else 1)


def show(measured: Measured, console: Console) -> None:
    """Print the measurement."""
    console.print(_summary(measured))
    console.print(_services(measured))
    lost = [outcome for outcome in measured.outcomes if not outcome.tries]
    for outcome in lost:
        console.print(f"not found: {outcome.document.name} ({outcome.document.site}): {_why(outcome)}", markup=False)


def _summary(measured: Measured) -> Table:
    outcomes = measured.outcomes
    states = Counter(str(outcome.task.state) if outcome.task else "not ended" for outcome in outcomes)
    latencies = [outcome.latency_s for outcome in outcomes if outcome.latency_s is not None]
    table = Table(title="The whole chain, all documents handed over at once", title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    table.add_row("documents", str(len(outcomes)))
    for state, number in sorted(states.items()):
        table.add_row(state, str(number))
    table.add_row("found by a sentence of its own", str(sum(outcome.tries > 0 for outcome in outcomes)))
    table.add_row("of these by the first one tried", str(sum(outcome.tries == 1 for outcome in outcomes)))
    table.add_row("seconds, first page fetched to all searchable", f"{measured.span_s:.1f}")
    if len(latencies) > 1:
        cuts = quantiles(latencies, n=100, method="inclusive")
        table.add_row("articles a second", f"{len(latencies) / measured.span_s:.1f}")
        table.add_row("from discovered to indexed, p50", f"{cuts[49]:.2f} s")
        table.add_row("from discovered to indexed, p99", f"{cuts[98]:.2f} s")
    return table


def _services(measured: Measured) -> Table:
    table = Table(title="Services, workers included", title_justify="left")
    table.add_column("service")
    for name in ("start, CPU s", "documents, CPU s", "ms each", "memory, MiB"):
        table.add_column(name, justify="right")
    for service in SERVICES:
        before, after = measured.before[service], measured.after[service]
        spent = after.cpu_s - before.cpu_s
        each = f"{1_000 * spent / len(measured.outcomes):.1f}"
        table.add_row(service, f"{before.cpu_s:.1f}", f"{spent:.1f}", each, f"{after.memory / MIB:.0f}")
    return table


def _why(outcome: Outcome) -> str:
    if outcome.task is None:
        return "its task has not ended"
    if outcome.latency_s is None:
        return f"{outcome.task.state}, {outcome.task.reason} {outcome.task.detail}".strip()
    return "indexed, but none of its own sentences leads to it first: its text is not whole, or it has no such sentence"


main()
