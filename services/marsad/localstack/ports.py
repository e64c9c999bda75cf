"""Free ports on 127.0.0.1.

They are taken from below the kernel's ephemeral range: a client that keeps dialling a dead server on a port inside that
range can be given the very same port as its own, is then connected to itself, and blocks the server's return.
"""

import random
import socket
from collections.abc import Mapping

from marsad.errors import LocalStackError
from marsad.localstack.layout import ServerName

LOOPBACK = "127.0.0.1"
LOWEST, HIGHEST = 20_000, 32_000
TRIES = 200
NAMES = ("kafka", "controller", "elasticsearch", "transport")


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: TIME_WAIT does not hinder them
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def require_free(asked: Mapping[ServerName, int]) -> None:
    """Raise LocalStackError where a port that was asked for is taken; 0 stands for none."""
    for server, port in asked.items():
        if port and not is_free(port):
            raise LocalStackError(
                f"Port {port} on {LOOPBACK}, asked for {server}, is taken. See who holds it with "
                f"`ss -ltnp 'sport = :{port}'` and stop them, ask for another port, or ask for none and get a free one."
            )


def choose(asked: Mapping[ServerName, int], last: Mapping[str, int]) -> dict[str, int]:
    """Return a free port for each of `NAMES`: the one asked for, or that of the last run, or any.

    The last run's ports are preferred so that clients find the servers again after a restart. 0 stands for none.
    Raises LocalStackError where a port that was asked for is taken, or where none is free.
    """
    require_free(asked)
    chosen: dict[str, int] = {server: port for server, port in asked.items() if port}
    for name in NAMES:
        if name not in chosen:
            chosen[name] = _any(last.get(name, 0), set(chosen.values()))
    return chosen


def _any(preferred: int, taken: set[int]) -> int:
    if preferred and preferred not in taken and is_free(preferred):
        return preferred
    for _ in range(TRIES):
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311 - no secret
        if port not in taken and is_free(port):
            return port
    raise LocalStackError(f"No free port on {LOOPBACK} between {LOWEST} and {HIGHEST}. See who holds them: ss -ltn")
