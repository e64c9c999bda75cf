"""The headers: CloudEvents 1.0 in binary mode, strict where a reader relies on them, never a crash."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.envelope import TASK_HEADER, Envelope, parse, text_of

AT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=timezone(timedelta(hours=3)))
FULL = Envelope("an-id", "marsad.urls.found.v1", "/marsad/discovery", AT, "0" * 32, f"00-{'a' * 32}-{'b' * 16}-01")
HEADERS = {
    "ce_specversion": b"1.0",
    "ce_id": b"an-id",
    "ce_type": b"marsad.urls.found.v1",
    "ce_source": b"/marsad/discovery",
    "ce_time": b"2026-03-01T12:30:15+03:00",
}

header_names = st.sampled_from([*HEADERS, TASK_HEADER, "traceparent", "content-type", "", "x"]) | st.text(max_size=8)
headers = st.lists(st.tuples(header_names, st.none() | st.binary(max_size=40)), max_size=12)


def test_an_envelope_is_read_as_it_was_written() -> None:
    """Headers carry every field both ways, the zone of the time included."""
    assert parse(FULL.headers()) == FULL
    assert parse(FULL.headers()).time.utcoffset() == timedelta(hours=3)


def test_what_an_envelope_lacks_is_no_header() -> None:
    """Neither a task nor a trace is written as an empty header."""
    bare = Envelope("an-id", "t", "s", AT)

    assert {name for name, _ in bare.headers()}.isdisjoint({TASK_HEADER, "traceparent"})
    assert parse(bare.headers()) == bare


def test_the_cloudevents_headers_have_their_standard_names() -> None:
    """Kafka protocol binding 1.0.2: attributes are prefixed `ce_`, the data's type is `content-type`."""
    written = dict(FULL.headers())

    assert written["ce_specversion"] == b"1.0"
    assert written["content-type"] == b"application/json"
    assert {"ce_id", "ce_source", "ce_type", "ce_time"} <= written.keys()


@pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_source", "ce_time"])
@pytest.mark.parametrize("value", [None, b""])
def test_a_missing_header_is_named(name: str, value: bytes | None) -> None:
    """Without a required header, or with an empty one, the error says which it is."""
    without = [(key, found) for key, found in HEADERS.items() if key != name]

    with pytest.raises(ValueError, match=name):
        parse(without)
    with pytest.raises(ValueError, match=name):
        parse([*without, (name, value)])


def test_all_missing_headers_are_named_at_once() -> None:
    """Whoever writes to a topic by hand learns everything that is wanted in one go."""
    with pytest.raises(ValueError, match="ce_id, ce_type, ce_source, ce_time are missing"):
        parse([])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ce_specversion", b"0.3", "ce_specversion is '0.3'"),
        ("ce_specversion", b"\xff", "ce_specversion"),
        ("ce_time", b"yesterday", "ce_time 'yesterday' is no time"),
        ("ce_time", b"\xff\xfe", "ce_time"),
        ("ce_time", "١٢ مارس".encode(), "ce_time"),
        ("ce_time", b"2026-03-01T12:30:15", "no time zone"),
        ("ce_time", b"2026-02-30T12:30:15Z", "ce_time"),
        ("ce_time", b"0001-01-01T00:00:00+05:00", "year 1 is out of range"),  # in UTC there is no such time
        ("ce_time", b"9999-12-31T23:59:59-05:00", "year 9999 is out of range"),
        (TASK_HEADER, b"", "32 lower-case hexadecimal digits"),
        (TASK_HEADER, b"0" * 31, "32 lower-case hexadecimal digits"),
        (TASK_HEADER, b"0" * 32 + b"\n", "32 lower-case hexadecimal digits"),
        (TASK_HEADER, b"A" * 32, "32 lower-case hexadecimal digits"),
    ],
)
def test_a_wrong_header_is_named(name: str, value: bytes, said: str) -> None:
    """A header that cannot be understood is named with what it says."""
    with pytest.raises(ValueError, match=said):
        parse({**HEADERS, name: value}.items())


@pytest.mark.parametrize("name", ["ce_specversion", "ce_time", TASK_HEADER])
def test_an_error_quotes_little(name: str) -> None:
    """A megabyte in a header does not reach dead letters and logs once more."""
    with pytest.raises(ValueError, match=name) as refused:
        parse({**HEADERS, name: b"x" * 1_000_000}.items())

    assert len(str(refused.value)) < 300


def test_the_last_header_of_a_name_wins() -> None:
    """Kafka allows a name twice; as with Kafka's own lastHeader, the last one counts."""
    envelope = parse([("ce_id", b"first"), *HEADERS.items(), ("ce_id", b"last")])

    assert envelope.id == "last"


def test_bytes_that_are_no_utf8_are_replaced() -> None:
    """A stranger's bytes never keep the other headers from being read."""
    assert text_of([("x", b"a\xffb"), ("y", None)]) == {"x": "a\ufffdb", "y": ""}


@given(headers)
def test_any_headers_are_read_or_refused(pairs: list[tuple[str, bytes | None]]) -> None:
    """Whatever stands in the headers, reading them ends in an envelope or in a ValueError."""
    with suppress(ValueError):
        envelope = parse(pairs)

        assert envelope.id
        assert envelope.time.tzinfo is not None


@given(
    st.builds(
        Envelope,
        id=st.text(min_size=1).filter(lambda text: text.isprintable()),
        type=st.text(min_size=1),
        source=st.text(min_size=1),
        time=st.datetimes(timezones=st.just(UTC)),
        task_id=st.none() | st.from_regex("[0-9a-f]{32}", fullmatch=True),
        traceparent=st.none() | st.from_regex("00-[0-9a-f]{31}1-[0-9a-f]{15}1-0[0-3]", fullmatch=True),
    )
)
def test_every_envelope_comes_back(envelope: Envelope) -> None:
    """Any text in any field survives the way through headers."""
    assert parse(envelope.headers()) == envelope
