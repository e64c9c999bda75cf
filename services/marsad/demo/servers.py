"""Servers for one run: a local stack on fresh data, with the downloads that `marsad up` has."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from marsad.localstack import Stack
from marsad.settings import settings

PLACE = Path("/var/tmp")  # noqa: S108 - mkdtemp makes our folder; $TMPDIR may be closed to the servers' account


@dataclass(frozen=True, slots=True)
class Ground:
    """A stack that runs, a folder that goes with it, and one for logs that can be kept."""

    stack: Stack
    folder: Path
    logs: Path

    def keep_logs(self) -> Path:
        """Move all logs, the servers' too, to where they outlive the run; return the folder."""
        kept = Path(tempfile.mkdtemp(prefix="marsad-logs-", dir=PLACE))
        for log in (*self.logs.glob("*.log"), self.stack.log("kafka"), self.stack.log("elasticsearch")):
            if log.exists():
                shutil.copy(log, kept)
        return kept


@contextmanager
def temporary_servers(name: str, report: Callable[[str], None]) -> Iterator[Ground]:
    """Start both servers in a folder of their own; stop them and remove it afterwards.

    Args:
        name: put into the folder's name.
        report: hears what is being done.

    Raises:
        LocalStackError: the servers cannot be had.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"marsad-{name}-", dir=PLACE))
    folder.chmod(0o755)  # root's servers run as `nobody`, who must get through
    try:
        artefacts = settings().data_dir / "stack" / "artefacts"
        with Stack(folder, artefacts=artefacts, report=report) as stack:
            yield Ground(stack, folder, folder / "logs")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
