"""Dates for machines and for readers: what is read, how much is known, and what is none."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.extraction.dates import Found, for_machines, for_readers, of_path

MOSCOW = timezone(timedelta(hours=3))


def local(*parts: int) -> datetime:
    """Return a moment that names no zone."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - that is what pages write


@pytest.mark.parametrize(
    ("text", "when", "precision"),
    [
        ("2026-01-12T14:05:33+03:00", datetime(2026, 1, 12, 14, 5, 33, tzinfo=MOSCOW), "second"),
        ("2026-01-12T14:05:33+0300", datetime(2026, 1, 12, 14, 5, 33, tzinfo=MOSCOW), "second"),
        ("2026-01-12T14:05:33+03", datetime(2026, 1, 12, 14, 5, 33, tzinfo=MOSCOW), "second"),
        ("2026-01-12 14:05:33 +03:00", datetime(2026, 1, 12, 14, 5, 33, tzinfo=MOSCOW), "second"),
        ("2026-01-12T14:05:33.123456Z", datetime(2026, 1, 12, 14, 5, 33, tzinfo=UTC), "second"),
        ("2026-01-12T14:05:33-08:00", datetime(2026, 1, 12, 14, 5, 33, tzinfo=timezone(timedelta(hours=-8))), "second"),
        ("2026-01-12T14:05", local(2026, 1, 12, 14, 5), "minute"),
        ("2026-01-12T14:05Z", datetime(2026, 1, 12, 14, 5, tzinfo=UTC), "minute"),
        ("2026-1-2", local(2026, 1, 2), "day"),
        ("2026/01/12", local(2026, 1, 12), "day"),
        ("20260112", local(2026, 1, 12), "day"),
        ("20260112T1405+0300", datetime(2026, 1, 12, 14, 5, tzinfo=MOSCOW), "minute"),
        ("20260112T140533Z", datetime(2026, 1, 12, 14, 5, 33, tzinfo=UTC), "second"),
        ("Mon, 12 Jan 2026 14:05:33 GMT", datetime(2026, 1, 12, 14, 5, 33, tzinfo=UTC), "second"),
        ("1768226733", datetime(2026, 1, 12, 14, 5, 33, tzinfo=UTC), "second"),
        ("1768226733000", datetime(2026, 1, 12, 14, 5, 33, tzinfo=UTC), "second"),
        ("٢٠٢٦-٠١-١٢", local(2026, 1, 12), "day"),
        ("2026-01-12T00:00:00", local(2026, 1, 12), "day"),
        ("2026-01-12T00:00:00Z", datetime(2026, 1, 12, tzinfo=UTC), "second"),
        ("12 يناير 2026", local(2026, 1, 12), "day"),
    ],
)
def test_dates_for_machines(text: str, when: datetime, precision: str) -> None:
    """ISO 8601 in its spellings, RFC 5322, seconds; midnight without a zone is a date without a time."""
    found = for_machines(text)

    assert found is not None
    assert (found.when, found.precision) == (when, precision)
    assert found.when.tzinfo == when.tzinfo


@pytest.mark.parametrize(
    ("text", "when", "precision"),
    [
        ("دمشق، 12 كانون الثاني/يناير 2026 - 14:05", local(2026, 1, 12, 14, 5), "minute"),
        ("١٢ يناير ٢٠٢٦ الساعة ٠٢:٠٥ م", local(2026, 1, 12, 14, 5), "minute"),
        ("الاثنين 12 يناير 2026 12:10 ص", local(2026, 1, 12, 0, 10), "minute"),
        ("السبت 14 تشرين الثاني 2026، الساعة 09:05 مساءً", local(2026, 11, 14, 21, 5), "minute"),
        ("5 تشرين الأول 2026", local(2026, 10, 5), "day"),
        ("الأحد 3 أيار 2026", local(2026, 5, 3), "day"),
        ("3 آب 2026", local(2026, 8, 3), "day"),
        ("12 غشت 2026", local(2026, 8, 12), "day"),
        ("12 جويلية 2026", local(2026, 7, 12), "day"),
        ("12 ابريل 2026", local(2026, 4, 12), "day"),
        ("15:23 10.01.2022", local(2022, 1, 10, 15, 23), "minute"),
        ("تاريخ النشر: 03.05.2026 | 17:20 GMT", datetime(2026, 5, 3, 17, 20, tzinfo=UTC), "minute"),
        ("10/01/2026 05:20 بتوقيت غرينتش", datetime(2026, 1, 10, 5, 20, tzinfo=UTC), "minute"),
        ("January 12, 2026 3:04 p.m.", local(2026, 1, 12, 15, 4), "minute"),
        ("12 Jan 2026, 15:04:09", local(2026, 1, 12, 15, 4, 9), "second"),
        ("le 12 février 2026 à 9:05", local(2026, 2, 12, 9, 5), "minute"),
        ("12 января 2026, 14:05", local(2026, 1, 12, 14, 5), "minute"),
        ("2026/01/12 14:05", local(2026, 1, 12, 14, 5), "minute"),
        ("25/12/2026", local(2026, 12, 25), "day"),
    ],
)
def test_dates_for_readers(text: str, when: datetime, precision: str) -> None:
    """Months of the Mashreq, Egypt and the Maghreb, Arabic digits, halves of the day, Greenwich."""
    found = for_readers(text)

    assert found is not None
    assert (found.when, found.precision) == (when, precision)
    assert found.when.tzinfo == when.tzinfo


@pytest.mark.parametrize(
    "text",
    [
        *("", "today", "12", "12:30", "2026", "12 2026", "2026-13-40", "31/02/2026", "99/99/2026"),
        *("1970-01-01T00:00:00Z", "0", "0000-00-00", "0001-01-01T00:00:00", "1900-01-01", "1402/05/03", "1447-05-21"),
        *("12 JAN, 15:04", "منذ 5 ساعات", "9" * 500, "12 رجب 1447", "9999-12-31"),
    ],
)
def test_what_is_no_date_gives_none(text: str) -> None:
    """Neither half a date, nor one of another calendar, nor what content systems write for none."""
    assert for_machines(text) is None
    assert for_readers(text) is None


def test_numbers_that_could_be_two_dates_are_guessed_only_where_asked() -> None:
    """Arabic sites write the day first; an English page may mean either."""
    assert for_readers("10/01/2026") == Found(local(2026, 1, 10), "day")
    assert for_readers("10/01/2026", day_first=False) is None
    assert for_readers("10/25/2026", day_first=False) == Found(local(2026, 10, 25), "day")
    assert for_readers("25/10/2026", day_first=False) == Found(local(2026, 10, 25), "day")
    assert for_machines("10/01/2026") is None


@pytest.mark.parametrize("path", ["/news/2026/01/12/x.html", "/20260112/10455.html", "/a/2026-01-12-x", "/2026/01/12"])
def test_the_day_of_a_path(path: str) -> None:
    """As many content systems write it."""
    assert of_path(path) == Found(local(2026, 1, 12), "day")


@pytest.mark.parametrize("path", ["/", "/news/123456789", "/2026/13/12/", "/20269912/", "/2026/02/30/", "/1/2/3/"])
def test_other_numbers_in_a_path_are_no_day(path: str) -> None:
    """Numbers of articles least of all."""
    assert of_path(path) is None


def test_a_zone_is_kept_given_or_missed() -> None:
    """The date's own wins; without any, only the day is believed."""
    with_own = Found(datetime(2026, 1, 12, 14, 5, tzinfo=UTC), "minute")
    without = Found(local(2026, 1, 12, 14, 5), "minute")
    cairo = ZoneInfo("Africa/Cairo")

    assert with_own.in_zone(cairo) == with_own
    assert without.in_zone(cairo) == Found(datetime(2026, 1, 12, 14, 5, tzinfo=cairo), "minute")
    assert without.in_zone(None) == Found(datetime(2026, 1, 12, 14, 5, tzinfo=UTC), "day")


@given(st.text(max_size=80) | st.from_regex(r"[0-9:/. T+-]{1,40}", fullmatch=True))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Strangers' dates are often none."""
    for found in (for_machines(text), for_readers(text), of_path(text)):
        assert found is None or found.when.year >= 1900
