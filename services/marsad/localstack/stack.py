"""The stack: both servers, from preflight until the last process has ended."""

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from marsad.errors import LocalStackError
from marsad.localstack import elasticsearch, kafka, ports, preflight, processes, state
from marsad.localstack.accounts import Account, require_passage, servers_account
from marsad.localstack.install import Installed, install, is_installed
from marsad.localstack.layout import SERVERS, Layout, ServerName, open_folder
from marsad.localstack.state import Endpoints

if TYPE_CHECKING:
    import subprocess

    from marsad.localstack.server import Server

START_S = 180.0  # some seconds on a quiet machine, a minute on a busy one
POLL_S = 0.05
PICKS = 3  # a port that was free may be somebody else's before the server gets to it

NOT_RUNNING = "The local stack does not run: call start() first, or use it in a `with` block."


class _PortTaken(LocalStackError):
    """A server ended because its port was taken after all."""


def _silent(_line: str) -> None:
    """Report nothing."""


class Stack:
    """A Kafka broker and an Elasticsearch node with their data below `data_dir`, as children of this process.

    with Stack(Path("/var/tmp/marsad"), report=print) as stack:
        print(stack.endpoints.kafka)

    `artefacts` is where downloads are kept (default: inside `data_dir`); several stacks may share one folder.
    `asked_ports` asks for fixed ports, 0 and absent ones are free ones. `report` hears what is being done.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        artefacts: Path | None = None,
        asked_ports: Mapping[ServerName, int] | None = None,
        report: Callable[[str], None] = _silent,
    ) -> None:
        data_dir = data_dir.resolve()
        self._layout = Layout(data_dir, (artefacts or data_dir / "stack" / "artefacts").resolve())
        self._asked_ports = dict(asked_ports or {})
        self._report = report
        self._lock: IO[str] | None = None
        # The kernel ends a child together with the thread that started it: this one lives as long as the stack.
        self._spawner = ThreadPoolExecutor(1, thread_name_prefix="localstack")
        self._servers: dict[ServerName, Server] = {}
        self._children: dict[ServerName, subprocess.Popen[bytes]] = {}
        self._endpoints: Endpoints | None = None

    @property
    def endpoints(self) -> Endpoints:
        """The addresses. Raises LocalStackError while the stack does not run."""
        if self._endpoints is None:
            raise LocalStackError(NOT_RUNNING)
        return self._endpoints

    def log(self, server: ServerName) -> Path:
        """Return the file that a server's output goes to."""
        return self._layout.log(server)

    def start(self) -> Endpoints:
        """Fetch what is missing, start both servers, and return once both answer: at most 180 s after the fetching.

        Servers that a killed process left behind are ended first. Raises LocalStackError, with all that was started
        ended again.
        """
        if self._lock is not None:
            raise LocalStackError("This stack was started already: use its endpoints, or stop() it first.")
        try:
            self._prepare_and_start()
        except OSError as error:
            self.stop()
            raise LocalStackError(
                f"The local stack below {self._layout.data_dir} cannot be started: {error}. "
                "Look whether this user may write there, or set MARSAD_DATA_DIR to another folder."
            ) from error
        except BaseException:
            self.stop()
            raise
        return self.endpoints

    def stop(self) -> None:
        """End both servers in order, and give the data folder free. Does nothing where nothing runs."""
        if self._lock is None:
            return
        self._endpoints = None
        with suppress(OSError):
            self._layout.stack_file.unlink(missing_ok=True)
        processes.stop(list(self._children.values()))
        self._children.clear()
        with suppress(OSError):
            self._layout.processes.unlink(missing_ok=True)
        self._lock.close()
        self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def ensure_running(self) -> None:
        """Raise LocalStackError, with the last lines of its log, where a server has ended by itself."""
        for name in self._children:
            self._require_alive(name)

    def pid(self, server: ServerName) -> int:
        """Return a server's process number. Raises LocalStackError while the stack does not run."""
        return self._child(server).pid

    def kill(self, server: ServerName) -> None:
        """Kill a server with SIGKILL, as a fault test wants it; `restart` brings it back. Raises LocalStackError."""
        processes.kill(self._child(server))

    def restart(self, server: ServerName) -> None:
        """Start a server again on the same port, after ending it where it still runs, and wait until it answers.

        Raises LocalStackError.
        """
        processes.stop([self._child(server)])
        self._spawn(server)
        self._wait([server])

    def _prepare_and_start(self) -> None:
        preflight.require_extra()
        account = servers_account(self._layout.root)
        self._open_folders(account)
        self._lock = state.take_lock(self._layout)
        self._end_leftovers()
        preflight.require_memory()
        preflight.require_disk(self._layout, installed=is_installed(self._layout.artefacts))
        ports.require_free(self._asked_ports)
        installed = install(self._layout.artefacts, account, self._report)
        self._start_servers(installed, account)

    def _open_folders(self, account: Account) -> None:
        for path in (self._layout.root, self._layout.artefacts):
            if {",", ":"} & set(str(path)):
                raise LocalStackError(
                    f"{path} has a comma or a colon in it, where Java splits lists of paths. "
                    "Set MARSAD_DATA_DIR to a folder without."
                )
            require_passage(path, account)  # before anything is made there
            open_folder(path)
        open_folder(self._layout.log("kafka").parent)

    def _end_leftovers(self) -> None:
        ended = processes.stop_leftovers(processes.read_records(self._layout.processes))
        if ended:
            self._report(f"Ended {' and '.join(ended)}, left behind by a process that was killed.")
        self._layout.stack_file.unlink(missing_ok=True)

    def _start_servers(self, installed: Installed, account: Account) -> None:
        self._report("Starting Kafka and Elasticsearch.")
        identity, preferred = state.identity(self._layout), state.last_ports(self._layout)
        for attempt in range(1, PICKS + 1):
            chosen = ports.choose(self._asked_ports, preferred)
            for module in (elasticsearch, kafka):  # the slower one first; both come up side by side
                server = module.server(self._layout, installed, account, chosen, identity)
                self._servers[server.name] = server
                self._spawn(server.name)
            try:
                self._wait(SERVERS)
                break
            except _PortTaken:
                processes.stop(list(self._children.values()))
                if attempt == PICKS or any(self._asked_ports.values()):
                    raise
                preferred = {}
        self._endpoints = Endpoints(
            f"{ports.LOOPBACK}:{chosen['kafka']}", f"http://{ports.LOOPBACK}:{chosen['elasticsearch']}"
        )
        state.publish(self._layout, self._endpoints, chosen)

    def _child(self, name: ServerName) -> "subprocess.Popen[bytes]":
        if name not in self._children:
            raise LocalStackError(NOT_RUNNING)
        return self._children[name]

    def _spawn(self, name: ServerName) -> None:
        server = self._servers[name]
        if server.log.exists():
            server.log.replace(server.log.with_name(f"{server.log.name}.previous"))
        self._children[name] = self._spawner.submit(processes.spawn, server).result()
        alive = {known: child for known, child in self._children.items() if child.poll() is None}
        processes.write_records(
            self._layout.processes,
            {known: processes.Record.of(child.pid, self._servers[known].marker) for known, child in alive.items()},
        )

    def _wait(self, names: Collection[ServerName]) -> None:
        """Return once all answer. Raises LocalStackError where one ends or takes too long."""
        deadline = time.monotonic() + START_S
        waiting = sorted(names)
        while waiting:
            for name in waiting:
                self._require_alive(name)
            waiting = [name for name in waiting if not self._servers[name].ready()]
            if waiting and time.monotonic() > deadline:
                log = self._layout.log(waiting[0])
                raise LocalStackError(
                    f"{' and '.join(waiting)} did not answer within {START_S:.0f} s. "
                    f"The last lines of {log}:\n{processes.tail(log)}"
                )
            time.sleep(POLL_S)

    def _require_alive(self, name: ServerName) -> None:
        status = self._child(name).poll()
        if status is None:
            return
        log = self._layout.log(name)
        words = processes.tail(log)
        taken = "already in use" in words or "ailed to bind" in words
        raise (_PortTaken if taken else LocalStackError)(
            f"{name} ended with status {status}. The last lines of {log}:\n{words}"
        )
