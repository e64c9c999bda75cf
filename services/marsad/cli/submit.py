"""`marsad submit`: hand URLs to the system."""

import asyncio
import errno
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console

from marsad.contracts.codec import Record
from marsad.contracts.ids import derive
from marsad.contracts.urls import UrlFound
from marsad.settings import Settings, settings
from marsad.streaming.outbox import Outbox
from marsad.streaming.processor import now
from marsad.streaming.publish import publish
from marsad.urls import find_links, key_of

STANDARD_INPUT = "-"

console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Submitted:
    """A URL that was handed over, and the task that it became."""

    url: str
    task_id: str


def submit(
    sources: Annotated[list[str], typer.Argument(help="URLs, files of any text, or - for standard input.")],
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

    Example: pbpaste | marsad submit -
    """
    links = list(dict.fromkeys(link for source in sources for link in _links(source)))
    if dry_run:
        for link in links:
            typer.echo(link)
        return
    if not links:
        console.print("No link found: give an http(s) URL, or a file that holds one.", style="red")
        raise typer.Exit(1)
    for submitted in asyncio.run(hand_over(settings(), links, again=again)):
        typer.echo(f"{submitted.task_id}\t{submitted.url}")


async def hand_over(own: Settings, links: Sequence[str], *, again: bool = False) -> list[Submitted]:
    """Write links to `urls.found`; return them with their tasks once the broker has them. Raises BrokerUnavailable."""
    cause = uuid4().hex
    submitted = [Submitted(link, derive("task", cause, link)) for link in links]
    records = [
        Record(
            "urls.found",
            _key(link.url),
            UrlFound(url=link.url, found_in="submitted", found_at=now(), again=again),
            task_id=link.task_id,
            part=link.url,
        )
        for link in submitted
    ]
    outbox = Outbox(own)
    await outbox.start()
    try:
        refused = await publish(outbox, "submit", records, cause)
    finally:
        await outbox.stop()
    return [link for index, link in enumerate(submitted) if index not in refused]


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


def _key(url: str) -> str:
    try:
        return key_of(url)
    except ValueError:
        return url[:255]
