"""The account that the servers run as: Elasticsearch refuses root, so root starts them as somebody else."""

import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from marsad.errors import LocalStackError


@dataclass(frozen=True, slots=True)
class Account:
    """A user and their main group, by number."""

    uid: int
    gid: int


def servers_account(root: Path) -> Account:
    """Return who runs the servers: this user, or for root the owner of the stack's folder, or else `nobody`.

    Raises LocalStackError where there is no `nobody`.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if root.exists() and root.stat().st_uid != 0:
        return Account(root.stat().st_uid, root.stat().st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise LocalStackError(
            "Elasticsearch refuses to run as root, and there is no account `nobody` to run it as. "
            "Start as another user, or give that user the data folder."
        ) from error
    return Account(nobody.pw_uid, nobody.pw_gid)


def blocked_at(path: Path, account: Account) -> Path | None:
    """Return the first folder from / down to `path` that the account may not enter, or None. Raises OSError."""
    resolved = path.resolve()
    for folder in (*reversed(resolved.parents), resolved):
        if folder.is_dir() and not _may_enter(folder.stat(), account):
            return folder
    return None


def require_passage(path: Path, account: Account) -> None:
    """Raise LocalStackError naming the folder that keeps the servers' account from reaching `path`."""
    folder = blocked_at(path, account) if os.geteuid() == 0 else None
    if folder is not None:
        raise LocalStackError(
            f"The servers run as user {account.uid} (Elasticsearch refuses root), who may not enter {folder} on the "
            f"way to {path}. Choose a data folder outside of it (MARSAD_DATA_DIR, for example /var/lib/marsad), "
            f"or allow passing through: chmod o+x {folder}"
        )


def owned_folder(path: Path, account: Account) -> Path:
    """Make a folder that belongs to the servers' account. One that is there must belong to it: nothing is taken over.

    The folder above may belong to that account too, so what is made is changed by its descriptor: nobody can put a link
    in its place in between. Raises LocalStackError and OSError.
    """
    if not path.is_dir():
        path.mkdir()
        made = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            os.fchmod(made, 0o755)
            if os.geteuid() == 0:
                os.fchown(made, account.uid, account.gid)
        finally:
            os.close(made)
    owner = path.stat().st_uid
    if owner != account.uid:
        raise LocalStackError(
            f"{path} belongs to user {owner}, but the servers would run as user {account.uid}. Start as the user who "
            "made the data folder, or set MARSAD_DATA_DIR to another folder."
        )
    return path


def empty_folder(path: Path, account: Account) -> Path:
    """Make a folder for temporary files that a killed server could not clear away. Raises as `owned_folder`."""
    shutil.rmtree(path, ignore_errors=True)
    return owned_folder(path, account)


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
