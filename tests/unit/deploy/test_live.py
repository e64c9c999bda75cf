"""`marsad-live`, the health check of our containers, against the very server that services answer with."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from marsad.settings import REPOSITORY
from marsad.telemetry.exposition import Exposition
from marsad.telemetry.progress import Health

SCRIPT = REPOSITORY / "deploy/docker/marsad-live"


@contextmanager
def answering(health: Callable[[], Health]) -> Iterator[int]:
    """Give the port of a service that is as `health` says."""
    exposition = Exposition("127.0.0.1", 0, "extraction", health)
    try:
        yield exposition.port
    finally:
        exposition.stop()


def asked(port: int) -> int:
    """Return the check's exit code."""
    return subprocess.run([SCRIPT, str(port)], capture_output=True, timeout=60, check=False).returncode


@pytest.mark.parametrize("state", ["starting", "idle", "working", "held_back", "waiting"])
def test_a_service_that_a_restart_would_not_help_is_healthy(state: str) -> None:
    """One that waits for a server, above all: what restarts the unhealthy would make it begin anew for nothing."""
    with answering(lambda: Health(state)) as port:  # type: ignore[arg-type]
        assert asked(port) == 0


def test_a_stuck_service_is_unhealthy() -> None:
    """Records wait, and nothing advances."""
    with answering(lambda: Health("stuck", "nothing advances")) as port:
        assert asked(port) != 0


def test_where_nothing_answers_it_is_unhealthy() -> None:
    """The port is free."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert asked(port) != 0


def test_what_hangs_up_is_unhealthy() -> None:
    """A connection without an answer is none."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        started = subprocess.Popen([SCRIPT, str(server.getsockname()[1])], stderr=subprocess.DEVNULL)
        connection, _ = server.accept()
        connection.close()

        assert started.wait(60) != 0
