"""Whatever a stranger's bytes say: an event, or a ValueError that says what is wrong, never a crash."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from marsad.contracts.codec import decode, to_json
from marsad.contracts.envelope import DATA_HEADER
from marsad.contracts.topics import CONTRACTS
from marsad.contracts.urls import UrlFound
from unit.contracts.samples import SAMPLES, record_of
from unit.contracts.writing import found_with, read, with_json, write

TOPICS = sorted(CONTRACTS)
WITH_BODY = sorted(name for name, contract in CONTRACTS.items() if contract.has_body)
LONE = ["\ud800", "\udbff", "\udc00", "\udfff", "\ud800\ud800", "\udc00\ud800"]

any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates too
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("escape", [r"\ud83d", r"\ude00", r"a\ud800b", r"\ud800\u0061"])
def test_an_escaped_lone_surrogate_is_refused_clearly(escape: str) -> None:
    """Such JSON is not well-formed text (RFC 8259, section 8.2); we never write it, and say so of those who do."""
    with pytest.raises(ValueError, match=r"marsad.urls.found.v1: the document: Invalid JSON"):
        with_json(found_with(f'"referrer":"{escape}"'))


def test_an_escaped_pair_is_one_character() -> None:
    """Writers that escape everything beyond ASCII are read like any other."""
    data = with_json(found_with(r'"referrer":"http://a/\ud83d\ude00"'))

    assert isinstance(data, UrlFound)
    assert data.referrer == "http://a/😀"


def test_fields_named_like_methods_do_no_harm() -> None:
    """A stranger may call a field what our base class calls a method."""
    data = with_json(found_with('"model_dump":1,"model_dump_json":2,"__dict__":3,"copy":4,"__class__":5'))

    assert json.loads(to_json(data))["model_dump_json"] == 2


@pytest.mark.parametrize("topic", TOPICS)
def test_another_type_is_refused(topic: str) -> None:
    """A record of another contract, or of another major version, is not read by chance."""
    with pytest.raises(ValueError, match=f"ce_type is 'marsad.{topic}.v2'; {topic} carries marsad.{topic}.v1"):
        read(write(record_of(topic)), ce_type=f"marsad.{topic}.v2".encode())


@pytest.mark.parametrize("topic", sorted(set(TOPICS) - set(WITH_BODY)))
def test_an_empty_value_is_refused(topic: str) -> None:
    """A tombstone says nothing that a handler could act on."""
    with pytest.raises(ValueError, match="the value is empty"):
        decode(topic, None, write(record_of(topic)).headers)


@pytest.mark.parametrize("topic", WITH_BODY)
def test_a_body_without_its_json_is_refused(topic: str) -> None:
    """Bytes that nothing describes cannot be handled."""
    wire = write(record_of(topic))
    without = [(name, value) for name, value in wire.headers if name != DATA_HEADER]

    with pytest.raises(ValueError, match=f"header {DATA_HEADER} is missing"):
        decode(topic, wire.value, without)
    with pytest.raises(ValueError, match="is missing"):
        decode(topic, wire.value, [*without, (DATA_HEADER, None)])


def test_the_last_json_header_counts() -> None:
    """As with the envelope, the last header of a name wins."""
    wire = write(record_of("pages.fetched"))

    with pytest.raises(ValueError, match="Invalid JSON"):
        decode("pages.fetched", wire.value, [*wire.headers, (DATA_HEADER, b"{")])
    assert decode("pages.fetched", wire.value, [(DATA_HEADER, b"{"), *wire.headers]).data == SAMPLES["pages.fetched"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "Invalid JSON"),
        (b"null", "the document: Input should be an object"),
        (b"[]", "the document: Input should be an object"),
        (b"\xff\xfe", "Invalid JSON"),
        (b"\xef\xbb\xbf{}", "Invalid JSON"),
        (b"{} {}", "Invalid JSON"),
        (b"[" * 100_000, "recursion"),
        (found_with('"x":"a\0"'), "control character"),
        (found_with('"x":' + "1" * 5_000), "number out of range"),
        (found_with('"again":"perhaps"'), "again: "),
        (b'{"url":"http://a","found_in":"rumour"}', r"found_in: .*\(2 in all\)"),
    ],
)
def test_broken_json_is_refused_with_place_and_count(raw: bytes, said: str) -> None:
    """The message names the field, what is wrong with it, and how much else is; never the value, which may be huge."""
    with pytest.raises(ValueError, match=said) as caught:
        with_json(raw)

    assert len(str(caught.value)) < 300
    assert not isinstance(caught.value, ValidationError)


@given(st.binary(), st.binary(), st.sampled_from(TOPICS))
def test_any_bytes_are_read_or_refused(value: bytes, header: bytes, topic: str) -> None:
    """Whatever lies in value and data header, reading ends in an event or in a ValueError."""
    with suppress(ValueError):
        decode(topic, value, {**dict(write(record_of(topic)).headers), DATA_HEADER: header}.items())


@given(st.dictionaries(st.sampled_from(["url", "found_in", "found_at", "again", "task", "x"]), any_json))
def test_any_json_is_read_or_refused(document: dict[str, Any]) -> None:
    """Whatever the JSON says, reading ends in an event that can be written on, or in a ValueError."""
    with suppress(ValueError):
        data = with_json(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        passed_on = with_json(to_json(data))

        assert with_json(to_json(passed_on)) == passed_on
