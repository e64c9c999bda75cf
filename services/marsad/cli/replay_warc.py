"""`marsad replay --warc`: pages out of WARC files, through the chain."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from marsad.cli.terminal import clean
from marsad.fetching.warc_replay import Tally, replay_files
from marsad.settings import Settings

console = Console(stderr=True, highlight=False, soft_wrap=True)


def replay_warc(own: Settings, paths: Sequence[Path], generation: int, *, dry_run: bool) -> bool:
    """Replay files and say what came of them; return whether there was nothing wrong with any.

    Raises typer.BadParameter before anything is written, where a file cannot be read.
    """
    total = sum(_size(path) for path in paths)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[said]}"), console=console,
    ) as bar:  # fmt: skip
        reading = bar.add_task("counting" if dry_run else "replaying", total=total, said="")

        def seen(tally: Tally) -> None:
            waiting = f", {tally.waiting} wait to be read" if tally.waiting else ""
            bar.update(reading, completed=tally.position, said=f"{tally.pages} pages{waiting}")

        tally = asyncio.run(replay_files(own, paths, generation, seen, dry_run=dry_run))
    for line in summary(tally, dry_run=dry_run):
        console.print(line, markup=False)
    return not (tally.bad or tally.too_large)


def summary(tally: Tally, *, dry_run: bool) -> list[str]:
    """Return what was found and what was written, a sentence a line."""
    lines = [
        f"{_count(tally.pages, 'page')} would be replayed."
        if dry_run
        else f"{tally.written} of {_count(tally.pages, 'page')} replayed; `marsad status` shows what becomes of them."
    ]
    if tally.too_large:
        lines.append(f"{_count(tally.too_large, 'page')} too large for the topic.")
    if tally.left_out:
        reasons = ", ".join(f"{number} {reason}" for reason, number in tally.left_out.most_common())
        lines.append(f"{_count(tally.left_out.total(), 'record')} without a page: {reasons}.")
    if tally.bad:
        rest = "" if tally.bad <= len(tally.named) else "; the first"
        lines.append(f"{_count(tally.bad, 'place')} without a record{rest}:")
        lines += [f"  {clean(name)}" for name in tally.named]
    return lines


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _size(path: Path) -> int:
    try:
        if path.is_file():
            path.open("rb").close()
            return path.stat().st_size
    except OSError as error:
        raise typer.BadParameter(f"{clean(str(path))} cannot be read: {error.strerror}") from error
    hint = "; a file under way ends in .open" if "*" in path.name else ""  # a pattern that matched nothing
    raise typer.BadParameter(f"{clean(str(path))} is no file{hint}")
