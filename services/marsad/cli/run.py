"""`marsad run`: one service as one process, or all of them."""

import asyncio
import signal
import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from marsad.contracts.topics import SERVICES
from marsad.fetching.agent import user_agent
from marsad.localstack import Stack
from marsad.process import run_service
from marsad.provisioning import set_up
from marsad.settings import Settings, settings
from marsad.supervisor import Supervisor

WATCH_EVERY_S = 0.5

console = Console(stderr=True)


def run(
    service: Annotated[str | None, typer.Argument(help=f"One of: {', '.join(SERVICES)}.")] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help="All services, a process each, watched and restarted.")] = False,
    with_servers: Annotated[bool, typer.Option("--up", help="With --all: start the local servers first.")] = False,
) -> None:
    """Run one service in this process, or all of them below it, until Ctrl-C or SIGTERM.

    Servers are those of `marsad up`, or those that MARSAD_KAFKA__BOOTSTRAP and MARSAD_SEARCH__URL name.

    Example: marsad run extraction

    Example: marsad run --all

    Example: marsad run --all --up
    """
    if (service is None) != all_ or (with_servers and not all_):
        raise typer.BadParameter(f"name one of {', '.join(SERVICES)}, or give --all (and --up with it)")
    own = settings()
    if service is None:
        _run_all(own, with_servers=with_servers)
    elif service in SERVICES:
        run_service(service)
    else:
        raise typer.BadParameter(f"there is no service {service!r}; there are {', '.join(SERVICES)}")


def _run_all(own: Settings, *, with_servers: bool) -> None:
    user_agent(own.fetching)  # without a contact nothing may be fetched: say so here, not in a log
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if not with_servers:
            _supervise(own)
            return
        with Stack(own.data_dir, report=_say) as stack:
            _supervise(own, stack.ensure_running)
    except KeyboardInterrupt:
        console.print("All has ended in order; data are kept.")


def _supervise(own: Settings, check_servers: Callable[[], None] = lambda: None) -> None:
    """Keep all services running until Ctrl-C or SIGTERM. Raises what `check_servers` raises."""
    asyncio.run(set_up(own))
    logs = own.data_dir / "logs"
    with Supervisor(SERVICES, logs=logs) as services:
        _say(f"{len(SERVICES)} services run; logs in {logs}. `marsad status` shows them, Ctrl-C stops them.")
        try:
            while True:
                time.sleep(WATCH_EVERY_S)
                check_servers()
                for name in services.watch():
                    ended = f"{name} ended ({services.returncode(name)}) and is started again"
                    console.print(f"{ended}; its log's last line mostly says why", style="yellow", highlight=False)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not cut the orderly end short
            console.print("Stopping: what is in hand is finished first.")


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
