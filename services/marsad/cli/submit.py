"""`marsad submit`: hand URLs to the system."""

import asyncio
import errno
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from marsad.discovery.submission import Submitted, hand_over
from marsad.errors import BrokerUnavailable
from marsad.settings import settings
from marsad.urls import find_links

STANDARD_INPUT = "-"
PATIENCE_S = 120.0  # with a broker that does not take the links; a service would wait without end

console = Console(stderr=True)


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

    Links may be glued to Arabic words, stand in brackets, or be short links; every link is taken once.

    Example: marsad submit https://r.rtarabic.com/s4vq

    Example: marsad submit --dry-run notes.txt

    Example: tail -n 20 notes.txt | marsad submit -
    """
    links = list(dict.fromkeys(link for source in sources for link in _links(source)))
    if dry_run:
        for link in links:
            typer.echo(link)
        return
    if not links:
        console.print("No link found: give an http(s) URL, or a file that holds one.", style="red")
        raise typer.Exit(1)
    for submitted in asyncio.run(_hand_over(links, again=again)):
        typer.echo(f"{submitted.task_id}\t{submitted.url}")


async def _hand_over(links: list[str], *, again: bool) -> list[Submitted]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await hand_over(settings(), links, again=again)
    except TimeoutError:
        raise BrokerUnavailable(
            f"Kafka did not take all links within {PATIENCE_S:.0f} s. Submit them again when `marsad status` answers: "
            "a link that comes twice does no harm."
        ) from None


def _links(source: str) -> list[str]:
    if source == STANDARD_INPUT:
        return find_links(sys.stdin.buffer.read().decode("utf-8", "replace"))
    if (content := _file(source)) is not None:
        return find_links(content.decode("utf-8", "replace"))
    found = find_links(source)
    if not found:
        raise typer.BadParameter(f"{source[:200]!r} is no http(s) URL that can be fetched, and no file")
    return found


def _file(source: str) -> bytes | None:
    """Return what the file of that name holds, or None where there is no such file."""
    path = Path(source)
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # a URL may be longer than any name
            return None
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}") from error
