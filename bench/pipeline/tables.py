"""What was measured, as tables."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median, quantiles

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from bench.pipeline.costs import Costs
from bench.pipeline.flow import DOWNSTREAM, Flow
from bench.pipeline.latency import FED_S, Latency
from bench.pipeline.measure import Measured, Outcome
from bench.pipeline.sink import ROUNDS, Rates
from marsad.contracts.topics import SERVICES

MIB = 1 << 20
PARTS = {"decode": "decode", "carry": "to the worker and back", "decide": "decide", "encode": "encode"}


@dataclass(frozen=True, slots=True)
class Overhead:
    """What is neither extraction, nor stages, nor the serialising of documents; all in milliseconds for one page."""

    flow: Flow
    costs: Costs

    @property
    def all_ms(self) -> float:
        """All services."""
        return sum(self.flow.each_ms(service) for service in DOWNSTREAM)

    @property
    def idle_ms(self) -> float:
        """What they would have used in that time anyway."""
        return sum(self.flow.idle_ms(service) for service in DOWNSTREAM)

    @property
    def useful_ms(self) -> float:
        """Extraction, stages, serialising, each by itself."""
        return sum(useful_ms(self.costs, service) for service in DOWNSTREAM)

    @property
    def share(self) -> float:
        """The overhead as a share of all; idling counts as overhead."""
        return (self.all_ms - self.useful_ms) / self.all_ms

    @property
    def share_without_idle(self) -> float:
        """The share at a rate so high that idling no longer counts."""
        net = self.all_ms - self.idle_ms
        return (net - self.useful_ms) / net

    @property
    def share_in_place(self) -> float:
        """The share where worker processes' time within the run itself stands for extraction and stages."""
        workers = 1_000 * sum(self.flow.workers.values()) / self.flow.pages
        return (self.all_ms - workers - self.costs.each_ms("indexing", "serialise")) / self.all_ms


def useful_ms(costs: Costs, service: str) -> float:
    """Return what of a service's cost is no overhead."""
    return costs.each_ms(service, "work") + (costs.each_ms(service, "serialise") if service == "indexing" else 0)


def chain(measured: Measured) -> Table:
    """All documents at once through all services, each searched for."""
    outcomes = measured.outcomes
    states = Counter(str(outcome.task.state) if outcome.task else "not ended" for outcome in outcomes)
    latencies = [outcome.latency_s for outcome in outcomes if outcome.latency_s is not None]
    table = _table("The whole chain, all documents handed over at once", "", "")
    table.add_row("documents", str(len(outcomes)))
    for state, number in sorted(states.items()):
        table.add_row(state, str(number))
    table.add_row("found by a sentence of its own", str(sum(outcome.tries > 0 for outcome in outcomes)))
    table.add_row("of these by the first one tried", str(sum(outcome.tries == 1 for outcome in outcomes)))
    table.add_row("seconds, first page fetched to all searchable", f"{measured.span_s:.1f}")
    if len(latencies) > 1:
        cuts = quantiles(latencies, n=100, method="inclusive")
        table.add_row("articles a second", f"{len(latencies) / measured.span_s:.1f}")
        table.add_row("from discovered to indexed, p50 and p99", f"{cuts[49]:.2f} s, {cuts[98]:.2f} s")
    return table


def lost(measured: Measured) -> Group:
    """One line for each document that was not found."""
    missing = [outcome for outcome in measured.outcomes if not outcome.tries]
    return Group(*(escape(f"not found: {one.document.name} ({one.document.site}): {_why(one)}") for one in missing))


def flow(one: Flow) -> Table:
    """Throughput and what it cost."""
    title = f"{one.pages} pages written to pages.fetched at once, services warm: {one.articles} articles searchable in "
    title += f"{one.span_s:.1f} s, {one.rate:.1f} a second; load average {os.getloadavg()[0]:.1f}"
    table = _table(title, "service", "CPU, ms a page", "workers in it", "idling in it", "memory, MiB")
    for service in DOWNSTREAM:
        workers = 1_000 * one.workers[service] / one.pages
        row = (one.each_ms(service), workers, one.idle_ms(service), one.memory[service] / MIB)
        table.add_row(service, *(f"{value:.2f}" for value in row[:-1]), f"{row[-1]:.0f}")
    return table


def overhead(one: Overhead) -> Group:
    """Where the time of the services goes."""
    table = _table("Parts, CPU, ms a page", "service", "all", "useful", *PARTS.values(), "engine, clients, waiting")
    for service in DOWNSTREAM:
        useful, parts = useful_ms(one.costs, service), [one.costs.each_ms(service, part) for part in PARTS]
        rest = one.flow.each_ms(service) - useful - sum(parts)
        row = (one.flow.each_ms(service), useful, *parts, rest)
        table.add_row(service, *(f"{value:.2f}" for value in row))
    return Group(
        table,
        "Useful: extraction, stages, documents as JSON; by themselves, over copies of the same pages right after the "
        "run, all cores busy, after a warm-up.",
        f"Streaming overhead: ({one.all_ms:.2f} - {one.useful_ms:.2f}) / {one.all_ms:.2f} = {one.share:.3f}; without "
        f"idling {one.share_without_idle:.3f}; by the workers' time within the run {one.share_in_place:.3f}",
    )


def sink(one: Rates) -> Table:
    """Our bulk writer and the client's helper."""
    table = _table(
        f"{one.documents} documents into Elasticsearch, {ROUNDS - 1} rounds in turn, a second; ratio {one.ratio:.2f}",
        "",
        "min",
    )
    for name in ("median", "max", "CPU, ms a document"):
        table.add_column(name, justify="right")
    for name, values, cpu in (("ours", one.ours, one.ours_cpu_s), ("helper", one.helper, one.helper_cpu_s)):
        spent = f"{1_000 * cpu / len(values) / one.documents:.3f}"
        table.add_row(name, f"{min(values):.0f}", f"{median(values):.0f}", f"{max(values):.0f}", spent)
    return table


def latency(one: Latency) -> Group:
    """From discovered to found by a search, at half load."""
    title = f"Half load: {one.rate:.1f} URLs a second for {FED_S:.0f} s through all services and a web server"
    table = _table(title, "service", "CPU, ms a page", "memory, MiB")
    for service in SERVICES:
        each = 1_000 * one.spent[service] / one.handed_in
        table.add_row(service, f"{each:.2f}", f"{one.memory[service] / MIB:.0f}")
    cuts = ", ".join(f"p{percent} {one.percentile(percent):.2f} s" for percent in (50, 90, 99, 100))
    return Group(table, f"From discovered to returned by a search: {cuts}; {len(one.seconds)} of {one.handed_in} found")


def variants(found: Mapping[str, Flow]) -> Table:
    """Copies and workers against one of each."""
    first = next(iter(found.values()))
    table = _table(f"Copies of workers on {os.cpu_count()} cores", "", "articles/s", "ratio", "CPU, ms a page", "MiB")
    for name, one in found.items():
        cost = sum(one.each_ms(service) for service in DOWNSTREAM)
        memory = sum(one.memory.values()) / MIB
        table.add_row(name, f"{one.rate:.1f}", f"{one.rate / first.rate:.2f}", f"{cost:.1f}", f"{memory:.0f}")
    return table


def aims(reached: Mapping[str, tuple[float, bool]]) -> str:
    """Return the closing line."""
    each = (f"{name}: {value:.2f} {'met' if met else 'MISSED'}" for name, (value, met) in reached.items())
    return f"Aims: {'; '.join(each)}."


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _why(outcome: Outcome) -> str:
    if outcome.task is None:
        return "its task has not ended"
    if outcome.latency_s is None:
        return f"{outcome.task.state}, {outcome.task.reason} {outcome.task.detail}".strip()
    return "indexed, but none of its own sentences leads to it first: its text is not whole, or it has no such sentence"
