"""Services as child processes: started, watched, started again, stopped."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from marsad.settings import child_environment

GRACE_S = 30.0  # a service may finish what it has in hand
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
HEALTHY_S = 30.0  # a service that ran so long starts again without a pause
PR_SET_PDEATHSIG = 1  # Linux, prctl(2)


class Supervisor:
    """Keeps one process per service running.

    Args:
        services: their names.
        environment: variables set for them beside this process's own.
        logs: folder for one log file per service; without it they write to this process's standard error.
    """

    def __init__(
        self, services: Sequence[str], environment: Mapping[str, str] | None = None, logs: Path | None = None
    ) -> None:
        self._services = tuple(services)
        self._environment = child_environment(environment or {})
        self._logs = logs
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}
        self._pauses: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self.restarts = 0

    def __enter__(self) -> Self:
        """Start all services."""
        for name in self._services:
            self.start(name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all services."""
        self.stop()

    def start(self, name: str) -> None:
        """Start one service."""
        output = self._output(name)
        try:
            self._children[name] = subprocess.Popen(  # noqa: S603 - our own command
                command(name),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches us alone; we stop the services in order
                preexec_fn=partial(_die_with_parent, os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509 - one thread here
            )
        finally:
            if output is not None:
                output.close()
        self._started[name] = time.monotonic()
        self._due.pop(name, None)

    def watch(self) -> list[str]:
        """Start again what ended by itself, after a pause that grows; return the names of what was found dead."""
        now = time.monotonic()
        dead = []
        for name, child in self._children.items():
            if child.poll() is None:
                continue
            if name not in self._due:
                dead.append(name)
                self._due[name] = now + self._pause(name, now - self._started[name])
            elif now >= self._due[name]:
                self.restarts += 1
                self.start(name)
        return dead

    def kill(self, name: str) -> None:
        """SIGKILL one service and its workers' parent; `watch` or `start` brings it back."""
        self._children[name].kill()
        self._children[name].wait()

    def pid(self, name: str) -> int:
        """Return the process id of a service."""
        return self._children[name].pid

    def returncode(self, name: str) -> int | None:
        """Return how a service ended, or None while it runs."""
        return self._children[name].poll()

    def stop(self) -> None:
        """SIGTERM all, wait, SIGKILL what is left."""
        for child in self._children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _pause(self, name: str, ran_s: float) -> float:
        last = self._pauses.get(name, 0.0)
        pause = 0.0 if ran_s >= HEALTHY_S else min(max(last * 2, FIRST_PAUSE_S), LONGEST_PAUSE_S)
        self._pauses[name] = pause
        return pause

    def _output(self, name: str) -> IO[bytes] | None:
        if self._logs is None:
            return None
        self._logs.mkdir(parents=True, exist_ok=True)
        return (self._logs / f"{name}.log").open("ab")


def command(name: str) -> list[str]:
    """Return the command that runs a service."""
    return [sys.executable, "-m", "marsad.process", name]


def _die_with_parent(parent: int) -> None:
    """End this child when its parent ends, however it ends; in a container the parent may well be process 1."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before prctl was called
        os._exit(0)
