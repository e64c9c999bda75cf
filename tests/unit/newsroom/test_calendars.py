"""Tests of the dates that pages show."""

from datetime import UTC, date, datetime, timedelta

import pytest

from marsad.newsroom.calendars import day_name, digits, hijri, month_name, persian


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 22), (1448, 6, 11)),
        (date(2000, 1, 1), (1420, 9, 24)),
        (date(622, 7, 19), (1, 1, 1)),
        (date(2024, 7, 8), (1446, 1, 1)),
    ],
)
def test_hijri_dates_follow_the_tabular_calendar(day: date, expected: tuple[int, int, int]) -> None:
    """Known pairs, the first day of the calendar among them (19 July 622 of the Gregorian calendar)."""
    assert hijri(day) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 22), (1405, 9, 1)),
        (date(2026, 3, 20), (1404, 12, 29)),
        (date(2026, 3, 21), (1405, 1, 1)),
        (date(2025, 3, 20), (1403, 12, 30)),
        (date(2025, 3, 21), (1404, 1, 1)),
        (date(2024, 3, 20), (1403, 1, 1)),
        (date(2030, 3, 20), (1408, 12, 30)),
        (date(1996, 3, 20), (1375, 1, 1)),
    ],
)
def test_persian_dates_know_their_leap_years(day: date, expected: tuple[int, int, int]) -> None:
    """New year's days and last days of leap years and others."""
    assert persian(day) == expected


@pytest.mark.parametrize("convert", [hijri, persian])
def test_days_follow_one_another(convert: object) -> None:
    """Over forty years each day is the next of its month, or the first of the next month, or of the next year."""
    assert callable(convert)
    day, before = date(2000, 1, 1), convert(date(1999, 12, 31))
    for _ in range(40 * 365):
        year, month, number = convert(day)
        last = before[2]
        assert (year, month, number) in {
            (before[0], before[1], last + 1),
            (before[0], before[1] + 1, 1),
            (before[0] + 1, 1, 1),
        }
        assert month <= 12
        assert last >= 29 or number == last + 1
        before, day = (year, month, number), day + timedelta(days=1)


def test_months_and_days_have_names() -> None:
    """In the case and the list that a page asks for."""
    monday = datetime(2026, 5, 4, tzinfo=UTC)

    assert month_name(5, "ru") == "мая"
    assert [month_name(11, name) for name in ("ar", "ar-levant", "en")] == ["نوفمبر", "تشرين الثاني", "November"]
    assert [month_name(9, name) for name in ("hijri", "persian")] == ["رمضان", "آذر"]
    assert [day_name(monday, language) for language in ("ar", "fa")] == ["الاثنين", "دوشنبه"]


def test_digits_change_script() -> None:
    """Only digits do."""
    assert digits("1405، a 09:30", "۰") == "۱۴۰۵، a ۰۹:۳۰"
