"""`marsad fetch`: one URL through the same client, address guard and robots.txt as the service, without Kafka."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from marsad.cli.terminal import clean
from marsad.fetching.client import Answer, Client, Terms, open_client
from marsad.fetching.failures import FetchError, FetchFailed, FetchRefused
from marsad.fetching.handler import PAGE_ACCEPT
from marsad.fetching.robots import Robots
from marsad.fetching.status import Meaning, meaning_of
from marsad.fetching.targets import check_url
from marsad.settings import Fetching, settings
from marsad.streaming.processor import now

REFUSED, UNREACHABLE, NO_BODY = 3, 4, 5
"""Exit codes: we refused, they could not be reached, they answered with something else than a body."""

console = Console(stderr=True, markup=False, highlight=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, the URLs that led to it, and the seconds that robots.txt, redirects and the answer took together."""

    answer: Answer
    chain: tuple[str, ...]
    elapsed_s: float


def fetch(
    url: Annotated[str, typer.Argument(help="The http(s) URL.")],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the body, decoded, to this file.")
    ] = None,
) -> None:
    """Fetch one URL as the service would, and say what came of it.

    Exit codes: 0 a body came, 3 we refused (robots.txt, address, size, type, redirects), 4 it could not be reached,
    5 the site answered without a body (404, 403 and the like).

    Example: marsad fetch https://www.example.org/news/1 -o page.html
    """
    try:
        fetched = asyncio.run(ask(settings().fetching, url))
    except FetchRefused as error:
        raise _ended("Refused", error, REFUSED) from error
    except FetchFailed as error:
        raise _ended("Not reached", error, UNREACHABLE) from error
    Console(markup=False, highlight=False).print(_table(fetched))
    if meaning_of(fetched.answer.status) is not Meaning.BODY:
        raise typer.Exit(NO_BODY)
    if output is not None:
        _write(output, fetched.answer.body)


async def ask(own: Fetching, url: str) -> Fetched:
    """Fetch a URL, hop by hop. Raises FetchError, and SettingsError where no contact is set."""
    started = monotonic()
    async with open_client(own) as client:
        robots = Robots(client, now, own.deadline_s)
        terms = Terms(PAGE_ACCEPT, own.max_bytes)
        chain: list[str] = []
        while True:
            answer = await _hop(client, robots, url, terms)
            if isinstance(answer, Answer):
                return Fetched(answer, tuple(chain), monotonic() - started)
            chain.append(url)
            url = answer
            if url in chain or len(chain) > own.max_redirects:
                raise FetchRefused("redirects", f"a loop or more than {own.max_redirects} on the way to {url}")


async def _hop(client: Client, robots: Robots, url: str, terms: Terms) -> Answer | str:
    """Return the answer, or where it leads."""
    target = check_url(url)
    rules = robots.known(target) or await robots.fetch(target)
    rules.require(target)
    answer = await client.get(url, terms, follow=lambda _: False)
    return answer if isinstance(answer, Answer) else answer.target


def _table(fetched: Fetched) -> Table:
    answer = fetched.answer
    table = Table(show_header=False, box=None)
    rows = (
        ("status", f"{answer.status} over {answer.http_version}"),
        *(("by way of", step) for step in fetched.chain),
        ("URL", answer.url),
        ("type", answer.content_type or "not declared"),
        ("size", f"{len(answer.body):,} bytes, {answer.wire_bytes:,} on the wire"),
        ("time", f"{answer.elapsed_s:.3f} s the last exchange, {fetched.elapsed_s:.3f} s in all"),
    )
    for name, value in rows:
        table.add_row(name, Text(clean(value), overflow="fold"))
    return table


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        console.print(f"The body cannot be written to {path}: {error.strerror}. Name another file.", style="red")
        raise typer.Exit(1) from error
    console.print(f"{len(body):,} bytes written to {path}")


def _ended(what: str, error: FetchError, code: int) -> typer.Exit:
    console.print(f"{what} ({error.reason}): {clean(error.detail)}", style="red")
    return typer.Exit(code)
