"""`marsad demo`: everything once, on this machine, over a newsroom of our own."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from marsad.demo.board import Board
from marsad.demo.picture import picture as drawn
from marsad.demo.play import Moment, Played, Site, play
from marsad.demo.report import report
from marsad.demo.servers import Ground, temporary_servers

STOPPED = 130  # as shells say of a command that Ctrl-C ended

console = Console(highlight=False)


def demo(
    *,
    picture: Annotated[Path | None, typer.Option(hidden=True, help="Write the run as an SVG, as docs/ has it.")] = None,
) -> None:
    """Show the whole system at work, and check what comes out against what must.

    Starts Kafka, Elasticsearch and all six services in a temporary folder. Ten invented outlets, served on loopback,
    publish sixty-six articles in four languages, correct two, withdraw one, close some; what becomes of each is shown,
    told, searched and compared. Takes about two minutes (the first time, servers are downloaded too) and ends by
    itself; the exit code is 0 only when all is as it must be.

    Example: marsad demo
    """
    if picture is not None:
        picture.open("a").close()  # a path that cannot be written is told now, not after two minutes
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a supervisor's way to say Ctrl-C
    try:
        with temporary_servers("demo", _say) as ground:
            _say("Servers are up; starting six services and the newsroom.")
            fine = _run(ground, picture)
    except KeyboardInterrupt:
        console.print("Stopped; nothing is left behind.")
        raise typer.Exit(STOPPED) from None
    if not fine:
        raise typer.Exit(1)


def _run(ground: Ground, picture: Path | None) -> bool:
    """Play, report, keep logs where something failed; return whether all was as expected."""
    moments: list[Moment] = []
    try:
        played = _play(ground, moments, keep=picture is not None)
    except Exception:
        _say(f"Logs are kept in {ground.keep_logs()}.")
        raise
    report(played, console)
    if picture is not None:
        picture.write_text(drawn(moments, played), encoding="utf-8")
    if played.differences:
        _say(f"Logs are kept in {ground.keep_logs()}.")
    return not played.differences


def _play(ground: Ground, moments: list[Moment], *, keep: bool) -> Played:
    board = Board(console)

    def watch(moment: Moment) -> None:
        board.show(moment)
        if keep:
            moments.append(moment)

    with board.open():
        return asyncio.run(play(Site(ground.stack.endpoints, ground.folder, ground.logs), watch))


def _say(line: str) -> None:
    console.print(line, style="dim", markup=False, soft_wrap=True)
