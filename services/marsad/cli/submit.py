"""`marsad submit`: hand URLs to the system."""

import asyncio
import errno
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from marsad.cli.terminal import clean
from marsad.discovery.submission import Submitted, hand_over
from marsad.errors import BrokerUnavailable
from marsad.intake.reading import Reading
from marsad.settings import settings
from marsad.urls import find_links

STANDARD_INPUT = "-"
BATCH = 1_000  # links handed over at once
PATIENCE_S = 120.0  # with a broker that does not take them; a service would wait without end

console = Console(stderr=True, soft_wrap=True)


def submit(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE", help="URLs, files of any text, or - for standard input.")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the links found, one a line.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Fetch URLs again that were fetched a short while ago.")
    ] = False,
) -> None:
    """Find the links in URLs, files and standard input, and hand each one on to be fetched.

    Links may be glued to Arabic words, stand in brackets, or be short links; every link is taken once. Files may be of
    any size, in UTF-8, UTF-16 or windows-1256.

    Example: marsad submit https://r.rtarabic.com/s4vq

    Example: marsad submit --dry-run notes.txt

    Example: tail -n 20 notes.txt | marsad submit -
    """
    for source in sources:
        _check(source)
    links = _each_once(link for source in sources for link in _links(source))
    number = 0
    if dry_run:
        for link in links:
            typer.echo(link)
        return
    while batch := list(islice(links, BATCH)):
        for submitted in asyncio.run(_hand_over(batch, again=again, before=number)):
            typer.echo(f"{submitted.task_id}\t{submitted.url}")
        number += len(batch)
    if not number:
        console.print("No link found: give an http(s) URL, or a file that holds one.", style="red")
        raise typer.Exit(1)


async def _hand_over(links: list[str], *, again: bool, before: int) -> list[Submitted]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await hand_over(settings(), links, again=again)
    except TimeoutError:
        done = f"The {before} links printed above were taken. " if before else ""
        raise BrokerUnavailable(
            f"Kafka did not take {len(links)} links within {PATIENCE_S:.0f} s. {done}Submit them again when "
            "`marsad status` answers: a link that comes twice does no harm."
        ) from None


def _check(source: str) -> None:
    """Raise typer.BadParameter for what gives no link, before anything is handed over."""
    if source == STANDARD_INPUT:
        return
    path = Path(source)
    if not source.strip():  # the path of no words is the current folder
        raise typer.BadParameter("an empty argument is no http(s) URL, and no file")
    if _is_file(path):
        try:
            path.open("rb").close()
        except OSError as error:
            raise typer.BadParameter(f"{clean(source)} cannot be read: {error.strerror}") from error
    elif _is_folder(path):
        raise typer.BadParameter(f"{clean(source)} is a folder: name the files in it")
    elif not find_links(source):
        raise typer.BadParameter(f"{source[:200]!r} is no http(s) URL that can be fetched, and no file")


def _links(source: str) -> Iterator[str]:
    if source == STANDARD_INPUT:
        yield from _read("standard input", Reading(sys.stdin.buffer))
    elif _is_file(Path(source)):
        with Path(source).open("rb") as stream:
            yield from _read(source, Reading(stream))
    else:
        yield from find_links(source)


def _read(name: str, reading: Reading) -> Iterator[str]:
    yield from reading.links()
    for remark in reading.remarks:
        console.print(f"{clean(name)} {remark}.", style="yellow", markup=False, highlight=False)


def _each_once(links: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for link in links:
        if link not in seen:
            seen.add(link)
            yield link


def _is_file(path: Path) -> bool:
    """Whether there is such a file, or a pipe (`<(…)` of a shell); a URL may be longer than any name."""
    try:
        return path.is_file() or path.is_fifo()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise typer.BadParameter(f"{clean(str(path))} cannot be read: {error.strerror}") from error
    except ValueError:  # a null character
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
