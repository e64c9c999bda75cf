"""Paths, and folders and files that other accounts can read."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from marsad.localstack.layout import SERVERS, Layout, open_folder, write_atomically
from marsad.settings import STACK_FILE


@pytest.fixture
def strict_umask() -> Iterator[None]:
    """A user whose new files nobody else may read."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_everything_lies_below_the_data_folder() -> None:
    """One folder to keep, to move or to delete."""
    layout = Layout(Path("/data"), Path("/data/stack/artefacts"))
    paths = [layout.lock, layout.identity, layout.ports, layout.processes]
    paths += [path for server in SERVERS for path in (layout.home(server), layout.log(server))]

    assert all(path.is_relative_to("/data/stack") for path in paths)
    assert len(set(paths)) == len(paths)


def test_the_stack_file_is_where_the_settings_look() -> None:
    """`marsad up` and the settings agree on its place."""
    assert Layout(Path("/data"), Path("/x")).stack_file == Path("/data") / STACK_FILE


@pytest.mark.usefixtures("strict_umask")
def test_new_folders_can_be_entered_by_the_servers(tmp_path: Path) -> None:
    """Root's umask must not shut out the account that the servers run as."""
    made = open_folder(tmp_path / "a" / "b")

    assert made.stat().st_mode & 0o777 == 0o755
    assert made.parent.stat().st_mode & 0o777 == 0o755


def test_an_existing_folder_keeps_its_rights(tmp_path: Path) -> None:
    """What the user closed stays closed: that is reported, not repaired."""
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o700)

    open_folder(closed)

    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("strict_umask")
def test_a_written_file_can_be_read_by_the_servers(tmp_path: Path) -> None:
    """Configuration is written by root and read by another account."""
    write_atomically(tmp_path / "conf", "text")

    assert (tmp_path / "conf").stat().st_mode & 0o777 == 0o644


def test_a_written_file_replaces_the_old_one_whole(tmp_path: Path) -> None:
    """An open reader goes on reading the old text, and nothing is left aside."""
    path = tmp_path / "stack.json"
    write_atomically(path, "the old text")
    with path.open() as reader:
        write_atomically(path, "new")

        assert reader.read() == "the old text"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_that_waits_is_not_followed(tmp_path: Path) -> None:
    """Whoever owns the folder cannot make root write, or open to all, a file elsewhere."""
    secret = tmp_path / "secret"
    secret.write_text("kept")
    secret.chmod(0o600)
    home = tmp_path / "home"
    home.mkdir()
    for name in ("conf", f".conf.{os.getpid()}"):
        (home / name).symlink_to(secret)

    write_atomically(home / "conf", "text")

    assert (secret.read_text(), secret.stat().st_mode & 0o777) == ("kept", 0o600)
    assert (home / "conf").read_text() == "text"
    assert not (home / "conf").is_symlink()
