"""Who may hand in URLs: bearer tokens (RFC 6750) from a file, compared in constant time."""

import hmac
from hashlib import sha256
from pathlib import Path

from marsad.errors import SettingsError

VARIABLE = "MARSAD_INTAKE__TOKEN_FILE"
SHORTEST = 16  # characters


class Tokens:
    """The tokens of a file, one a line; several let one be replaced while the other still counts.

    Raises SettingsError where the file cannot be read, holds none, or one that can be guessed.
    """

    def __init__(self, path: Path) -> None:
        try:
            lines = path.read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no UTF-8"
            raise SettingsError(f"{VARIABLE} names {path}, which cannot be read: {reason}.") from error
        if not lines or any(len(line) < SHORTEST for line in lines):
            raise SettingsError(
                f"{path} must hold a token of at least {SHORTEST} characters a line; `openssl rand -hex 32` makes one."
            )
        self._digests = [sha256(line.encode()).digest() for line in lines]

    def allow(self, authorization: str | None) -> bool:
        """Whether a value of Authorization bears one of the tokens."""
        scheme, _, token = (authorization or "").partition(" ")
        digest = sha256(token.strip().encode("utf-8", "surrogateescape")).digest()
        same = [hmac.compare_digest(digest, known) for known in self._digests]  # all of them, whichever fits
        return any(same) and scheme.lower() == "bearer"
