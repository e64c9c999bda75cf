"""Children that do not outlive us, and the way to find those that did."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from marsad.localstack.accounts import Account
from marsad.localstack.layout import ServerName, write_atomically
from marsad.localstack.server import Server

LAUNCHER = Path(__file__).with_name("launch.py")
STOP_S = 20.0  # Kafka and Elasticsearch close in half a second; a busy machine takes longer
CLOCK_SLACK_S = 2.0  # a start time is counted from the boot time, which the kernel may correct by a second
POLL_S = 0.05
TAIL_LINES = 15
TAIL_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Record:
    """What tells a process of ours from a stranger that was given its number later.

    `created` is its start in seconds since the epoch, `marker` a part of its command line: a path inside its folder.
    """

    pid: int
    created: float
    marker: str

    @classmethod
    def of(cls, pid: int, marker: str) -> "Record":
        """Describe a running process. Raises psutil.NoSuchProcess."""
        return cls(pid, psutil.Process(pid).create_time(), marker)

    def find(self) -> psutil.Process | None:
        """Return the process where it still runs and is the same one, else None."""
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process = psutil.Process(self.pid)
            same_age = abs(process.create_time() - self.created) <= CLOCK_SLACK_S
            if same_age and any(self.marker in argument for argument in process.cmdline()):
                return process
        return None


def as_account(command: Sequence[str], account: Account) -> tuple[str, ...]:
    """Return the command that runs `command` as `account` and ends together with this process."""
    numbers = (account.uid, account.gid, os.getpid())
    return (sys.executable, "-I", "-S", str(LAUNCHER), *map(str, numbers), *command)


def environment(**more: str) -> dict[str, str]:
    """Return a server's whole environment: options meant for other Java programs shall not slip in."""
    return {"LANG": "C.UTF-8", "PATH": os.defpath, **more}


def spawn(server: Server) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that a terminal's Ctrl-C does not reach it.

    Its output is added to its log; the pipe to its standard input stays open. The kernel ends it with the calling
    *thread*, so call from one that lives as long. Raises OSError.
    """
    with server.log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603 - our own command
            as_account(server.command, server.account),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=server.home,
            env=server.environment,
            start_new_session=True,
        )
    if child.stdin and server.stdin:
        with suppress(BrokenPipeError):  # it died at once: whoever waits for it will see that, and its log
            child.stdin.write(server.stdin)
            child.stdin.flush()
    return child


def stop(children: Sequence[subprocess.Popen[bytes]], within_s: float = STOP_S) -> None:
    """End our children: all are asked at once, and killed where they do not end in time."""
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(within_s)
        except subprocess.TimeoutExpired:
            kill(child)
        if child.stdin:
            with suppress(BrokenPipeError):
                child.stdin.close()


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill one child and everything in its session at once."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def write_records(path: Path, records: Mapping[ServerName, Record]) -> None:
    """Keep the records where the next start finds them. Raises OSError."""
    entries = {
        name: {"pid": record.pid, "created": record.created, "marker": record.marker}
        for name, record in records.items()
    }
    write_atomically(path, json.dumps(entries))


def read_records(path: Path) -> dict[str, Record]:
    """Return what the last run noted; a missing or damaged file holds nothing."""
    try:
        return {str(name): Record(**entry) for name, entry in json.loads(path.read_text()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def stop_leftovers(records: Mapping[str, Record], within_s: float = STOP_S) -> list[str]:
    """End servers that outlived their parent; a stranger with the same number is left alone. Return their names."""
    found = {name: process for name, record in records.items() if (process := record.find())}
    for process in found.values():
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in _still_there(found.values(), within_s):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _still_there(found.values(), within_s)
    return list(found)


def _still_there(candidates: Iterable[psutil.Process], within_s: float) -> list[psutil.Process]:
    """Wait until all have ended; return those that have not. A zombie has: in containers nobody may reap it."""
    deadline = time.monotonic() + within_s
    while left := [process for process in candidates if _runs(process)]:
        if time.monotonic() > deadline:
            break
        time.sleep(POLL_S)
    return left


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def tail(log: Path) -> str:
    """Return the last lines of a log, for an error message: without Java's stack frames, which hide the causes."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError as error:
        return f"(no log: {error})"
    told = [line for line in lines if not line.lstrip().startswith(("at ", "... "))]
    return "\n".join(told[-TAIL_LINES:]) or "(the log is empty)"
