"""`marsad replay`: newer code over what was fetched before, or what others fetched."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from marsad.cli.replay_warc import replay_warc
from marsad.settings import Settings, settings
from marsad.streaming import replay as replaying
from marsad.streaming.reader import count
from marsad.streaming.replay import Span, Written
from marsad.streaming.selection import Selection, refusal

STOPPED = 130  # as shells say of a command that Ctrl-C ended
NOW = "now"

console = Console(stderr=True, highlight=False)


def replay(
    files: Annotated[list[Path] | None, typer.Argument(help="With --warc: WARC files, packed or not.")] = None,
    topic: Annotated[str, typer.Option(help="Short name, for example pages.fetched.")] = "",
    since: Annotated[str, typer.Option("--from", help="ISO 8601; UTC unless it names a zone.")] = "",
    until: Annotated[str, typer.Option("--to", help="ISO 8601, or now.")] = NOW,
    generation: Annotated[
        int | None, typer.Option(min=0, max=999, help="Of the new tasks; MARSAD_GENERATION by default.")
    ] = None,
    *,
    warc: Annotated[bool, typer.Option("--warc", help="Take pages from WARC files instead of a topic.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be written.")] = False,
) -> None:
    """Process what was fetched before once more, with the code that runs now.

    Raise MARSAD_GENERATION for all services first. The records of the span are written again to their topic, as new
    tasks of that generation: no document is doubled, no change told as an edit. A stopped replay can be repeated.

    Replay the first topic whose reader has changed: pages.fetched for extraction, articles.extracted for revisions,
    articles.revised for enrichment, articles.enriched for the index.

    With --warc, pages come from WARC files: Marsad's own archive's, Common Crawl's, anybody's. Broken records are named
    and passed over; the exit status is 1 where there were any.

    Example: marsad replay --topic pages.fetched --from 2026-11-01 --to now

    Example: marsad replay --topic articles.revised --from 2026-11-01T06:00 --to 2026-11-02 --generation 3 --dry-run

    Example: marsad replay --warc archive/*.warc.gz
    """
    own = settings()
    try:
        if warc or files:
            _warc_alone(files, warc=warc, span=topic or since)
            fine = replay_warc(own, files or [], own.generation if generation is None else generation, dry_run=dry_run)
        else:
            fine = asyncio.run(_run(own, _span(own, topic, since, until, generation), dry_run=dry_run))
    except KeyboardInterrupt:
        console.print("Stopped; what was written goes its way. The same command goes on from here.")
        raise typer.Exit(STOPPED) from None
    raise typer.Exit(0 if fine else 1)


def _warc_alone(files: list[Path] | None, *, warc: bool, span: str) -> None:
    """Raise typer.BadParameter where --warc and files do not stand together, and alone."""
    if not (warc and files) or span:
        raise typer.BadParameter("give --warc with files, or --topic and --from", param_hint="--warc")


def _span(own: Settings, topic: str, since: str, until: str, generation: int | None) -> Span:
    """Return what is asked for. Raises typer.BadParameter."""
    if not topic or not since:
        raise typer.BadParameter("name a topic and a time, or WARC files (--warc)", param_hint="--topic and --from")
    if why := refusal(topic):
        raise typer.BadParameter(why, param_hint="--topic")
    meant = own.generation if generation is None else generation
    if meant == 0:
        raise typer.BadParameter(
            "everything carries generation 0 already: raise MARSAD_GENERATION for all services, start them anew, "
            "and replay then",
            param_hint="--generation",
        )
    now = datetime.now(UTC)
    span = Span(topic, _moment(since, now, "--from"), _moment(until, now, "--to"), meant)
    if span.since >= span.until:
        raise typer.BadParameter(f"{span.since:%F %T} is not before {span.until:%F %T}", param_hint="--from")
    return span


def _moment(text: str, now: datetime, option: str) -> datetime:
    if text == NOW:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text[:40]!r} is no time; 2026-11-01, 2026-11-01T06:00+03:00 and now are", param_hint=option
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _run(own: Settings, span: Span, *, dry_run: bool) -> bool:
    """Select, say what was selected, write it; return whether all of it was written."""
    total = await count(own, span.topic, since=span.since, until=span.until)
    with _bar() as bar:
        reading = bar.add_task("reading", total=total, waiting="")
        selection = await replaying.select(own, span, lambda: bar.advance(reading))
    console.print(summary(span, selection))
    if dry_run or not selection.count:
        return True
    with _bar() as bar:
        writing = bar.add_task("replaying", total=selection.count, waiting="")

        def show(written: Written, waiting: int) -> None:
            bar.update(writing, completed=written.records + written.too_large, waiting=f"{waiting} wait to be read")

        written = await replaying.replay(own, span, selection, show)
    console.print(outcome(written))
    return not written.too_large


def summary(span: Span, selection: Selection) -> str:
    """Return what was found in a span."""
    left_out = {
        f"{selection.current} carry generation {span.generation} or a higher one": selection.current,
        f"{selection.repeated} repeat another": selection.repeated,
        f"{selection.unreadable} cannot be read (they are dead letters)": selection.unreadable,
    }
    named = "; ".join(text for text, number in left_out.items() if number)
    return (
        f"{selection.read} records of {span.topic} from {span.since:%F %T %Z} to {span.until:%F %T %Z}: "
        f"{selection.count} to be replayed under generation {span.generation}" + (f"; {named}." if named else ".")
    )


def outcome(written: Written) -> str:
    """Return what was written, and where to look what becomes of it."""
    large = f" {written.too_large} have become too large for their topic and stay." if written.too_large else ""
    return (
        f"{written.records} records replayed.{large} `marsad status` shows what is in flight; their tasks end as "
        "reprocessed, unchanged or duplicate."
    )


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[waiting]}"), console=console,
    )  # fmt: skip
