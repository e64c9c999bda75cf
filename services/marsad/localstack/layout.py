"""Where everything of a local stack lies, and folders and files that another account shall be able to read."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from marsad.settings import STACK_FILE

ServerName = Literal["kafka", "elasticsearch"]
SERVERS: tuple[ServerName, ...] = ("kafka", "elasticsearch")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one stack; `data_dir` and `artefacts` are absolute."""

    data_dir: Path
    artefacts: Path

    @property
    def root(self) -> Path:
        """Everything but the stack file."""
        return self.data_dir / "stack"

    @property
    def stack_file(self) -> Path:
        """The addresses, there while the stack runs."""
        return self.data_dir / STACK_FILE

    @property
    def lock(self) -> Path:
        """Locked by the process that owns the stack."""
        return self.root / "lock"

    @property
    def identity(self) -> Path:
        """Holds the id that both servers carry, so that their answers can be told from a stranger's."""
        return self.root / "identity"

    @property
    def processes(self) -> Path:
        """What is needed to find servers that outlived their parent."""
        return self.root / "processes.json"

    @property
    def ports(self) -> Path:
        """The last run's ports, which the next run prefers."""
        return self.root / "ports.json"

    def home(self, server: ServerName) -> Path:
        """Return the folder of one server: configuration, data and temporary files."""
        return self.root / server

    def log(self, server: ServerName) -> Path:
        """Return what a server prints; the run before is kept beside it as `.previous`."""
        return self.root / "logs" / f"{server}.log"


def open_folder(path: Path) -> Path:
    """Make a folder (and those above it) that every account may enter, whatever the umask; leave an existing one.

    Raises OSError.
    """
    if not path.is_dir():
        open_folder(path.parent)
        path.mkdir(exist_ok=True)
        path.chmod(0o755)
    return path


def write_atomically(path: Path, text: str) -> None:
    """Write a file that every account may read, so that a reader sees the old text or the new. Raises OSError.

    The folder may belong to the servers' account while root writes: a link that stands there already is not followed.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(text)
    aside.replace(path)
