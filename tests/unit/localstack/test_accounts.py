"""Who the servers run as, and whether they can reach their folders."""

import os
import pwd
from pathlib import Path

import pytest

from marsad.errors import LocalStackError
from marsad.localstack.accounts import (
    Account,
    blocked_at,
    empty_folder,
    owned_folder,
    require_passage,
    servers_account,
)

ME = Account(os.geteuid(), os.getegid())
STRANGER = Account(64_001, 64_001)


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the code believe that root runs it; nothing here changes an owner."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.fixture
def open_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose parents are taken for passable, whatever pytest's own folder allows."""
    real = Path.stat

    def stat(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        found = real(path, follow_symlinks=follow_symlinks)
        above = path in tmp_path.parents or path == tmp_path
        return os.stat_result((found.st_mode | 0o111, *found[1:])) if above else found

    monkeypatch.setattr(Path, "stat", stat)
    return tmp_path


def test_a_user_runs_the_servers_as_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without root's rights nothing can be switched, and nothing needs to be."""
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    monkeypatch.setattr(os, "getegid", lambda: 567)

    assert servers_account(tmp_path) == Account(1234, 567)


@pytest.mark.usefixtures("as_root")
def test_root_runs_new_servers_as_nobody(tmp_path: Path) -> None:
    """Elasticsearch refuses root, so a stack that root makes belongs to nobody."""
    nobody = pwd.getpwnam("nobody")

    assert servers_account(tmp_path / "not yet there") == Account(nobody.pw_uid, nobody.pw_gid)


@pytest.mark.usefixtures("as_root")
def test_root_runs_a_users_stack_as_that_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data that a user began stay that user's when root starts the stack once."""
    found = tmp_path.stat()
    theirs = os.stat_result((*found[:4], 1234, 567, *found[6:]))
    monkeypatch.setattr(Path, "stat", lambda _path, **_kwargs: theirs)

    assert servers_account(tmp_path) == Account(1234, 567)


@pytest.mark.usefixtures("as_root")
def test_a_system_without_nobody_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A minimal container may have no such account; the message says what to do instead."""

    def unknown(name: str) -> pwd.struct_passwd:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", unknown)

    with pytest.raises(LocalStackError, match="Start as another user"):
        servers_account(tmp_path / "new")


def test_a_closed_folder_on_the_way_is_found(open_path: Path) -> None:
    """The first folder without the right to enter is the one to name, however deep the path goes on."""
    inner = open_path / "closed" / "deep"
    inner.mkdir(parents=True)
    (open_path / "closed").chmod(0o700)

    assert blocked_at(inner, STRANGER) == open_path / "closed"


def test_an_open_way_is_open(open_path: Path) -> None:
    """Folders that everybody may enter block nobody, and a file at the end is not a folder to enter."""
    file = open_path / "open" / "file"
    file.parent.mkdir()
    file.parent.chmod(0o755)
    file.write_text("")
    file.chmod(0o600)

    assert blocked_at(file, STRANGER) is None


def test_the_owner_needs_no_right_of_others(open_path: Path) -> None:
    """A folder closed to others is open to its owner."""
    closed = open_path / "closed"
    closed.mkdir()
    closed.chmod(0o700)

    assert blocked_at(closed, ME) is None


def test_the_owner_is_judged_by_the_owners_bits_alone(open_path: Path) -> None:
    """As in the kernel, an owner without the bit is shut out even where others may enter."""
    odd = open_path / "odd"
    odd.mkdir()
    odd.chmod(0o077)

    assert blocked_at(odd, ME) == odd
    odd.chmod(0o700)


def test_a_group_member_is_judged_by_the_groups_bits(open_path: Path) -> None:
    """A member of the folder's group enters by the group's bit."""
    shared = open_path / "shared"
    shared.mkdir()
    shared.chmod(0o750)

    assert blocked_at(shared, Account(STRANGER.uid, shared.stat().st_gid)) is None


@pytest.mark.usefixtures("as_root")
def test_the_blocking_folder_and_the_remedy_are_named(open_path: Path) -> None:
    """The message says which folder, and gives the command that opens it."""
    closed = open_path / "closed"
    closed.mkdir()
    closed.chmod(0o700)

    with pytest.raises(LocalStackError) as caught:
        require_passage(closed, STRANGER)

    assert f"chmod o+x {closed}" in str(caught.value)
    assert "MARSAD_DATA_DIR" in str(caught.value)


def test_a_user_may_use_a_closed_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the servers themselves needs no passage for others."""
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)

    require_passage(closed, STRANGER)


def test_a_new_folder_is_made_and_kept(tmp_path: Path) -> None:
    """The second call finds what the first made, with its content."""
    made = owned_folder(tmp_path / "data", ME)
    (made / "segment").write_text("kept")

    assert (owned_folder(tmp_path / "data", ME) / "segment").read_text() == "kept"
    assert made.stat().st_mode & 0o777 == 0o755


def test_a_link_put_in_place_of_a_new_folder_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between making a folder and giving it away, the account that owns the one above can replace it."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)

    def mkdir(path: Path) -> None:
        path.symlink_to(elsewhere)

    monkeypatch.setattr(Path, "mkdir", mkdir)

    with pytest.raises(OSError, match="data"):
        owned_folder(tmp_path / "data", ME)

    assert elsewhere.stat().st_mode & 0o777 == 0o700


def test_a_strangers_folder_is_not_taken_over(tmp_path: Path) -> None:
    """A folder of another account is refused with its owner, and its owner stays."""
    folder = tmp_path / "data"
    folder.mkdir()

    with pytest.raises(LocalStackError, match=f"belongs to user {ME.uid}"):
        owned_folder(folder, STRANGER)

    assert folder.stat().st_uid == ME.uid


def test_temporary_files_of_a_killed_server_are_cleared(tmp_path: Path) -> None:
    """A server that was killed left its unpacked libraries; the next start begins with an empty folder."""
    folder = owned_folder(tmp_path / "tmp", ME)
    (folder / "unpacked.so").write_text("left behind")

    assert list(empty_folder(folder, ME).iterdir()) == []
