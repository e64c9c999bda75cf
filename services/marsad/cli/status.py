"""`marsad status`: how far each service is, what has become of everything, and which feeds are sick."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from marsad import outlets
from marsad.cli.hosts import host_table, lately
from marsad.cli.terminal import clean
from marsad.contracts.states import State
from marsad.discovery.health import Sick
from marsad.discovery.schedule import sources_of
from marsad.discovery.watching import sick
from marsad.search.client import connect
from marsad.search.counts import Counts, counts
from marsad.search.hosts import HostBoard, HostState
from marsad.search.names import Names
from marsad.search.outcomes import outcomes
from marsad.search.state import StateIndex
from marsad.settings import Settings, settings
from marsad.streaming.lag import Lag, lags

SHOWN_PERCENTS = (50.0, 99.0)

console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Overview:
    """What Kafka and Elasticsearch say, each at its own moment: services go on while they are asked."""

    lags: Sequence[Lag]
    counts: Counts
    sick: Sequence[Sick] = ()
    hosts: Sequence[HostState] = ()

    @property
    def uncounted(self) -> int:
        """Reports that wait before the ledger, so that the counts do not hold them yet."""
        return sum(lag.waiting for lag in self.lags if lag.topic == "ledger")


def status(*, as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False) -> None:
    """Show how far each service has read, where all tasks stand, which hosts are busy or resting, and sick feeds.

    Read and waiting are the committed offsets against the ends of the topics, of what the broker still keeps. States
    are counted in the ledger, articles in the index; nothing is estimated but the percentiles, by Elasticsearch.

    Sick are feeds, sitemaps and front pages that fail, that hold nothing usable, or that are silent for far longer than
    their own rhythm explains, and outlets whose share of blocked pages jumped.

    Hosts are those that fetchers asked lately or leave alone because they only fail, the most pressing first: the pause
    between two requests, when the next one may start, failures since the last page, and about how many tasks wait,
    archives apart.

    Example: marsad status

    Example: marsad status --json
    """
    found = asyncio.run(overview(settings()))
    if as_json:
        typer.echo(json.dumps(as_plain(found), ensure_ascii=False))
    else:
        show(found, console)


async def overview(own: Settings) -> Overview:
    """Ask both servers. Raises BrokerUnavailable, SearchUnavailable."""
    names, sources = Names.of(own), sources_of(outlets.load(own.outlets_dirs, builtin=own.builtin_outlets))
    async with connect(own) as client:
        feeds, ended = StateIndex(client, names.state_feeds), partial(outcomes, client, names)
        _, found = await sick(feeds, ended, sources, datetime.now(UTC))
        asked = lately(await HostBoard(client, names).all(), datetime.now(UTC))
        return Overview(await lags(own), await counts(client, names), found, asked)


def as_plain(found: Overview) -> dict[str, Any]:
    """Return the overview as JSON's types."""
    by_kind = {"page": found.counts.pages, "feed": found.counts.feeds, "unknown": found.counts.unknown}
    return {
        "services": [
            {"service": lag.service, "topic": lag.topic, "read": lag.done, "waiting": lag.waiting} for lag in found.lags
        ],
        "tasks": {
            "by_kind": {kind: {str(state): number for state, number in by_kind[kind].items()} for kind in by_kind},
            "ended": found.counts.terminal,
            "in_flight": found.counts.in_flight,
            "reports_not_counted_yet": found.uncounted,
        },
        "articles": found.counts.articles,
        "latency_ms": {f"p{percent:g}": value for percent, value in found.counts.latency_ms.items()},
        "sick": [asdict(one) for one in found.sick],
        "hosts": [{**asdict(one), "next_at": one.next_at.isoformat(), "at": one.at.isoformat()} for one in found.hosts],
    }


def show(found: Overview, output: Console) -> None:
    """Print the overview for a person."""
    output.print(lag_table(found.lags))
    output.print(state_table(found.counts))
    output.print(ledger_line(found.counts))
    if found.uncounted:
        output.print(f"{found.uncounted} reports wait before the ledger and are not counted yet.", style="yellow")
    output.print(f"{found.counts.articles} articles; {latency_line(found.counts)}.")
    if found.hosts:
        output.print(host_table(found.hosts, datetime.now(UTC)))
    if found.sick:
        output.print(sick_table(found.sick))


def lag_table(places: Sequence[Lag]) -> Table:
    """Return each service's topics with what it has read and what waits; a service is named once."""
    table = Table(title="Services", title_justify="left")
    table.add_column("service")
    table.add_column("topic")
    table.add_column("read", justify="right")
    table.add_column("waiting", justify="right")
    before = None
    for place in places:
        waiting = f"[yellow]{place.waiting}[/]" if place.waiting else "0"
        table.add_row("" if place.service == before else place.service, place.topic, str(place.done), waiting)
        before = place.service
    return table


def state_table(found: Counts) -> Table:
    """Return the tasks by state, a column for each kind that has any."""
    kinds = {"pages": found.pages, "feeds": found.feeds, "unreadable records": found.unknown}
    shown = {kind: states for kind, states in kinds.items() if states or kind == "pages"}
    table = Table(title="Tasks", title_justify="left")
    table.add_column("state")
    for kind in shown:
        table.add_column(kind, justify="right")
    for state in State:
        numbers = [states.get(state, 0) for states in shown.values()]
        if any(numbers):
            name = str(state) if state.terminal else "in flight"
            table.add_row(name, *(str(number or "") for number in numbers))
    return table


def sick_table(found: Sequence[Sick]) -> Table:
    """Return the lists and outlets that somebody should look at, with the reason."""
    table = Table(title="Sick", title_justify="left")
    for name in ("outlet", "state", "what", "why"):
        table.add_column(name, overflow="fold")
    for one in found:
        table.add_row(one.outlet, Text(one.state, "red"), Text(clean(one.url or "its pages")), Text(clean(one.detail)))
    return table


def ledger_line(found: Counts) -> str:
    """Return the sum that always holds: what was discovered has ended or is in flight."""
    total: Counter[State] = Counter()
    for states in (found.pages, found.feeds, found.unknown):
        total.update(states)
    return f"{total.total()} tasks discovered = {found.terminal} ended + {found.in_flight} in flight."


def latency_line(found: Counts) -> str:
    """Return how long articles took from discovery until Elasticsearch had them."""
    known = [
        f"p{percent:g} {found.latency_ms[percent] / 1_000:.2f} s"
        for percent in SHOWN_PERCENTS
        if percent in found.latency_ms
    ]
    return "from discovered to indexed: " + (", ".join(known) or "no article yet")
