"""A dead letter: bytes and headers unchanged, facts that nobody can forge, a report of its task."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.articles import ArticleExtracted
from marsad.contracts.ids import derive
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.model import Task
from marsad.contracts.states import State
from marsad.streaming.effects import HEADER_BYTES, KEY_BYTES, PART_BYTES, TASK_BYTES, RawMessage
from marsad.streaming.outcome import Quarantine, Settle
from support.payloads import NOON, make_extracted, make_found, make_page, make_task
from unit.streaming.carrying import (
    carry_out,
    headers_of_ours,
    quarantine_broken,
    report_of,
    without_our_headers,
)
from unit.streaming.doubles import TASK_ID, headers_of, make_broken, make_message

MIB = 1 << 20
any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates too
header_pairs = st.lists(st.tuples(st.text(max_size=20), st.none() | st.binary(max_size=20)), max_size=6)


def test_a_dead_letter_keeps_bytes_and_headers() -> None:
    """Value, key and original headers are unchanged, twice the same name and a null included."""
    message = make_broken(b"\x00\xff{")

    (dead,) = quarantine_broken(message)

    assert (dead.topic, dead.key, dead.value) == ("extraction.dead", b"k", b"\x00\xff{")
    assert without_our_headers(dead) == [("x", b"1"), ("x", b"")]


def test_the_facts_stand_in_headers() -> None:
    """Who, why, where from and when: enough to look at a dead letter, and to replay it."""
    (dead,) = quarantine_broken(make_broken(offset=17), "undecodable", "ليس JSON")

    assert {name: text for name, text in headers_of(dead).items() if name.startswith("marsad_dead_")} == {
        "marsad_dead_service": "extraction",
        "marsad_dead_reason": "undecodable",
        "marsad_dead_detail": "ليس JSON",
        "marsad_dead_topic": "urls.found",
        "marsad_dead_partition": "2",
        "marsad_dead_offset": "17",
        "marsad_dead_timestamp_ms": "1000",
        "marsad_dead_at": NOON.isoformat(),
        "marsad_dead_part": "1/1",
    }


def test_a_strangers_facts_are_dropped() -> None:
    """A replayed dead letter, or a forger, cannot put words into our mouth."""
    message = make_message(extra=(("marsad_dead_reason", b"forged"), ("marsad_dead_pwned", b"1"), ("y", b"2")))

    dead = carry_out(Quarantine("true", ""), message)[0]

    assert headers_of(dead)["marsad_dead_reason"] == "true"
    assert "marsad_dead_pwned" not in headers_of(dead)
    assert headers_of(dead)["y"] == "2"
    assert len([name for name, _ in dead.headers if name == "marsad_dead_reason"]) == 1


def test_a_body_stays_with_its_dead_letter() -> None:
    """A page's bytes and its JSON header are both there to be replayed."""
    message = make_message(make_page(b"\x1f\x8b"), topic="pages.fetched", body=b"\x1f\x8b")

    dead = carry_out(Quarantine("r", "d"), message)[0]

    assert dead.value == b"\x1f\x8b"
    assert tuple(without_our_headers(dead)) == message.headers


@pytest.mark.parametrize("key", [None, b"k"])
def test_a_null_value_is_an_empty_one(key: bytes | None) -> None:
    """Kafka's client refuses a record without key and value: it would block its partition for good."""
    (dead,) = quarantine_broken(make_broken(None, key=key))

    assert (dead.key, dead.value) == (key, b"")


def test_a_quarantined_task_is_reported() -> None:
    """Beside the dead letter, the ledger says where the task ended."""
    task = make_task()
    message = make_message(make_extracted(), topic="articles.extracted", task_id=None)

    dead, entry = carry_out(Quarantine("handler_error", "ValueError: x"), message)
    report = report_of(entry)

    assert dead.topic == "extraction.dead"
    assert (report.task_id, report.state, report.task) == (task.task_id, State.QUARANTINED, task)
    assert (report.reason, report.detail) == ("handler_error", "ValueError: x")


def test_an_unreadable_records_task_is_known_by_its_header() -> None:
    """The task's header survives an unreadable payload; the id derives from the record's place."""
    message = make_broken(offset=4, task=TASK_ID.encode())

    _, entry = quarantine_broken(message)

    assert (report_of(entry).task_id, report_of(entry).task) == (TASK_ID, None)
    cause = derive("urls.found", "2", "4")
    assert headers_of(entry)["ce_id"] == derive(cause, "ledger", TASK_ID, "quarantined")


@pytest.mark.parametrize("task", [None, b"", b"x" * 32, b"0" * 31, b"0" * 33, b"0" * 32 + b"\n", b"\xff" * 32])
def test_a_task_that_is_no_id_is_not_reported(task: bytes | None) -> None:
    """A header that is no id names no task; the dead letter is kept all the same."""
    assert [wire.topic for wire in quarantine_broken(make_broken(task=task))] == ["extraction.dead"]


def test_a_broken_report_reports_nothing() -> None:
    """A ledger record that could not be dealt with says nothing about the task that it names."""
    entry = LedgerEntry(task_id=TASK_ID, state=State.INDEXED, service="indexing", at=NOON, task=make_task())
    message = make_message(entry, topic="ledger")

    assert [wire.topic for wire in carry_out(Quarantine("r", "d"), message)] == ["extraction.dead"]


@pytest.mark.parametrize("task", ["text", {"task_id": "x"}, ["list"], 7])
def test_an_undeclared_task_is_a_strangers(task: Any) -> None:
    """A field named `task` on a topic that has none is nobody's: its record can still be quarantined and retried."""
    message = make_message(make_found("https://ajil.example/", task=task))

    dead, entry = carry_out(Quarantine("r", "d"), message)

    assert dead.topic == "extraction.dead"
    assert (report_of(entry).task_id, report_of(entry).task) == (TASK_ID, None)


def test_a_huge_task_is_left_out_of_its_report() -> None:
    """A report always fits the ledger, or the quarantine of its record could never be written."""
    task = Task.model_validate({**dict(make_task()), "padding": "ن" * TASK_BYTES})

    for outcome in (Settle(State.GONE, "", task), Quarantine("r", "d")):
        message = make_message(ArticleExtracted(**{**dict(make_extracted()), "task": task}), topic="articles.extracted")
        entry = carry_out(outcome, message)[-1]

        assert (report_of(entry).task_id, report_of(entry).task) == (TASK_ID, None)
        assert entry.size < MIB


@given(any_text, any_text, header_pairs, st.none() | st.binary(), st.none() | st.binary())
def test_anything_can_be_quarantined(
    reason: str, detail: str, headers: list[tuple[str, bytes | None]], key: bytes | None, value: bytes | None
) -> None:
    """Whatever the bytes, the headers and the reasons are, the dead letter is made, and its facts are text."""
    message = RawMessage("urls.found", 0, 1, 2, key, value, tuple(headers))

    dead, *_ = quarantine_broken(message, reason, detail)

    assert (dead.key, dead.value) == (key, value or b"")
    assert set(headers_of_ours(dead)) == {
        f"marsad_dead_{name}"
        for name in ("service", "reason", "detail", "topic", "partition", "offset", "timestamp_ms", "at", "part")
    }
    assert without_our_headers(dead) == [
        (name, found or b"") for name, found in headers if not name.startswith("marsad_dead_")
    ]


@given(any_text, any_text)
def test_any_reason_can_be_reported(reason: str, detail: str) -> None:
    """Text of exceptions may hold anything, half an emoji included."""
    carried = carry_out(Quarantine(reason, detail)) + carry_out(Settle(State.GONE, reason, make_task(), detail))

    assert [wire.topic for wire in carried] == ["extraction.dead", "ledger", "ledger"]


def test_a_place_is_named_for_people() -> None:
    """Logs say where a record lies."""
    assert make_broken(offset=17).where == "urls.found[2]@17"


def test_a_record_that_decompresses_beyond_any_limit_is_kept_in_parts() -> None:
    """A stranger's compressed record may be larger than a dead letter: its parts together are its bytes."""
    value = bytes(range(256)) * (PART_BYTES // 256 * 2 + 1)
    letters = quarantine_broken(make_broken(value))

    assert [headers_of(letter)["marsad_dead_part"] for letter in letters] == ["1/3", "2/3", "3/3"]
    assert b"".join(letter.value or b"" for letter in letters) == value


def test_headers_and_keys_beyond_all_reason_are_cut_and_said() -> None:
    """The value is kept; what would keep the letter from fitting is left out, with a note of how much it was."""
    message = replace(make_broken(b"v", key=b"k" * (KEY_BYTES + 1)), headers=(("x", b"1" * HEADER_BYTES),))
    (letter,) = quarantine_broken(message)

    assert letter.value == b"v"
    assert len(letter.key or b"") == KEY_BYTES
    assert headers_of(letter)["marsad_dead_cut_key"] == str(KEY_BYTES + 1)
    assert "x" not in headers_of(letter)
    assert headers_of(letter)["marsad_dead_cut_headers"] == "1"
