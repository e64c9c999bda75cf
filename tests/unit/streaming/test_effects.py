"""What each outcome means in records."""

import pytest
from hypothesis import strategies as st

from marsad.contracts.codec import Record
from marsad.contracts.envelope import TASK_HEADER
from marsad.contracts.ids import derive
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.states import State
from marsad.contracts.topics import LANES
from marsad.contracts.urls import UrlDiscovered
from marsad.streaming.effects import ledger_record
from marsad.streaming.outcome import DONE, Emit, Outcome, Quarantine, Retry, Settle
from support.payloads import ARTICLE_ID, NOON, make_extracted, make_found, make_task
from unit.streaming.carrying import carry_out, event_data, event_of, report_of
from unit.streaming.doubles import TASK_ID, TERMINAL, headers_of, make_message

MIB = 1 << 20
TRACEPARENT = f"00-{'a' * 32}-{'b' * 16}-00"

any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates too
header_pairs = st.lists(st.tuples(st.text(max_size=20), st.none() | st.binary(max_size=20)), max_size=6)


def test_nothing_follows_from_done() -> None:
    """An event that has been dealt with entirely leaves no record."""
    assert carry_out(DONE) == []


def test_emitted_records_are_caused_by_the_event() -> None:
    """Records keep their order, take the event's trace and derive their ids from it."""
    message = make_message(extra=(("traceparent", TRACEPARENT.encode()), ("tracestate", b"a=1")))
    article = make_extracted()
    records = (
        Record("articles.extracted", ARTICLE_ID, article, task_id=TASK_ID),
        Record("urls.found", "b.example", make_found("https://b.example/"), part="https://b.example/"),
    )

    first, second = carry_out(Emit(records), message)
    cause = event_of(message).envelope.id

    assert (first.topic, first.key, event_data(first)) == ("articles.extracted", ARTICLE_ID.encode(), article)
    assert headers_of(first)["ce_id"] == derive(cause, "articles.extracted", ARTICLE_ID, "")
    assert headers_of(second)["ce_id"] == derive(cause, "urls.found", "b.example", "https://b.example/")
    for record in map(headers_of, (first, second)):
        assert record["traceparent"] == f"00-{'a' * 32}-{record['ce_id'][:16]}-00"
        assert record["tracestate"] == "a=1"
    assert headers_of(first)["ce_source"] == "/marsad/extraction"
    assert headers_of(first)[TASK_HEADER] == TASK_ID
    assert TASK_HEADER not in headers_of(second)


def test_a_new_task_begins_a_trace_of_its_own() -> None:
    """A page that a feed's record led to is found by its own task's id, not among the hundreds of its feed's."""
    new = derive("another task")
    message = make_message(extra=(("traceparent", TRACEPARENT.encode()), ("tracestate", b"a=1")))
    (wire,) = carry_out(Emit((Record("urls.found", "k", make_found("https://b.example/"), task_id=new),)), message)

    assert headers_of(wire)["traceparent"].split("-")[1] == new
    assert "tracestate" not in headers_of(wire)


@pytest.mark.parametrize("outcome", [Settle(State.GONE, "http_404", make_task()), Quarantine("r", "d"), DONE])
def test_a_redelivery_writes_the_same_ids(outcome: Outcome) -> None:
    """The same event and outcome give the same records, byte for byte, at the same time."""
    assert carry_out(outcome) == carry_out(outcome)


@pytest.mark.parametrize("lane", LANES)
def test_a_retry_goes_through_its_lane(lane: str) -> None:
    """The payload comes back under the key that it had, as the same task."""
    task = make_task()
    again = UrlDiscovered(task=task, target=task.url, attempt=1, not_before=None, validators=None)

    (wire,) = carry_out(Retry(lane, again, "http_503"), make_message(again, topic="urls.discovered", task_id=None))

    assert (wire.topic, wire.key) == (f"urls.retry.{lane}", b"ajil.example")
    assert event_data(wire) == again
    assert headers_of(wire)[TASK_HEADER] == TASK_ID


def test_a_lane_that_does_not_exist_is_refused() -> None:
    """A retry that nobody would read is an error, not a loss."""
    task = make_task()
    again = UrlDiscovered(task=task, target=task.url, not_before=None, validators=None)

    with pytest.raises(ValueError, match=r"urls\.retry\.2d"):
        carry_out(Retry("2d", again, "http_503"))


@pytest.mark.parametrize("state", TERMINAL)
def test_settling_reports_the_state(state: State) -> None:
    """The ledger gets one entry, under the task's id, with all that is known."""
    task = make_task()

    (wire,) = carry_out(Settle(state, "why", task, "for people", ARTICLE_ID))

    assert (wire.topic, wire.key) == ("ledger", TASK_ID.encode())
    assert report_of(wire) == LedgerEntry(
        task_id=TASK_ID,
        state=state,
        reason="why",
        detail="for people",
        service="extraction",
        at=NOON,
        article_id=ARTICLE_ID,
        task=task,
    )


def test_two_states_of_one_task_are_two_records() -> None:
    """A subscriber that tells records apart by id sees both reports."""
    made = [carry_out(Settle(state, "", make_task()))[0] for state in State]

    assert len({headers_of(wire)["ce_id"] for wire in made}) == len(State)


def test_settling_may_lead_to_records_too() -> None:
    """What else an event leads to comes before the report, so that nothing is settled before it is handed on."""
    found = Record("urls.found", "ajil.example", make_found("https://ajil.example/home"), part="home")

    wires = carry_out(Settle(State.DUPLICATE, "canonical", make_task(), records=(found,)))

    assert [wire.topic for wire in wires] == ["urls.found", "ledger"]


def test_settling_nobodys_task_reports_nothing() -> None:
    """A ledger entry that was read is no task of its own."""
    assert carry_out(Settle(State.INDEXED, "", None)) == []


@pytest.mark.parametrize(("field", "kept"), [("reason", 200), ("detail", 2_000)])
def test_long_reasons_are_cut(field: str, kept: int) -> None:
    """What an exception says may be endless; a report is not."""
    text = "ن" * 100_000
    settled = Settle(State.UNREACHABLE, **{"reason": "", "task": make_task(), field: text})  # type: ignore[arg-type]
    quarantined = Quarantine(**{"reason": "", "detail": "", field: text})

    assert getattr(report_of(carry_out(settled)[-1]), field) == text[:kept]
    assert getattr(report_of(carry_out(quarantined)[-1]), field) == text[:kept]
    assert headers_of(carry_out(quarantined)[0])[f"marsad_dead_{field}"] == text[:kept]


def test_every_report_is_its_own_record_by_state() -> None:
    """Reports of a task go under its id; their part is the state."""
    record = ledger_record(TASK_ID, State.READ, "discovery", NOON)

    assert (record.topic, record.key, record.part, record.task_id) == ("ledger", TASK_ID, "read", TASK_ID)
