"""From downloads to a tree: unpacked with its rights, stamped, built once, never half."""

import fcntl
import hashlib
import io
import os
import threading
import zipfile
from pathlib import Path

import pytest

from marsad.errors import LocalStackError
from marsad.localstack import download, install, pins
from marsad.localstack.accounts import Account
from marsad.localstack.pins import Pin

ME = Account(os.geteuid(), os.getegid())
HOME = f"elasticsearch-{pins.ELASTICSEARCH_VERSION}"


def archive() -> bytes:
    """Build a server's zip: a program with its run bit, a text without, an empty folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, mode in ((f"{HOME}/bin/start", 0o755), (f"{HOME}/NOTICE.txt", 0o664), (f"{HOME}/plugins/", 0o755)):
            item = zipfile.ZipInfo(name)
            item.external_attr = mode << 16
            file.writestr(item, b"" if name.endswith("/") else b"content")
    return buffer.getvalue()


FILES = {
    "kafka": ("broker", "jar", b"the broker"),
    "elasticsearch": ("elasticsearch", "zip", archive()),
    "compiler": ("ecj", "jar", b"the compiler"),
}


class Workshop:
    """An artefact folder, with transfers and the compiler replaced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fetched = 0
        self.compiled = 0
        self.said: list[str] = []
        self.compiler_fails = False

    def fetch(self, wanted: tuple[Pin, ...], folder: Path) -> int:
        """Stand in for `download.fetch`."""
        self.fetched += 1
        for pin in wanted:
            (folder / pin.filename).write_bytes(FILES[pin.role][2])
        return 7_000_000

    def compile_plugin(self, compiler: Path, elasticsearch: Path) -> None:
        """Stand in for the compiler's run."""
        assert compiler.exists()
        if self.compiler_fails:
            raise LocalStackError("does not compile")
        self.compiled += 1
        (elasticsearch / "plugins" / "ours").write_text("")

    def install(self, account: Account = ME) -> install.Installed:
        """Install into the folder."""
        return install.install(self.folder, account, self.said.append)


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """An empty artefact folder."""
    made = Workshop(tmp_path / "artefacts")
    made.folder.mkdir()
    runtime = tmp_path / "wheel"
    (runtime / "bin").mkdir(parents=True)
    (runtime / "bin" / "java").write_text("a program")
    (runtime / "bin" / "java").chmod(0o700)
    (runtime / "release").write_text("a text")
    (runtime / "release").chmod(0o600)
    entries = tuple(
        Pin(role, "g", name, pins.ELASTICSEARCH_VERSION, kind, len(body), hashlib.sha256(body).hexdigest())  # type: ignore[arg-type]
        for role, (name, kind, body) in FILES.items()
    )
    monkeypatch.setattr(pins, "pins", lambda: entries)
    monkeypatch.setattr(download, "fetch", made.fetch)
    monkeypatch.setattr(install, "_compile_plugin", made.compile_plugin)
    monkeypatch.setattr(install, "_wheel_home", lambda: runtime)
    monkeypatch.setattr(install, "blocked_at", lambda _path, account: None if account == ME else runtime)
    return made


def test_an_installation_is_complete(workshop: Workshop) -> None:
    """Every path that the servers are started from exists."""
    installed = workshop.install()

    assert installed.java.exists()
    assert all(jar.exists() for jar in installed.kafka_jars)
    assert (installed.elasticsearch / "bin" / "start").exists()
    assert (installed.elasticsearch / "plugins" / "ours").exists()


def test_the_archives_rights_are_kept(workshop: Workshop) -> None:
    """Python's zipfile drops the run bit; and nobody but us may write."""
    home = workshop.install().elasticsearch

    assert (home / "bin" / "start").stat().st_mode & 0o777 == 0o755
    assert (home / "NOTICE.txt").stat().st_mode & 0o777 == 0o644


def test_a_second_installation_does_nothing(workshop: Workshop) -> None:
    """The stamp says that the tree was made from these pins: no transfer, no hashing, no compiler."""
    first = workshop.install()

    assert workshop.install() == first
    assert (workshop.fetched, workshop.compiled) == (1, 1)
    assert len(workshop.said) == 2


def test_another_lock_file_means_another_tree(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new version never runs on an old tree; the old one stays for whoever uses it."""
    first = workshop.install()
    other = tmp_path / "artefacts.json"
    other.write_text("[]")
    monkeypatch.setattr(pins, "LOCK_FILE", other)

    second = workshop.install()

    assert second.elasticsearch != first.elasticsearch
    assert first.elasticsearch.exists()


def test_another_plugin_means_another_tree(workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who changes the plugin's source gets it compiled at the next start."""
    workshop.install()
    source = tmp_path / "analysis"
    source.mkdir()
    (source / "Plugin.java").write_text("class Plugin {}")
    monkeypatch.setattr(install, "ANALYSIS", source)

    workshop.install()

    assert workshop.compiled == 2


def test_a_missing_or_cut_jar_is_noticed(workshop: Workshop) -> None:
    """A class path with a hole gives errors that nobody understands; sizes are looked at in every start."""
    jar = workshop.install().kafka_jars[0]
    assert install.is_installed(workshop.folder)
    jar.write_bytes(jar.read_bytes()[:-1])
    assert not install.is_installed(workshop.folder)
    jar.unlink()
    assert not install.is_installed(workshop.folder)


def test_a_failed_build_leaves_no_tree(workshop: Workshop) -> None:
    """What is not complete is not there, and the next start builds it."""
    workshop.compiler_fails = True
    with pytest.raises(LocalStackError):
        workshop.install()
    assert sorted(path.name for path in workshop.folder.iterdir()) == [".lock", "downloads"]

    workshop.compiler_fails = False
    assert workshop.install().elasticsearch.exists()


def test_a_killed_build_is_cleared_away(workshop: Workshop) -> None:
    """A killed process leaves its half-done folders; they do not pile up."""
    stale = [workshop.folder / ".building-x", workshop.folder / "downloads" / ".fetching-x"]
    for folder in stale:
        folder.mkdir(parents=True)

    workshop.install()

    assert not any(folder.exists() for folder in stale)


def test_two_installations_do_not_meet(workshop: Workshop) -> None:
    """The second waits for the first, says so, and then finds the work done."""
    with (workshop.folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = threading.Thread(target=workshop.install)
        second.start()
        while not workshop.said:
            pass
        assert "waiting" in workshop.said[0]
        assert workshop.fetched == 0
    second.join()

    assert workshop.fetched == 1


def test_a_runtime_out_of_reach_is_copied(workshop: Workshop) -> None:
    """Root's own folders are closed to the servers' account: it gets a copy that it may run."""
    java = workshop.install(Account(64_001, 64_001)).java

    assert java.is_relative_to(workshop.folder)
    assert java.stat().st_mode & 0o777 == 0o755
    assert (java.parent.parent / "release").stat().st_mode & 0o777 == 0o644


def test_a_runtime_within_reach_is_used_in_place(workshop: Workshop) -> None:
    """100 MB are not copied without need."""
    assert not workshop.install(ME).java.is_relative_to(workshop.folder)


def test_the_plugins_source_names_what_its_descriptor_names() -> None:
    """The server loads the class that the descriptor names, for the version that it names."""
    descriptor = dict(
        line.split("=", 1) for line in (install.ANALYSIS / "plugin-descriptor.properties").read_text().splitlines()
    )
    *package, name = descriptor["classname"].split(".")

    assert descriptor["name"] == install.PLUGIN
    assert f"package {'.'.join(package)};" in (install.ANALYSIS / f"{name}.java").read_text()
    assert descriptor["elasticsearch.version"] == "@ELASTICSEARCH@"
