"""Passwords from files: where each is read, and what is said where it cannot be. No message quotes a password."""

from pathlib import Path

from marsad.errors import SettingsError

REMEDY = "`make secrets` makes such files"


def read_password(path: Path, variable: str) -> str:
    """Return the password that a file holds, without the white space around it.

    Args:
        path: of the file.
        variable: the setting that led to it, for the message.

    Raises:
        SettingsError: the file is missing, unreadable, no text, or empty; names the file and the remedy.
    """
    try:
        password = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{variable}: {path} cannot be read: {error.strerror}. {REMEDY}.") from error
    except UnicodeDecodeError:  # not chained: it holds the bytes
        raise SettingsError(f"{variable}: {path} is no text in UTF-8. {REMEDY}.") from None
    if not password:
        raise SettingsError(f"{variable}: {path} is empty. {REMEDY}.")
    return password
