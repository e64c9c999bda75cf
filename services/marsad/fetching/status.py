"""What an answer's status means to a task, as one table (RFC 9110, section 15).

The status itself stays visible as the reason `http_NNN`.
"""

from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import Enum

RETRY_AFTER_MAX_S = 3_600.0  # a host that asks for more is asked again after this long


class Meaning(Enum):
    """What to do about an answer."""

    BODY = "its body is what was asked for"
    UNCHANGED = "what was asked for is as it was"
    GONE = "it was taken away, or never was"
    BLOCKED = "they do not let us in"
    OVERLOADED = "they ask us to come back later"
    BROKEN = "they failed; another attempt may go well"
    REFUSED = "nothing that can be used"


_MEANINGS: dict[int, Meaning] = {
    200: Meaning.BODY,
    203: Meaning.BODY,  # changed by a proxy of theirs
    304: Meaning.UNCHANGED,
    401: Meaning.BLOCKED,
    402: Meaning.BLOCKED,
    403: Meaning.BLOCKED,
    404: Meaning.GONE,
    407: Meaning.BLOCKED,
    408: Meaning.BROKEN,
    410: Meaning.GONE,
    425: Meaning.BROKEN,
    429: Meaning.OVERLOADED,
    451: Meaning.BLOCKED,
    503: Meaning.OVERLOADED,
}


def meaning_of(status: int) -> Meaning:
    """Return what a status means; other 5xx are broken, whatever else is not in the table is refused."""
    return _MEANINGS.get(status, Meaning.BROKEN if 500 <= status <= 599 else Meaning.REFUSED)  # noqa: PLR2004 - 5xx


def reason_of(status: int) -> str:
    """Return the reason code."""
    return f"http_{status}"


def retry_after_s(value: str | None, now: datetime) -> float:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), from 0 to an hour; 0 for nonsense."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), RETRY_AFTER_MAX_S)
    try:
        until = parsedate_to_datetime(text)
        seconds = (until - now).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):  # no date, or one without a zone
        return 0.0
    return min(max(seconds, 0.0), RETRY_AFTER_MAX_S)
