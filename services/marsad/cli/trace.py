"""`marsad trace`: where a URL is, or how it ended, hop by hop."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from marsad.audit.hops import Hop
from marsad.audit.tasks import Tasks, find_tasks, wanted
from marsad.audit.trail import DEAD, Whereabouts, follow, search_of, whereabouts
from marsad.cli.terminal import clean
from marsad.search.ledger import Report
from marsad.settings import Settings, settings

INDENT = 4  # of what a record adds

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Traced:
    """A task with its way; `place` is None where no record of it is left."""

    report: Report
    hops: Sequence[Hop]
    place: Whereabouts | None


def trace(
    asked: Annotated[str, typer.Argument(metavar="URL", help="A URL, a short link, an article's id or a task's id.")],
    *,
    all_: Annotated[bool, typer.Option("--all", help="Every task of the URL, not only the newest.")] = False,
) -> None:
    """Show where a URL is or how it ended: every hop of its task, with its time.

    The topics are read by key and time, as far back as they keep records. Exit code 1 where nothing is known of it.

    Example: marsad trace https://r.rtarabic.com/s4vq

    Example: marsad trace --all 7f1d3c5a9b8e4d2f6a0c1b3e5d7f9a2c
    """
    try:
        wanted(asked)
    except ValueError as error:
        raise typer.BadParameter(f"{asked[:200]!r} is neither an id nor a URL that can be fetched ({error})") from error
    tasks, traced = asyncio.run(_trace(settings(), asked, everything=all_))
    if not tasks.reports:
        errors.print(Text(f"Nothing is known of {clean(asked)}."))
        errors.print(
            "It was never handed in, or its record has not reached Kafka. `marsad submit URL` hands it in; a URL as it "
            "stands on a page, with its query, finds more than one cut short."
        )
        raise typer.Exit(1)
    for one in traced:
        show(one, console)
    if len(tasks.reports) > len(traced):
        older = len(tasks.reports) - len(traced)
        console.print(f"{older} older {'task' if older == 1 else 'tasks'} of it: --all shows them.", style="dim")


async def _trace(own: Settings, asked: str, *, everything: bool) -> tuple[Tasks, list[Traced]]:
    with errors.status("reading") as status:

        def say(what: str) -> None:
            status.update(f"reading {what}")

        tasks = await find_tasks(own, asked, say)
        traced = []
        for report in tasks.reports if everything else tasks.reports[:1]:
            hops = await follow(own, search_of(report, tasks.urls), say)
            place = None if _ended(report, hops) else await whereabouts(own, hops)
            traced.append(Traced(report, hops, place))
        return tasks, traced


def _ended(report: Report, hops: Sequence[Hop]) -> bool:
    return report.state.terminal or any(hop.state is not None and hop.state.terminal for hop in hops)


def show(traced: Traced, output: Console) -> None:
    """Print a task's way for a person."""
    report = traced.report
    output.print(Text(f"{clean(report.url or 'a record that could not be read')}", style="bold"), soft_wrap=True)
    output.print(Text(f"task {report.task_id}, a {report.kind}, {clean(_came(report))}"), soft_wrap=True)
    if traced.hops:
        for line in _way(traced.hops):
            output.print(line, soft_wrap=isinstance(line, Text))
    else:
        output.print("Its records are no longer kept; this is what the ledger says.")
    for sentence in (_verdict(traced), *_dead_letters(traced.hops)):
        output.print(Text(clean(sentence)), soft_wrap=True)
    output.print()


def _came(report: Report) -> str:
    ways = {"submitted": "submitted by a person", "feed": "found in a feed", "schedule": "by the feeds' schedule"}
    way = ways.get(report.found_in or "", f"found in a {report.found_in}" if report.found_in else "origin unknown")
    by = f" ({report.referrer})" if report.referrer else ""
    return way + by + (f", replays task {report.replays}" if report.replays else "")


def _way(hops: Sequence[Hop]) -> Iterator[RenderableType]:
    """Yield a line for each hop, and below it what its record adds: beside it, 80 columns leave no room for that."""
    rows = [("time (UTC)", "after", "hop", "record")]
    before: datetime | None = None
    for hop in hops:
        at = hop.at.astimezone(UTC)
        time = f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"
        rows.append((time, _after(before, at), hop.what, f"{hop.topic} {hop.place}"))
        before = at
    first, second, third, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    lines = [f"{time:{first}}  {after:>{second}}  {what:{third}}  {record}" for time, after, what, record in rows]
    yield Text(lines[0], style="bold")
    for hop, line in zip(hops, lines[1:], strict=True):
        yield Text(line)
        if facts := clean(", ".join(filter(None, hop.facts))):
            yield Padding(Text(facts, style="dim", overflow="fold"), (0, 0, 0, INDENT), expand=False)


def _after(before: datetime | None, at: datetime) -> str:
    return "" if before is None else f"{(at - before).total_seconds():+.3f} s"


def _verdict(traced: Traced) -> str:
    """Return how the task ended, or where it is."""
    told = [hop for hop in traced.hops if hop.state is not None and hop.state.terminal]
    strongest = max((hop.state for hop in told if hop.state is not None), key=lambda state: state.rank, default=None)
    report = traced.report
    if report.state.terminal and (strongest is None or report.state.rank >= strongest.rank):
        why = ": ".join(filter(None, (report.reason, report.detail)))
        article = f" Article {report.article_id}." if report.article_id else ""
        return f"Ended as {report.state} at {_moment(report.at)}{f' ({why})' if why else ''}.{article}"
    if strongest is not None:
        return f"Ended as {strongest}; the ledger's index has not taken that in yet."
    return _in_flight(traced.place)


def _in_flight(place: Whereabouts | None) -> str:
    if place is None:
        return "In flight, and no record of it is kept: `marsad audit` names it if it is lost."
    where = f"{place.hop.topic}[{place.hop.partition}]@{place.hop.offset}"
    if place.ahead < 0:
        return (
            f"In flight. Its last record {where} was read by {place.service}, and nothing has followed yet. If that "
            "stays so, `marsad audit` names it."
        )
    ahead = "1 record waits" if place.ahead == 1 else f"{place.ahead} records wait"
    before = f"{ahead} before it" if place.ahead else "it is next, or in hand"
    due = f" Its retry is due at {place.hop.due:%H:%M:%S} UTC." if place.hop.due else ""
    return f"In flight: {where} waits for {place.service}; {before} in its partition.{due}"


def _dead_letters(hops: Sequence[Hop]) -> list[str]:
    return [
        f"Its record lies among the dead letters: `marsad dlq show {hop.topic.removesuffix('.dead')} {hop.place}`"
        for hop in hops
        if hop.topic in DEAD
    ]


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
