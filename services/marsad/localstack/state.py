"""What a stack leaves in its folder: the lock, the identity, the last ports, and the addresses while it runs."""

import fcntl
import json
import os
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from marsad.errors import LocalStackError
from marsad.localstack.layout import Layout, write_atomically


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the servers answer: `kafka` as host:port, `elasticsearch` as a URL."""

    kafka: str
    elasticsearch: str


def take_lock(layout: Layout) -> IO[str]:
    """Claim the data folder for this process; closing the file gives it back, and so does the process's end.

    Raises LocalStackError, with the addresses of the stack that runs, where another process has it.
    """
    lock = layout.lock.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise LocalStackError(
            f"The stack below {layout.data_dir} already runs: {_running(layout)}. Use that one, end it with Ctrl-C "
            "where it runs, or set MARSAD_DATA_DIR to have a second one."
        ) from error
    return lock


def identity(layout: Layout) -> str:
    """Return the id that both servers carry, made at the first start: a UUID in Kafka's spelling. Raises OSError."""
    try:
        return layout.identity.read_text()
    except FileNotFoundError:
        made = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")
        write_atomically(layout.identity, made)
        return made


def last_ports(layout: Layout) -> dict[str, int]:
    """Return the last run's ports by name; none where there was no run, or the file is damaged."""
    try:
        return {str(name): int(port) for name, port in json.loads(layout.ports.read_text()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def publish(layout: Layout, endpoints: Endpoints, ports: Mapping[str, int]) -> None:
    """Tell other processes the addresses, and the next run the ports. Raises OSError."""
    write_atomically(layout.ports, json.dumps(dict(ports)))
    known = {"kafka": endpoints.kafka, "elasticsearch": endpoints.elasticsearch, "pid": os.getpid()}
    write_atomically(layout.stack_file, json.dumps(known))


def _running(layout: Layout) -> str:
    try:
        known = json.loads(layout.stack_file.read_text())
        return f"Kafka at {known['kafka']}, Elasticsearch at {known['elasticsearch']}, process {known['pid']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it is just being started or stopped"
