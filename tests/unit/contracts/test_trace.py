"""W3C trace context: what is taken, what is dropped, and what a record of ours carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.codec import Record, encode
from marsad.contracts.envelope import Envelope, parse, text_of
from marsad.contracts.trace import RANDOM, SAMPLED, TraceContext, context_of, parse_traceparent, passed_on
from support.payloads import NOON, make_found, make_task

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
VALID = f"00-{TRACE}-{PARENT}-01"
digits = st.text("0123456789abcdef", min_size=32, max_size=32)


def test_a_valid_header_is_read() -> None:
    """Trace, parent and flags, as the standard's own example has them."""
    assert parse_traceparent(VALID) == TraceContext(TRACE, PARENT, SAMPLED)
    assert TraceContext(TRACE, PARENT, SAMPLED).traceparent == VALID


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "00-1-2-01",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{TRACE}-{PARENT}-1",
        f" {VALID}",
        f"{VALID}\n",
        f"01-{TRACE}-{PARENT}-01more",
        f"0١-{TRACE}-{PARENT}-01",
    ],
)
def test_an_invalid_header_is_none(text: str | None) -> None:
    """Section 3.2: the whole header is ignored, nothing of it is guessed."""
    assert parse_traceparent(text) is None


@pytest.mark.parametrize("more", ["", "-what-will-be"])
def test_of_a_later_version_the_known_part_counts(more: str) -> None:
    """Section 4.3: it is parsed as far as it is known, and goes on as version 00."""
    found = parse_traceparent(f"cc-{TRACE}-{PARENT}-01{more}")

    assert found is not None
    assert found.traceparent == VALID


@pytest.mark.parametrize(("given_flags", "kept"), [("00", 0), ("01", SAMPLED), ("03", SAMPLED | RANDOM), ("fc", 0)])
def test_known_flags_are_kept_and_others_cleared(given_flags: str, kept: int) -> None:
    """Section 3.2.2.5: the meaning of other flags is not known, so they must be zero."""
    found = parse_traceparent(f"00-{TRACE}-{PARENT}-{given_flags}")

    assert found is not None
    assert found.flags == kept


@given(st.text())
def test_any_text_is_a_context_or_none(text: str) -> None:
    """Strangers write this header: nothing is raised."""
    found = parse_traceparent(text)

    assert found is None or parse_traceparent(found.traceparent) == found


@given(digits, st.none() | digits, st.none() | st.just(TraceContext(TRACE, PARENT, RANDOM)))
def test_every_record_gets_a_valid_place(record_id: str, task_id: str | None, cause: TraceContext | None) -> None:
    """Whatever the ids are, all zeros included; a cause's trace and flags are kept."""
    made = context_of(record_id, task_id, cause)

    assert parse_traceparent(made.traceparent) == made
    if cause:
        assert (made.trace_id, made.flags) == (cause.trace_id, cause.flags)


@pytest.mark.parametrize(
    ("record_id", "parent_id"),
    [("a" * 16 + "b" * 16, "a" * 16), ("0" * 16 + "b" * 16, "b" * 16), ("0" * 32, "0" * 15 + "1")],
)
def test_the_parent_id_comes_from_the_record(record_id: str, parent_id: str) -> None:
    """All zero is invalid (section 3.2.2.4), so the other half is taken, or the smallest number."""
    assert context_of(record_id, TRACE, None).parent_id == parent_id


def test_a_trace_begins_with_its_task() -> None:
    """It bears the task's id; where there is none, the record's."""
    assert context_of("c" * 32, TRACE, None) == TraceContext(TRACE, "c" * 16, SAMPLED)
    assert context_of("c" * 32, None, None).trace_id == "c" * 32
    assert context_of("c" * 32, "0" * 32, None).trace_id == "c" * 32


@pytest.mark.parametrize("state", ["a=1", "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7", "a=1 , b=2,", "t@v=x"])
def test_a_tracestate_is_passed_on_as_it_is(state: str) -> None:
    """Its members are the vendors' own."""
    assert passed_on(state) == state


@pytest.mark.parametrize("state", [None, "", "a", "a=\x1b[2J", "a=ا", "A=1", "a=" + "x" * 511, "a=1\n"])
def test_a_tracestate_that_is_none_is_dropped(state: str | None) -> None:
    """Missing, malformed, longer than everybody must carry, or with what steers a terminal."""
    assert passed_on(state) is None


def headers_after(cause: dict[str, str]) -> dict[str, str]:
    """Return the headers of a record that this one's headers led to."""
    given_headers = {
        "ce_specversion": "1.0",
        "ce_id": "i",
        "ce_type": "t",
        "ce_source": "s",
        "ce_time": NOON.isoformat(),
    }
    parent = parse((name, value.encode()) for name, value in {**given_headers, **cause}.items())
    record = Record("urls.found", "k", make_found("https://a.example/"), task_id=make_task().task_id)
    return text_of(encode(record, cause=parent.id, source="test", at=NOON, parent=parent).headers)


def test_a_hop_keeps_the_trace_under_a_parent_of_its_own() -> None:
    """Trace and flags are the cause's, the parent-id is the record's, the vendors' state goes along."""
    written = headers_after({"traceparent": f"00-{TRACE}-{PARENT}-00", "tracestate": "a=1"})

    assert written["traceparent"] == f"00-{TRACE}-{written['ce_id'][:16]}-00"
    assert written["tracestate"] == "a=1"


def test_after_an_invalid_header_a_new_trace_begins() -> None:
    """Section 4.3; its tracestate belongs to nothing any more."""
    written = headers_after({"traceparent": "00-1-2-01", "tracestate": "a=1"})

    assert written["traceparent"] == f"00-{make_task().task_id}-{written['ce_id'][:16]}-01"
    assert "tracestate" not in written


def test_an_invalid_header_does_not_reach_the_envelope() -> None:
    """Nobody behind the reader has to look again."""
    good = Envelope("i", "t", "s", NOON, traceparent=VALID, tracestate="a=1")
    bad = Envelope("i", "t", "s", NOON, traceparent="x", tracestate="a=1")

    assert parse(good.headers()) == good
    assert (parse(bad.headers()).traceparent, parse(bad.headers()).tracestate) == (None, None)
