"""Facts about counting what came of fetches."""

import pytest

from marsad.contracts.states import State
from marsad.fetching.answers import judge, moved, outcome_of
from marsad.fetching.counts import HOST_BUSY, count, state_of
from marsad.streaming.outcome import Outcome, Retry, Settle
from marsad.telemetry.metrics import FETCHES
from support.payloads import NOON
from unit.fetching.doubles import make_discovered
from unit.fetching.outlet_files import outlet_at
from unit.fetching.test_answers import make_answer

DATA = make_discovered("https://ajil.example/1")


def answered(status: int) -> Outcome:
    """Return what an answer makes of a page that was known before."""
    data = DATA.model_copy(update={"known": True})
    answer = make_answer(status, body=b"" if status == 404 else b"<p>")
    return outcome_of(data, answer, judge(answer, data), NOON)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (answered(200), "fetched"),
        (answered(404), "gone"),
        (answered(403), "blocked"),
        (Settle(State.UNREACHABLE, "timeout", None), "unreachable"),
        (Retry("10s", DATA, "http_503"), "retry"),
        (Retry("10s", DATA, HOST_BUSY), None),
        (moved(DATA), None),
    ],
)
def test_a_fetch_has_one_state_and_what_was_none_has_none(outcome: Outcome, state: str | None) -> None:
    """Waiting for a host and going on elsewhere end no fetch; a retraction's page is gone."""
    assert state_of(outcome) == state


def test_only_outlets_with_a_file_have_a_count_of_their_own() -> None:
    """A stranger can make no label."""
    outlets = outlet_at("ajil.example")
    before = [FETCHES.labels(name, "blocked")._value.get() for name in ("ajil", "other")]
    for url in ("https://ajil.example/1", "https://www.ajil.example/2", "https://evil.example/3"):
        count(outlets, make_discovered(url), answered(403))
    after = [FETCHES.labels(name, "blocked")._value.get() for name in ("ajil", "other")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [2, 1]
