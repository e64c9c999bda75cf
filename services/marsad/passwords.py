"""Passwords from files: where each is read, and what is said where it cannot be. No message quotes a password."""

from pathlib import Path

from marsad.errors import SettingsError

REMEDY = "`make secrets` makes such files"
MAX_BYTES = 4_096  # of a file; more is another file, named by mistake


def read_password(path: Path, variable: str) -> str:
    """Return the password that a file holds, without the white space around it.

    Args:
        path: of the file.
        variable: the setting that led to it, for the message.

    Raises:
        SettingsError: the file is missing, unreadable, too long, no text, empty, or not one line of letters; names
            the file and the remedy.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        password = raw.decode("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{variable}: {path} cannot be read: {error.strerror}. {REMEDY}.") from error
    except UnicodeDecodeError:  # not chained: it holds the bytes
        raise SettingsError(f"{variable}: {path} is no text in UTF-8. {REMEDY}.") from None
    if len(raw) > MAX_BYTES:
        raise SettingsError(f"{variable}: {path} is longer than {MAX_BYTES} bytes: it is no password. {REMEDY}.")
    if not password:
        raise SettingsError(f"{variable}: {path} is empty. {REMEDY}.")
    if not password.isprintable():  # it would be cut, or break what it is written into: headers, Kibana's YAML
        raise SettingsError(f"{variable}: {path} holds more than one line, or invisible characters. {REMEDY}.")
    return password
