"""`marsad up`: the local Kafka and Elasticsearch in the foreground."""

import signal
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from marsad.errors import LocalStackError
from marsad.localstack import Stack
from marsad.settings import settings

WATCH_S = 0.5


def up(
    kafka_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of Kafka; 0: a free one.")] = 0,
    elasticsearch_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of Elasticsearch; 0: a free one.")
    ] = 0,
) -> None:
    """Start a real Kafka and a real Elasticsearch on this machine, and serve until Ctrl-C.

    Nothing needs to be installed but `pip install 'marsad[localstack]'`: the first start fetches about 150 MB and takes
    half a minute, later ones take some seconds. Data, logs and downloads live below MARSAD_DATA_DIR and are kept.

    Example, in two terminals:

        $ marsad up
        $ curl "$(python -c 'from marsad.settings import settings; print(settings().search_url())')"

    Other `marsad` commands find the servers by themselves, through the stack file in the data folder.
    """
    errors = Console(stderr=True)
    # SIGTERM (a supervisor, `kill`) ends the stack in order as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stack = Stack(
        settings().data_dir,
        asked_ports={"kafka": kafka_port, "elasticsearch": elasticsearch_port},
        report=lambda line: errors.print(line, style="dim", highlight=False),
    )
    try:
        with stack:
            _announce(stack)
            while True:
                time.sleep(WATCH_S)
                stack.ensure_running()
    except KeyboardInterrupt:
        errors.print("The servers have ended in order; their data are kept.", style="dim")
    except LocalStackError as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None


def _announce(stack: Stack) -> None:
    table = Table("Server", "Address", "Process", "Log", title="The local stack is up")
    endpoints = stack.endpoints
    table.add_row("Kafka", endpoints.kafka, str(stack.pid("kafka")), str(stack.log("kafka")))
    table.add_row(
        "Elasticsearch", endpoints.elasticsearch, str(stack.pid("elasticsearch")), str(stack.log("elasticsearch"))
    )
    console = Console()
    console.print(table)
    console.print(
        "Other `marsad` commands in other terminals use these servers by themselves. Ctrl-C ends both; data are kept."
    )
