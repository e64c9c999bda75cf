"""`make secrets`: passwords that containers can read, and nobody else."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from marsad.settings import REPOSITORY

SCRIPT = REPOSITORY / "deploy/docker/make-secrets"
NAMES = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))["secrets"].keys()
READER = 1000  # the containers' account
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")


def make(folder: Path, **options: int) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run([SCRIPT, folder], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where secrets go."""
    return tmp_path / "secrets"


def test_every_secret_of_the_compose_file_is_made(folder: Path) -> None:
    """Each is 48 hexadecimal digits, without an end of line, and none is like another."""
    make(folder)
    made = {file.name: file.read_text() for file in folder.iterdir()}

    assert made.keys() == NAMES
    assert [secret for secret in made.values() if len(secret) != 48 or int(secret, 16) < 0] == []
    assert len(set(made.values())) == len(made)


def test_nobody_else_can_read_them(folder: Path) -> None:
    """The folder is its owner's; the files are of the one mode that Elasticsearch takes without a right to write."""
    make(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o400}


def test_what_is_there_is_kept(folder: Path) -> None:
    """A second run changes nothing, and says so."""
    make(folder)
    before = {file.name: file.read_text() for file in folder.iterdir()}
    (folder / "analyst").unlink()

    again = make(folder)
    after = {file.name: file.read_text() for file in folder.iterdir()}

    assert {name: after[name] for name in NAMES - {"analyst"}} == {name: before[name] for name in NAMES - {"analyst"}}
    assert after["analyst"] != before["analyst"]
    assert sorted(line.rpartition("/")[2] for line in again.stdout.splitlines()) == sorted(
        f"{name} is {'new' if name == 'analyst' else 'kept'}" for name in NAMES
    )


def test_a_secret_is_never_printed(folder: Path) -> None:
    """Neither when it is made nor when it is kept."""
    said = "".join(run.stdout + run.stderr for run in (make(folder), make(folder)))

    assert [file.name for file in folder.iterdir() if file.read_text() in said] == []


def test_an_open_file_is_closed(folder: Path) -> None:
    """Elasticsearch refuses a password file that others may read."""
    make(folder)
    (folder / "elastic").chmod(0o644)

    make(folder)

    assert stat.S_IMODE((folder / "elastic").stat().st_mode) == 0o400


def test_an_empty_file_is_no_password(folder: Path) -> None:
    """It is neither kept nor overwritten."""
    folder.mkdir()
    (folder / "marsad").touch()

    refused = make(folder)

    assert refused.returncode == 1
    assert "marsad is empty" in refused.stderr
    assert (folder / "marsad").read_text() == ""


def test_a_folder_is_no_password(folder: Path) -> None:
    """Docker makes one where the file that it is to show a container is missing."""
    (folder / "marsad").mkdir(parents=True)

    refused = make(folder)

    assert refused.returncode == 1
    assert "marsad is empty or no file" in refused.stderr


def test_runs_at_once_make_one_set(folder: Path) -> None:
    """Each secret is whole, and nothing else is left behind."""
    runs = [subprocess.Popen([SCRIPT, folder], stdout=subprocess.DEVNULL) for _ in range(4)]

    for run in runs:
        run.wait()

    assert {file.name: file.stat().st_size for file in folder.iterdir()} == dict.fromkeys(NAMES, 48)


@needs_root
def test_a_killed_run_is_not_in_the_way(tmp_path: Path) -> None:
    """What it left is not of this run's name, so another account than root can repeat it too."""
    (tmp_path / "secrets").mkdir()
    left = tmp_path / "secrets/elastic.new"
    left.touch(0o400)
    for path in (tmp_path, left.parent, left):
        os.chown(path, 4711, 4711)

    make_as(4711, tmp_path)

    assert (tmp_path / "secrets/elastic").stat().st_size == 48


@needs_root
def test_root_gives_them_to_the_containers_account(folder: Path) -> None:
    """Nothing is left to be done."""
    assert make(folder).returncode == 0
    assert {file.stat().st_uid for file in folder.iterdir()} == {READER}


@needs_root
def test_the_containers_own_account_has_nothing_to_give_away(tmp_path: Path) -> None:
    """Its files are its own."""
    os.chown(tmp_path, READER, READER)

    assert make_as(READER, tmp_path).returncode == 0


@needs_root
def test_another_account_is_told_the_one_command(tmp_path: Path) -> None:
    """It ends badly until that was run; then all is kept."""
    os.chown(tmp_path, 4711, 4711)
    first = make_as(4711, tmp_path)
    for file in (tmp_path / "secrets").iterdir():
        os.chown(file, READER, -1)
    second = make_as(4711, tmp_path)

    assert first.returncode == 1
    assert "sudo chown 1000 'secrets/elastic'" in first.stderr
    assert second.returncode == 0
    assert second.stdout.count("is kept") == len(NAMES)


def make_as(account: int, place: Path) -> subprocess.CompletedProcess[str]:
    """Run a copy of the script as another account, which may not be able to enter the repository."""
    copy = place / "make-secrets"
    copy.write_bytes(SCRIPT.read_bytes())
    os.chown(copy, account, account)
    command = ["bash", "make-secrets", "secrets"]
    return subprocess.run(
        command, cwd=place, user=account, group=account, extra_groups=[], capture_output=True, text=True, check=False
    )


def test_neither_git_nor_the_builder_sees_them() -> None:
    """The folder and .env are ignored; the builder is sent a list of what it needs, and they are not on it."""
    ignored = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").split()
    sent = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert {"/secrets/", "/.env"} <= set(ignored)
    assert "*" in sent
    assert [line for line in sent if line.startswith("!") and ("secret" in line or ".env" in line)] == []
