"""Facts about what an answer's status means."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.fetching.status import RETRY_AFTER_MAX_S, Meaning, meaning_of, reason_of, retry_after_s

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

TABLE = {
    Meaning.BODY: {200, 203},
    Meaning.UNCHANGED: {304},
    Meaning.GONE: {404, 410},
    Meaning.BLOCKED: {401, 402, 403, 407, 451},
    Meaning.OVERLOADED: {429, 503},
    Meaning.BROKEN: {408, 425, 500, 501, 502, 504, 520, 599},
    Meaning.REFUSED: {101, 201, 202, 204, 206, 300, 305, 400, 405, 406, 409, 418, 421, 422, 431, 499, 600, 999},
}


@pytest.mark.parametrize(
    ("status", "meaning"), [(status, meaning) for meaning, all_ in TABLE.items() for status in all_]
)
def test_every_status_has_its_meaning(status: int, meaning: Meaning) -> None:
    """As the table says; the status stays visible as the reason."""
    assert meaning_of(status) is meaning
    assert reason_of(status) == f"http_{status}"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sun, 22 Nov 2026 12:01:30 GMT", 90),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Sun, 22 Nov 2099 11:00:00 GMT", RETRY_AFTER_MAX_S),
        ("999999999999999999999999", RETRY_AFTER_MAX_S),
        ("86400", RETRY_AFTER_MAX_S),
        (None, 0),
        ("", 0),
        ("soon", 0),
        ("-1", 0),
        ("1.5", 0),
        ("٦٠", 0),
        ("Sun, 22 Nov 2026 12:01:30 -0000", 0),
        ("Sun, 99 Nov 2026 12:01:30 GMT", 0),
    ],
)
def test_retry_after_is_honoured_up_to_an_hour(value: str | None, seconds: float) -> None:
    """Seconds and dates count, nonsense does not."""
    assert retry_after_s(value, NOW) == seconds


@given(st.text())
def test_no_retry_after_breaks_anything(value: str) -> None:
    """Headers are a stranger's."""
    assert 0 <= retry_after_s(value, NOW) <= RETRY_AFTER_MAX_S
