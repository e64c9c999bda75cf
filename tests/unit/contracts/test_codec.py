"""Records: written deterministically, read as they were written."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.codec import Record, Wire, decode, to_json
from marsad.contracts.envelope import DATA_HEADER, TASK_HEADER
from marsad.contracts.topics import CONTRACTS
from support.payloads import NOON, make_extracted, make_found, make_task
from unit.contracts.samples import BODY, SAMPLES, record_of
from unit.contracts.writing import ce_id, read, write

TOPICS = sorted(CONTRACTS)
WITH_BODY = sorted(name for name, contract in CONTRACTS.items() if contract.has_body)
LONE = ["\ud800", "\udbff", "\udc00", "\udfff", "\ud800\ud800", "\udc00\ud800"]

any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates too
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_contract_comes_back(topic: str) -> None:
    """What a topic carries is read as it was written: payload, body, envelope, time."""
    wire = write(record_of(topic))
    event = decode(topic, wire.value, wire.headers, timestamp_ms=7)

    assert event.data == SAMPLES[topic]
    assert event.body == (BODY if topic in WITH_BODY else b"")
    assert (event.envelope.type, event.envelope.source) == (f"marsad.{topic}.v1", "/marsad/test")
    assert event.envelope.task_id == make_task().task_id
    assert event.envelope.traceparent == f"00-{make_task().task_id}-{event.envelope.id[:16]}-01"
    assert (event.envelope.time, event.timestamp_ms) == (NOON, 7)


@pytest.mark.parametrize("topic", WITH_BODY)
def test_a_body_travels_as_the_value(topic: str) -> None:
    """Bytes of the web are the value, untouched; the JSON stands in one header."""
    wire = write(record_of(topic))

    assert wire.value == BODY
    assert json.loads(dict(wire.headers)[DATA_HEADER]) == json.loads(to_json(SAMPLES[topic]))
    assert dict(wire.headers)["content-type"] == b"application/octet-stream"


def test_other_payloads_are_the_value() -> None:
    """Without a body the JSON is the value, its letters in UTF-8 and not escaped."""
    wire = write(record_of("articles.extracted"))

    assert "ورد النبأ".encode() in (wire.value or b"")
    assert DATA_HEADER not in dict(wire.headers)


def test_an_answer_without_bytes_is_read_as_such() -> None:
    """A page that is gone has no bytes: an empty or a null value is an empty body, and no error."""
    wire = write(replace(record_of("pages.fetched"), body=None))

    assert wire.value == b""
    assert decode("pages.fetched", None, wire.headers).body == b""


def test_the_same_record_of_the_same_cause_has_the_same_id() -> None:
    """A redelivered input writes its outputs under the ids that they had before."""
    again = replace(record_of("urls.found"), data=make_found("https://ajil.example/other"))

    assert ce_id(record_of("urls.found")) == ce_id(again)


@pytest.mark.parametrize(
    "other",
    [
        record_of("urls.discovered"),
        replace(record_of("urls.found"), key="another key"),
        record_of("urls.found", part="https://ajil.example/b"),
    ],
)
def test_another_topic_key_or_part_has_another_id(other: Record) -> None:
    """Records of one cause are told apart by topic, key and part."""
    assert ce_id(other) != ce_id(record_of("urls.found"))


def test_another_cause_gives_another_id() -> None:
    """The id derives from the record that caused this one."""
    assert ce_id(record_of("urls.found"), "a cause") != ce_id(record_of("urls.found"), "another")


def test_only_the_payload_of_the_contract_is_written() -> None:
    """A topic's writer cannot put another topic's payload there."""
    with pytest.raises(ValueError, match=r"articles\.revised carries ArticleRevised, not UrlFound"):
        write(replace(record_of("urls.found"), topic="articles.revised"))


@pytest.mark.parametrize("topic", ["urls.retry.2d", "fetching.dead", ""])
def test_a_topic_without_contract_is_named(topic: str) -> None:
    """Neither writing nor reading goes on where no contract says how."""
    with pytest.raises(ValueError, match=f"topic '{topic}' has no contract"):
        write(replace(record_of("urls.found"), topic=topic))
    with pytest.raises(ValueError, match="has no contract"):
        decode(topic, b"{}", [])


def test_a_key_that_is_no_text_is_refused() -> None:
    """A key decides the partition, so it is never mended in silence."""
    with pytest.raises(ValueError, match="surrogates"):
        write(replace(record_of("urls.found"), key="\ud800"))


def test_the_size_counts_key_value_and_headers() -> None:
    """What is compared with a topic's limit is all that the record holds."""
    wire = Wire("urls.found", b"12", b"345", (("ab", b"cd"), ("e", b"")))

    assert wire.size == 10
    assert Wire("urls.found", None, None, ()).size == 0


@pytest.mark.parametrize("lone", LONE)
def test_lone_surrogates_become_replacement_characters(lone: str) -> None:
    """UTF-8 cannot carry them: wherever they stand in a payload, they are replaced one by one."""
    enrichment = {"quotes": {lone: [f"أ{lone}ب", {"x": lone}]}, "n": 2**70, "t": NOON}
    article = ArticleEnriched.model_validate({**dict(SAMPLES["articles.enriched"]), "enrichment": enrichment})
    written = json.loads(to_json(article))["enrichment"]
    marks = "\ufffd" * len(lone)

    assert written["quotes"] == {marks: [f"أ{marks}ب", {"x": marks}]}
    assert (written["n"], written["t"]) == (2**70, "2026-03-01T12:00:00Z")


def test_a_pair_of_surrogates_is_the_character_that_it_stands_for() -> None:
    """Two halves that meet are an emoji again."""
    assert json.loads(to_json(make_found("http://a", note={"x": "\ud83d\ude00"})))["note"] == {"x": "😀"}


def test_what_json_lacks_is_written_as_null() -> None:
    """Infinity and not-a-number are no JSON; they would break every other reader."""
    written = json.loads(to_json(make_found("http://a", note=[float("nan"), float("inf"), "\ud800"])))

    assert written["note"] == [None, None, "\ufffd"]


@pytest.mark.parametrize("value", [b"\xff", object(), {"\ud800"}])
def test_what_json_cannot_carry_is_refused(value: object) -> None:
    """A field that cannot be written is an error to be seen, not text like `<object at 0x…>`."""
    with pytest.raises(ValueError, match="serializ"):
        to_json(make_found("http://a", note=value))


@pytest.mark.parametrize("topic", TOPICS)
def test_unknown_fields_are_written_through(topic: str) -> None:
    """A newer writer's fields survive an older service in the middle, on every topic."""
    raw = json.loads(to_json(SAMPLES[topic]))
    newer = json.dumps({**raw, "added": {"later": ["نعم"]}}).encode()
    headers = {**dict(write(record_of(topic)).headers), DATA_HEADER: newer}

    event = decode(topic, newer, headers.items())
    written = write(Record(topic, "k", event.data, event.body))

    assert json.loads(to_json(read(written)))["added"] == {"later": ["نعم"]}


@given(any_json)
def test_any_enrichment_can_be_written(found: object) -> None:
    """Whatever a stage finds, the article can be written and read, and is well-formed UTF-8."""
    article = ArticleEnriched.model_validate({**dict(SAMPLES["articles.enriched"]), "enrichment": {"stage": found}})
    wire = write(Record("articles.enriched", article.article_id, article))

    (wire.value or b"").decode()
    assert isinstance(read(wire), ArticleEnriched)


@given(any_text, any_text)
def test_any_article_can_be_written(title: str, text: str) -> None:
    """No headline and no text of the web keeps an article from going on."""
    article = make_extracted(text.encode("utf-8", "replace").decode(), title=title)

    assert read(write(Record("articles.extracted", article.article_id, article))) == article


def test_the_task_header_is_the_records_own() -> None:
    """The task travels in a header too, so that it is known where the payload cannot be read."""
    assert dict(write(record_of("urls.found")).headers)[TASK_HEADER].decode() == make_task().task_id
