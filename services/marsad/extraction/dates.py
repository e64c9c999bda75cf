"""Reads one date as pages write it: for machines (ISO 8601, RFC 5322, seconds since 1970) or for readers.

What is found keeps how much of it is known, and whether it names its zone.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path

import yaml

from marsad.extraction.result import Precision
from marsad.text.normalise import normalise

__all__ = ["Found", "for_machines", "for_readers", "of_path"]

EARLIEST, LATEST = 1900, 2200  # years
MAX_CHARS = 200  # of a text that is searched for a date
# What content systems write where they know no date.
EMPTY = frozenset({(1900, 1, 1), (1970, 1, 1)})

_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T\s,|-]{1,3}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(Z\b|UTC\b|GMT\b|[+-]\d{2}:?\d{2}\b|[+-]\d{2}\b)?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(Z|[+-]\d{4})?$", re.IGNORECASE)
_EPOCH = re.compile(r"^(\d{10})(?:\d{3}|\.\d+)?$")
_PATH = re.compile(r"/(20\d{2}|19\d{2})[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?:[/_-]|$)")
_NUMBERS = re.compile(r"(?<![\d:])(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)")
_CLOCK = re.compile(
    r"(?<![\d:./-])(\d{1,2}):(\d{2})(?::(\d{2}))?(?![\d:])"
    r"(?:\s*(ص|م|صباحا|مساء|a\.?m|p\.?m)(?!\w)\.?)?(?:\s*(?:بتوقيت\s)?(gmt|utc|غرينتش|جرينتش)(?!\w))?"
)
_AFTERNOON = frozenset({"م", "مساء", "pm", "p.m"})
_MORNING = frozenset({"ص", "صباحا", "am", "a.m"})


@dataclass(frozen=True, slots=True)
class Found:
    """A date as it was written."""

    when: datetime
    """Naive where no zone is named; midnight where only the day is known."""
    precision: Precision

    def in_zone(self, zone: tzinfo | None) -> "Found":
        """Return it with a zone: its own, else this one, else UTC, where only the day is known."""
        if self.when.tzinfo is not None:
            return self
        if zone is not None:
            return Found(self.when.replace(tzinfo=zone), self.precision)
        return Found(self.when.replace(tzinfo=UTC), "day")


def for_machines(text: str) -> Found | None:
    """Read what a page's head or a `datetime` attribute says."""
    text = normalise(text[:MAX_CHARS], "und")  # digits of all scripts
    if match := _EPOCH.match(text):
        return _checked(datetime.fromtimestamp(int(match[1]), UTC), "second")
    match = _COMPACT.match(text) or _ISO.match(text)
    if match:
        year, month, day, hour, minute, second, zone = match.groups()
        return _built((year, month, day), (hour, minute, second), _offset(zone))
    try:
        return _checked(parsedate_to_datetime(text), "second")
    except (ValueError, TypeError, OverflowError):
        return for_readers(text, day_first=False)


def for_readers(text: str, *, day_first: bool = True) -> Found | None:
    """Read a date between other words: with a month's name (Arabic, English, French, Russian) or in numbers.

    Numbers that could be two dates are read with the day first, or where that is not sure, not at all.
    """
    text = normalise(text[:MAX_CHARS], "ar")
    parts = _named_day(text) or _numbered_day(text, day_first=day_first)
    if parts is None:
        return None
    clock = _CLOCK.search(text)
    if clock is None:
        return _built(parts, (None, None, None), None)
    hour, half = int(clock[1]), clock[4]
    if half in _AFTERNOON and hour < 12:  # noqa: PLR2004 - hours
        hour += 12
    elif half in _MORNING and hour == 12:  # noqa: PLR2004 - hours
        hour = 0
    return _built(parts, (str(hour), clock[2], clock[3]), UTC if clock[5] else None)


def of_path(path: str) -> Found | None:
    """Return the day that a URL's path names, as `/2026/01/12/` or `/20260112/`."""
    match = _PATH.search(path)
    return _built((match[1], match[2], match[3]), (None, None, None), None) if match else None


def _named_day(text: str) -> tuple[str, str, str] | None:
    before, after, numbers = _by_name()
    if match := before.search(text):
        return match[3], str(numbers[match[2]]), match[1]
    if match := after.search(text):
        return match[3], str(numbers[match[1]]), match[2]
    return None


def _numbered_day(text: str, *, day_first: bool) -> tuple[str, str, str] | None:
    if match := _ISO.search(text):
        return match[1], match[2], match[3]
    if match := _NUMBERS.search(text):
        first, second, year = match.groups()
        if day_first or int(first) > 12:  # noqa: PLR2004 - months
            return year, second, first
        if int(second) > 12:  # noqa: PLR2004 - months
            return year, first, second
    return None


@cache
def _by_name() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, int]]:
    """Return what matches "12 January 2026", what matches "January 12, 2026", and the months' numbers."""
    months = yaml.safe_load((Path(__file__).parent / "months.yaml").read_text(encoding="utf-8"))
    numbers = {normalise(name, "ar"): number for number, names in enumerate(months, 1) for name in names}
    name = "|".join(sorted(map(re.escape, numbers), key=len, reverse=True))
    twin = rf"(?:\s?[/(-]\s?(?:{name})\s?\)?)?"  # «كانون الثاني/يناير»
    before = rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er)?[\s,./-]{{1,3}}({name})\.?{twin}[\s,./-]{{0,3}}(\d{{4}})(?!\d)"
    after = rf"(?<!\w)({name})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?,?\s(\d{{4}})(?!\d)"
    return re.compile(before), re.compile(after), numbers


def _offset(zone: str | None) -> tzinfo | None:
    if not zone:
        return None
    if zone[0] not in "+-":
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes >= 24 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))


def _built(
    day: tuple[str, str, str], clock: tuple[str | None, str | None, str | None], zone: tzinfo | None
) -> Found | None:
    year, month, date = map(int, day)
    hour, minute, second = (int(part or 0) for part in clock)
    try:
        when = datetime(year, month, date, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    if clock[0] is None or (zone is None and not hour and not minute and not second):  # midnight fills a gap
        return _checked(when, "day")
    return _checked(when, "minute" if clock[2] is None else "second")


def _checked(when: datetime, precision: Precision) -> Found | None:
    known = EARLIEST <= when.year <= LATEST and (when.year, when.month, when.day) not in EMPTY
    return Found(when, precision) if known else None
