"""Two small programs in the servers' place."""

import os
import sys
from collections.abc import Callable

import psutil

from marsad.localstack import processes
from marsad.localstack.accounts import Account
from marsad.localstack.install import Installed
from marsad.localstack.layout import Layout, ServerName
from marsad.localstack.server import Server

ME = Account(os.geteuid(), os.getegid())
SERVES = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(''); print('up', flush=True); time.sleep(600)"


class Programs:
    """What stands in for the servers: a program each, and every description that was asked for."""

    def __init__(self) -> None:
        self.program: dict[str, list[str]] = {"kafka": [SERVES], "elasticsearch": [SERVES]}
        self.described: list[tuple[str, dict[str, int], str]] = []

    def describe(self, name: ServerName) -> Callable[..., Server]:
        """Stand in for `kafka.server` and `elasticsearch.server`; the last program is used again and again."""

        def server(layout: Layout, _installed: Installed, account: Account, chosen: dict[str, int], own: str) -> Server:
            self.described.append((name, chosen, own))
            home = layout.home(name)
            home.mkdir(exist_ok=True)
            up = home / "up"
            up.unlink(missing_ok=True)
            left = self.program[name]
            program = left.pop(0) if len(left) > 1 else left[0]
            return Server(
                name=name,
                command=(os.path.realpath(sys.executable), "-c", program, str(up)),
                account=account,
                home=home,
                log=layout.log(name),
                marker=str(up),
                stdin=b"",
                environment=processes.environment(),
                ready=up.exists,
            )

        return server


def alive(pid: int) -> bool:
    """Whether a process runs."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
