"""Dates as pages of the newsroom show them: names of months and days, the Hijri and the Persian calendar."""

from datetime import date, datetime, timedelta
from pathlib import Path

from marsad.newsroom.content import read_yaml

_NAMES = read_yaml(Path(__file__).parent / "calendars.yaml")

# Day 1 as `date.toordinal` counts: E. M. Reingold and N. Dershowitz, Calendrical Calculations, 4th edition, chapter 7.
_HIJRI_EPOCH = 227_015
_KNOWN_YEAR, _KNOWN_NOWRUZ = 1375, date(1996, 3, 20)


def month_name(month: int, language: str) -> str:
    """Return the name of a month as it stands behind a day; `ar-levant`, `hijri`, `persian` are lists too."""
    names: list[str] = _NAMES["months"][language]
    return names[month - 1]


def day_name(moment: datetime, language: str) -> str:
    """Return the day of the week."""
    names: list[str] = _NAMES["days"][language]
    return names[moment.weekday()]


def hijri(day: date) -> tuple[int, int, int]:
    """Return year, month and day of the tabular Islamic calendar, which is within a day of what is announced."""
    gone = day.toordinal() - _HIJRI_EPOCH
    year = (30 * gone + 10_646) // 10_631
    into = gone - _hijri_new_year(year)
    month = min(12, (11 * into + 330) // 325)
    return year, month, into - (29 * (month - 1) + month // 2) + 1


def _hijri_new_year(year: int) -> int:
    return 354 * (year - 1) + (3 + 11 * year) // 30


def persian(day: date) -> tuple[int, int, int]:
    """Return year, month and day of the Solar Hijri calendar by its cycle of 33 years, right from 1996 to 2088."""
    year = day.year - 621
    if day < _nowruz(year):
        year -= 1
    into = (day - _nowruz(year)).days
    month = into // 31 if into < 186 else 6 + (into - 186) // 30  # noqa: PLR2004 - six months of 31 days come first
    return year, month + 1, into - (31 * month if month <= 6 else 186 + 30 * (month - 6)) + 1  # noqa: PLR2004 - as above


def _nowruz(year: int) -> date:
    leaps = sum((25 * number + 11) % 33 < 8 for number in range(_KNOWN_YEAR, year))  # noqa: PLR2004 - eight of 33
    return _KNOWN_NOWRUZ + timedelta(days=365 * (year - _KNOWN_YEAR) + leaps)


def digits(text: str, zero: str) -> str:
    """Return a text with its digits in the script that has this zero (`٠` Arabic, `۰` Persian)."""
    return text.translate({ord("0") + number: ord(zero) + number for number in range(10)})
