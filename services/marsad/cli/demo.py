"""`marsad demo`: everything once, on this machine, over a newsroom of our own."""

import asyncio
import signal

import typer
from rich.console import Console

from marsad.demo.board import Board
from marsad.demo.play import Played, Site, play
from marsad.demo.report import report
from marsad.demo.servers import Ground, temporary_servers

STOPPED = 130  # as shells say of a command that Ctrl-C ended

console = Console(highlight=False)


def demo() -> None:
    """Show the whole system at work, and check what comes out against what must.

    Starts Kafka, Elasticsearch and all six services in a temporary folder. Ten invented outlets, served on loopback,
    publish sixty-six articles in four languages, correct two, withdraw one, close some; what becomes of each is shown,
    told, searched and compared. Takes
    about two minutes (the first time, servers are downloaded too) and ends by itself; the exit code is 0 only when all
    is as it must be.

    Example: marsad demo
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a supervisor's way to say Ctrl-C
    try:
        with temporary_servers("demo", _say) as ground:
            _say("Servers are up; starting six services and the newsroom.")
            fine = _run(ground)
    except KeyboardInterrupt:
        console.print("Stopped; nothing is left behind.")
        raise typer.Exit(STOPPED) from None
    if not fine:
        raise typer.Exit(1)


def _run(ground: Ground) -> bool:
    """Play, report, keep logs where something failed; return whether all was as expected."""
    try:
        played = _play(ground)
    except Exception:
        _say(f"Logs are kept in {ground.keep_logs()}.")
        raise
    report(played, console)
    if played.differences:
        _say(f"Logs are kept in {ground.keep_logs()}.")
    return not played.differences


def _play(ground: Ground) -> Played:
    board = Board(console)
    with board.open():
        return asyncio.run(play(Site(ground.stack.endpoints, ground.folder, ground.logs), board.show))


def _say(line: str) -> None:
    console.print(line, style="dim", markup=False, soft_wrap=True)
