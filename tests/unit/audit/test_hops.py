"""What each record says of its task, and that no record can hide."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marsad.audit.hops import Hop, hop_of
from marsad.contracts.articles import ArticleEnriched, Processing, StageFailure
from marsad.contracts.codec import Record, encode
from marsad.contracts.model import Payload
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered
from marsad.streaming.effects import RawMessage, ledger_record
from support.payloads import (
    NOON,
    make_extracted,
    make_found,
    make_page,
    make_revised,
    make_task,
    make_withdrawn,
    minutes,
)

TASK = make_task(aliases=("https://kurz.example/1",))


def hop(topic: str, data: Payload, body: bytes | None = None, **place: int) -> Hop:
    """Return what a record of this payload says."""
    wire = encode(Record(topic, "k", data, body, TASK.task_id), cause="c", source="t", at=NOON)
    return hop_of(topic, message(topic, wire.value, wire.headers, **place))


def message(topic: str, value: bytes | None, headers: Any, *, offset: int = 7) -> RawMessage:
    """Return a record as the broker gives it, written a minute after noon."""
    return RawMessage(topic, 2, offset, round(minutes(1).timestamp() * 1000), b"k", value, tuple(headers))


def to_fetch(**fields: Any) -> UrlDiscovered:
    """Return a URL to fetch."""
    given = {"task": TASK, "target": TASK.url, "not_before": None, "validators": None}
    return UrlDiscovered.model_validate(given | fields)


def enriched() -> ArticleEnriched:
    """Return an article one of whose stages has failed."""
    failure = StageFailure(stage="places", error="KeyError", message="no such city")
    processing = Processing(version="0", stages_ms={"language": 1.25, "places": 3.0}, failures=(failure,))
    return ArticleEnriched(**dict(make_revised(task=TASK)), enrichment={}, processing=processing)


@pytest.mark.parametrize(
    ("topic", "data", "what", "facts"),
    [
        ("urls.found", make_found("https://a.example/", referrer="https://a.example/rss"), "found", "by https://a.ex"),
        ("urls.discovered", to_fetch(known=True), "handed on", "fetched before"),
        ("urls.discovered", to_fetch(hops=2, target="https://b.example/"), "redirected", "https://b.example/, 2 redir"),
        ("urls.retry.1m", to_fetch(attempt=2), "put off", "2 failed so far"),
        ("urls.retry.1m", to_fetch(not_before=minutes(3)), "put off", "its host is busy, not before 12:03:00"),
        (
            "pages.fetched",
            make_page(task=TASK),
            "fetched",
            "status 200, https://ajil.example/a, by way of https://kurz",
        ),
        ("articles.extracted", make_extracted("ab", task=TASK), "extracted", "عنوان, 2 characters"),
        ("articles.extracted", make_withdrawn(task=TASK), "extracted", "the page is gone"),
        ("articles.revised", make_revised(task=TASK), "revised", "revision 1, first"),
        (
            "articles.enriched",
            enriched(),
            "enriched",
            "language 1.2 ms, places 3.0 ms, places failed: KeyError: no such",
        ),
    ],
)
def test_each_record_says_what_it_adds(topic: str, data: Payload, what: str, facts: str) -> None:
    """In a word or two, with the facts that an operator asks for."""
    found = hop(topic, data, b"<html>" if topic == "pages.fetched" else None)

    assert found.what == what
    assert facts in ", ".join(found.facts)
    assert (found.at, found.topic, found.place) == (NOON, topic, "2-7")
    assert found.state is None


def test_a_report_says_state_reason_and_reporter() -> None:
    """And it alone has a state."""
    entry = ledger_record(
        TASK.task_id, State.REFUSED, "fetching", NOON, task=TASK, reason="robots", detail="Disallow: /"
    )

    found = hop("ledger", entry.data)

    assert found.what == "reported refused"
    assert found.facts == ("robots", "Disallow: /", "by fetching")
    assert found.state is State.REFUSED


@pytest.mark.parametrize(("topic", "delay_s"), [("urls.retry.10s", 10), ("urls.retry.1h", 3_600)])
def test_a_lane_hands_out_its_delay_after_the_broker_had_the_record(topic: str, delay_s: int) -> None:
    """Other topics have nothing to wait for."""
    assert hop(topic, to_fetch()).due == minutes(1) + timedelta(seconds=delay_s)
    assert hop("urls.discovered", to_fetch()).due is None


def test_urls_that_lead_on_are_named() -> None:
    """A redirect to another domain goes on under that domain's key."""
    found = hop("urls.discovered", to_fetch(hops=1, target="https://b.example/"))

    assert set(found.urls) == {TASK.url, "https://kurz.example/1", "https://b.example/"}
    assert set(hop("pages.fetched", make_page(task=TASK, final_url="https://c.example/"), b"").urls) == {
        TASK.url,
        "https://kurz.example/1",
        "https://c.example/",
    }


def test_a_dead_letter_says_why_and_where_from() -> None:
    """Its time is the broker's; its place is what `marsad dlq` takes."""
    headers = [
        ("marsad_dead_reason", b"undecodable"),
        ("marsad_dead_detail", b"no JSON"),
        ("marsad_dead_topic", b"pages.fetched"),
        ("marsad_dead_partition", b"3"),
        ("marsad_dead_offset", b"14"),
    ]

    found = hop_of("extraction.dead", message("extraction.dead", b"\xff", headers))

    assert found.what == "quarantined"
    assert found.facts == ("undecodable", "no JSON", "from pages.fetched[3]@14")
    assert (found.at, found.place) == (minutes(1), "2-7")


@pytest.mark.parametrize(("stamp_ms", "year"), [(-1, 1970), (-(1 << 62), 1970), (1 << 62, 9999)])
def test_a_time_that_no_calendar_holds_is_the_nearest(stamp_ms: int, year: int) -> None:
    """A writer may set any: the way of a task is shown all the same."""
    wire = encode(Record("urls.retry.1h", "k", to_fetch(), task_id=TASK.task_id), cause="c", source="t", at=NOON)
    lane = hop_of("urls.retry.1h", RawMessage("urls.retry.1h", 2, 7, stamp_ms, b"k", wire.value, wire.headers))

    assert lane.due is not None
    assert (lane.what, lane.due.year) == ("put off", year)


@pytest.mark.parametrize("value", [None, b"", b"\xff\xff", b"[" * 100_000])
def test_a_record_that_cannot_be_read_is_shown_as_such(value: bytes | None) -> None:
    """Whatever a stranger wrote, its place is on the way."""
    wire = encode(Record("urls.found", "k", make_found("https://a.example/")), cause="c", source="t", at=NOON)

    found = hop_of("urls.found", message("urls.found", value, wire.headers))

    assert found.what == "unreadable"
    assert found.at == datetime.fromtimestamp(minutes(1).timestamp(), UTC)
    assert found.facts != ("",)
