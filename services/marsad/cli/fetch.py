"""`marsad fetch`: URLs through the same client, address guard and robots.txt as the service, without Kafka."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from marsad import outlets
from marsad.cli.terminal import json_line
from marsad.fetching.agent import agent_by_hand
from marsad.fetching.by_hand import ByHand, Report
from marsad.fetching.client import open_client
from marsad.fetching.counts import FETCHED
from marsad.fetching.robots import Robots
from marsad.settings import Settings, settings
from marsad.streaming.processor import now

Network = IPv4Network | IPv6Network

console = Console(stderr=True, markup=False, highlight=False)


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        message = f"--allow-network: {error}; write one such as 10.1.0.0/16 or 127.0.0.1/32"
        raise typer.BadParameter(message) from error


def fetch(
    urls: Annotated[list[str], typer.Argument(metavar="URL", help="http(s) URLs.")],
    *,
    allow_network: Annotated[
        list[str] | None,
        typer.Option(metavar="CIDR", help="Open a closed network, on every port. Repeatable."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the body, decoded, to this file (of one URL).")
    ] = None,
) -> None:
    """Fetch URLs as the service would, each once, and print a JSON object a line as each comes to its end.

    `state` is `fetched`, `retry` (another attempt may go well: no connection, 5xx, 429, time out), or the state that a
    task would end in: `refused` by us (`reason`: url, robots, address, redirects, size, type, encoding, http_NNN),
    `blocked` by them, `gone`. Hosts are asked side by side, one host with its pauses. The exit code is 0 whatever came
    of the URLs; of one that is no URL the line says `refused`. Without MARSAD_FETCHING__CONTACT requests bear no
    contact: fine by hand, while `marsad run` refuses to start.

    Example: marsad fetch https://www.example.org/news/1 -o page.html

    Example: marsad fetch --allow-network 127.0.0.0/8 http://127.0.0.1:8000/1 http://127.0.0.1:8000/2
    """
    if output is not None and len(urls) > 1:
        raise typer.BadParameter("--output takes the body of one URL; give one, or leave it out")
    _warn_of_options(urls)
    opened = tuple(map(_network, allow_network or ()))
    reports = asyncio.run(_fetch(settings(), urls, opened))
    if output is not None and reports[0].state == FETCHED:
        _write(output, reports[0])


async def _fetch(own: Settings, urls: Sequence[str], opened: tuple[Network, ...]) -> list[Report]:
    """Print each report when it is there, and return them in that order."""
    reports = []
    async for report in _reports(own, urls, opened):
        print(json_line(report.as_json()), flush=True)  # noqa: T201 - lines for other programs, not a console's
        reports.append(report)
    return reports


async def _reports(own: Settings, urls: Sequence[str], opened: tuple[Network, ...]) -> AsyncIterator[Report]:
    fetching = own.fetching.model_copy(update={"allow_networks": (*own.fetching.allow_networks, *opened)})
    newsroom = outlets.load(own.outlets_dirs, builtin=own.builtin_outlets)
    async with open_client(fetching, outlets=newsroom, agent=agent_by_hand(fetching)) as client:
        hand = ByHand(client, Robots(client, now, fetching.deadline_s), newsroom, fetching)
        for done in asyncio.as_completed([hand.fetch(url) for url in urls]):
            yield await done


def _warn_of_options(urls: Sequence[str]) -> None:
    """Say so where a misspelt option was taken for a URL: an odd URL must not end the others, so click cannot."""
    for url in urls:
        if url.startswith("-"):
            console.print(f"{url!r} is no option of `marsad fetch`; it is taken for a URL.", style="yellow")


def _write(path: Path, report: Report) -> None:
    body = report.answer.body if report.answer else b""
    try:
        path.write_bytes(body)
    except OSError as error:
        console.print(f"The body cannot be written to {path}: {error.strerror}. Name another file.", style="red")
        raise typer.Exit(1) from error
    console.print(f"{len(body):,} bytes written to {path}")
