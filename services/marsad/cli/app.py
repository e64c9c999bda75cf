"""All commands, put together."""

import sys
from typing import NoReturn

import typer
from rich.console import Console

from marsad.cli import dlq, outlets, schemas, topics
from marsad.cli.audit import audit
from marsad.cli.dashboard import dashboard
from marsad.cli.demo import demo
from marsad.cli.enrich import enrich
from marsad.cli.extract import extract
from marsad.cli.fetch import fetch
from marsad.cli.health import health
from marsad.cli.intake import intake
from marsad.cli.replay import replay
from marsad.cli.run import run
from marsad.cli.search import search
from marsad.cli.setup import setup
from marsad.cli.status import status
from marsad.cli.submit import submit
from marsad.cli.terminal import clean
from marsad.cli.trace import trace
from marsad.cli.up import up
from marsad.errors import MarsadError
from marsad.telemetry import silence

SERVERS, WORK, TRY, UPKEEP = "Servers and services", "Use it", "Try a step alone", "Upkeep"

# A URL may begin with a dash: it is a line of the answer, not the end of all.
CONTEXTS: dict[object, dict[str, bool]] = {fetch: {"ignore_unknown_options": True}}

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # lines of a docstring flow into each other
    help="Marsad (مرصد): from a link to a searchable article, over Kafka and Elasticsearch, Arabic first.",
    epilog="A first run: `marsad demo`. On the live web: `marsad up`, then `marsad run --all` in a second terminal.",
)
for panel, commands in {
    SERVERS: (up, setup, dashboard, run, intake, status, health, audit),
    WORK: (demo, submit, trace, search),
    TRY: (fetch, extract, enrich),
    UPKEEP: (replay,),
}.items():
    for command in commands:
        app.command(rich_help_panel=panel, context_settings=CONTEXTS.get(command, {}))(command)
for name, sub in {"dlq": dlq.app, "topics": topics.app, "schemas": schemas.app, "outlets": outlets.app}.items():
    app.add_typer(sub, name=name, rich_help_panel=UPKEEP)


def main() -> None:
    """Run the command; an error of ours, or a file that cannot be had, is a sentence, not a trace."""
    silence()  # a command that runs a service sets its logs up again
    try:
        app()
    except MarsadError as error:
        _fail(type(error).__name__, str(error))
    except OSError as error:
        if error.filename is None:
            raise
        _fail("File trouble", f"{error.filename}: {error.strerror}. Look at the path, its permissions and the disk.")


def _fail(kind: str, message: str) -> NoReturn:
    lines = "\n".join(map(clean, message.splitlines()))  # a server's words may quote a stranger's
    Console(stderr=True).print(f"[red]{kind}[/]: ", end="")
    Console(stderr=True, markup=False, highlight=False, soft_wrap=True).print(lines)
    sys.exit(1)
