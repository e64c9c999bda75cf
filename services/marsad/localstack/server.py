"""What the stack needs to know about a server in order to run it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from marsad.localstack.accounts import Account
from marsad.localstack.layout import ServerName


@dataclass(frozen=True, slots=True)
class Server:
    """How a server is started and asked.

    `command` runs as `account` inside `home`, with `stdin` written to it and nothing but `environment` set. `marker` is
    a part of the command line that no other stack's server has. `ready` never raises and takes at most some seconds.
    """

    name: ServerName
    command: tuple[str, ...]
    account: Account
    home: Path
    log: Path
    marker: str
    stdin: bytes
    environment: Mapping[str, str]
    ready: Callable[[], bool]
