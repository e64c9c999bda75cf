"""`marsad health`: whether a service progresses, as its own process says; for health checks of containers."""

import http.client
import json
from typing import Annotated

import typer
from rich.console import Console

from marsad.cli.terminal import clean
from marsad.contracts.topics import SERVICES
from marsad.settings import settings
from marsad.streaming.exposing import port_of

ANSWER_S = 5.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
MAX_ANSWER = 64 * 1024  # bytes

console = Console(stderr=True)


def health(
    service: Annotated[str, typer.Argument(help=f"One of: {', '.join(SERVICES)}.")],
    *,
    live: Annotated[bool, typer.Option("--live", help="Only whether a restart would help.")] = False,
) -> None:
    """Ask a running service on this machine whether it progresses; the exit code says it: 0 well, 1 not.

    Services answer where MARSAD_METRICS__PORT is set. While Kafka or Elasticsearch is away a service is not well, but
    a restart would not help: with --live the exit code is 0.

    Example: marsad health extraction

    Example: marsad health fetching --live
    """
    if service not in SERVICES:
        raise typer.BadParameter(f"there is no service {service!r}; there are {', '.join(SERVICES)}")
    own = settings()
    port = port_of(service, own)
    if port is None:
        raise typer.BadParameter("no service answers: set MARSAD_METRICS__PORT for the services and for this command")
    host = EVERYWHERE.get(own.metrics.host, own.metrics.host)
    try:
        status, told = _ask(host, port, "/health/live" if live else "/health")
    except (OSError, http.client.HTTPException, ValueError) as error:
        console.print(f"{service} does not answer at {host}:{port}: {error}", style="red", markup=False)
        raise typer.Exit(1) from None
    reason = f": {told['reason']}" if told.get("reason") else ""
    typer.echo(clean(f"{told.get('service')} is {told.get('state')}{reason}"))
    raise typer.Exit(0 if status == http.client.OK and told.get("service") == service else 1)


def _ask(host: str, port: int, path: str) -> tuple[int, dict[str, object]]:
    """Return the answer's status and JSON. Raises OSError, HTTPException, ValueError."""
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        told = json.loads(answer.read(MAX_ANSWER))
    finally:
        connection.close()
    if not isinstance(told, dict):
        raise ValueError("what listens there is no service of Marsad")  # noqa: TRY004 - callers catch one type
    return answer.status, told
