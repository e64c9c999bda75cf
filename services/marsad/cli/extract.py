"""`marsad extract`: saved pages through the same extraction as the service, without Kafka."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from marsad import outlets
from marsad.cli.terminal import json_line
from marsad.extraction.extract import extract as extract_page
from marsad.settings import settings

STANDARD_INPUT = "-"

console = Console(stderr=True, markup=False, highlight=False)


def extract(
    files: Annotated[list[str], typer.Argument(help="Saved pages, or - for standard input.", metavar="FILE")],
    *,
    url: Annotated[
        str, typer.Option("--url", help="Where the pages were fetched: it names the outlet and completes links.")
    ],
    content_type: Annotated[
        str | None, typer.Option("--content-type", help="The Content-Type header, where the page came with one.")
    ] = None,
) -> None:
    """Print the article of each saved page as one line of JSON, or why there is none.

    Dates in the future are believed, since it is not known when the page was fetched.

    Example: marsad extract --url https://www.example.org/news/1 page.html | jq .text
    """
    if not url.lower().startswith(("http://", "https://")):
        raise typer.BadParameter(f"{url[:200]!r} is no http(s) URL", param_hint="--url")
    own = settings()
    newsroom = outlets.load(own.outlets_dirs, builtin=own.builtin_outlets)
    pages = [(name, _read(name)) for name in files]
    for name, html in pages:
        found = extract_page(html, url, content_type=content_type, outlets=newsroom)
        typer.echo(json_line({"file": name, **found.model_dump(mode="json", exclude_none=True)}))


def _read(name: str) -> bytes:
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        console.print(
            f"{name} cannot be read: {error.strerror}. Name a saved page, or - for standard input.", style="red"
        )
        raise typer.Exit(1) from error
