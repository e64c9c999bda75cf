"""Fetch the pinned artefacts once, with jgo, and let nothing pass whose SHA-256 is not the pinned one."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from marsad.errors import LocalStackError
from marsad.localstack.pins import Pin, sha256

if TYPE_CHECKING:
    from jgo.maven import MavenContext

PARALLEL = 4  # one slow transfer does not hold up forty small ones, and no repository minds four connections
ATTEMPTS = 3
TIMEOUT_S = 30


def maven(cache: Path, on_bytes: Callable[[int], None] = lambda _count: None) -> "MavenContext":
    """Return jgo's access to Maven repositories: its own default and those that the user's jgo configuration names.

    Files are put below `cache`; `on_bytes` hears of every chunk that arrives.
    """
    from jgo.config import GlobalSettings  # noqa: PLC0415 - part of an optional extra
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415 - part of an optional extra

    @contextmanager
    def progress(_filename: str, _size: int) -> Iterator[Callable[[int], None]]:
        yield on_bytes

    context = MavenContext(resolver=PythonResolver(progress_callback=progress), repo_cache=cache, timeout=TIMEOUT_S)
    context.remote_repos.update(GlobalSettings.load().repositories)
    return context


def fetch(pins: Sequence[Pin], folder: Path) -> int:
    """Bring every pinned file into `folder` and verify all of them, those that were there already too.

    Returns how many bytes were fetched. Raises LocalStackError where a file differs or cannot be had.
    """
    missing = [pin for pin in pins if not (folder / pin.filename).exists()]
    for pin in pins:
        if pin not in missing:
            verify(pin, folder / pin.filename)
    total = sum(pin.size for pin in missing)
    if missing:
        with _bar(total) as advance:
            _fetch_all(missing, folder, advance)
    return total


def verify(pin: Pin, path: Path) -> None:
    """Raise LocalStackError unless the file at `path` is the pinned one."""
    found = sha256(path)
    if found != pin.sha256:
        raise LocalStackError(
            f"{path} is not the pinned {pin.group}:{pin.name}:{pin.version}: expected SHA-256 {pin.sha256}, "
            f"found {found}. Delete the file and start again; if it comes back the same, "
            "something between here and the repository alters it."
        )


class _GivenUp(Exception):
    """Another transfer failed for good, or the user has had enough."""


def _fetch_all(missing: Sequence[Pin], folder: Path, advance: Callable[[int], None]) -> None:
    given_up = Event()

    def on_bytes(count: int) -> None:
        if given_up.is_set():
            raise _GivenUp
        advance(count)

    with ThreadPoolExecutor(PARALLEL) as workers:
        try:
            list(workers.map(lambda pin: _fetch_one(pin, folder, on_bytes), missing))
        except BaseException:  # Ctrl-C too: the pool would otherwise wait for 100 MB to arrive
            given_up.set()
            raise


def _fetch_one(pin: Pin, folder: Path, on_bytes: Callable[[int], None]) -> None:
    """Fetch into a folder aside, verify, and only then move into place: a broken transfer leaves nothing behind."""
    for attempt in range(1, ATTEMPTS + 1):
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as aside:
            try:
                component = maven(Path(aside), on_bytes).project(pin.group, pin.name).at_version(pin.version)
                path = Path(component.artifact(packaging=pin.packaging).resolve())
                verify(pin, path)
            except (OSError, RuntimeError, LocalStackError) as error:  # errors of requests are OSErrors
                if attempt < ATTEMPTS:
                    continue
                raise LocalStackError(
                    f"{pin.filename} cannot be fetched: {error}. Look at the network (a proxy is taken from "
                    "HTTPS_PROXY, a mirror from the [repositories] of jgo's configuration file) and start again; "
                    "what has arrived is kept."
                ) from error
            path.chmod(0o644)
            path.replace(folder / pin.filename)
            return


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """Show one progress bar for all files on a terminal; say nothing elsewhere."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("Fetching Kafka and Elasticsearch", total=total)
        yield lambda count: progress.advance(task, count)
