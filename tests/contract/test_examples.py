"""One real example of each topic: valid by schema and by model, and true in itself."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contract.examples import TOPICS, Example, example, headers_schema, schema
from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.codec import to_json
from marsad.contracts.envelope import DATA_HEADER, TASK_HEADER
from marsad.contracts.ids import derive, hash_bytes
from marsad.contracts.topics import CONTRACTS, LANES, lane_topic
from marsad.contracts.trace import context_of
from marsad.enrichment.registry import models
from marsad.urls import clean, key_of, page_id

WRONG: tuple[object, ...] = ({"neither": "nor"}, [{}], [[]])

# Which record caused which, and what tells it apart from others of that cause.
CAUSES: dict[str, tuple[str, Callable[[Example], str]]] = {
    "urls.found": ("feeds.fetched", lambda own: own.data["url"]),
    "urls.discovered": ("urls.found", lambda own: own.data["task"]["task_id"]),
    **{lane_topic(lane): ("urls.discovered", lambda _: "") for lane in LANES},
    "pages.fetched": ("urls.discovered", lambda _: ""),
    "articles.extracted": ("pages.fetched", lambda _: ""),
    "articles.revised": ("articles.extracted", lambda _: ""),
    "articles.enriched": ("articles.revised", lambda _: ""),
    "ledger": ("articles.enriched", lambda own: own.data["state"]),
}
KEYS: dict[str, Callable[[Any], str]] = {
    "urls": lambda data: key_of(data.get("target") or data["url"]),
    "feeds": lambda data: key_of(data["task"]["url"]),
    "pages": lambda data: str(data["page_id"]),
    "articles": lambda data: str(data["article_id"]),
    "ledger": lambda data: str(data["task_id"]),
}
ARTICLES = [topic for topic in TOPICS if topic.startswith("articles.")]


def refusals(own: Example, data: Any) -> tuple[bool, bool]:
    """Return whether the schema and whether the model refuse a payload."""
    by_schema = not Draft202012Validator(schema(own.contract.name)).is_valid(data)
    try:
        own.event(data)
    except ValueError:
        return by_schema, True
    return by_schema, False


@pytest.mark.parametrize("topic", TOPICS)
def test_a_trace_is_found_by_its_task(topic: str) -> None:
    """The trace bears the task's id, and the parent-id is of the record itself."""
    headers = example(topic).headers

    assert headers["traceparent"] == context_of(headers["ce_id"], headers[TASK_HEADER], None).traceparent


@pytest.mark.parametrize("topic", TOPICS)
def test_an_example_follows_its_schema(topic: str) -> None:
    """The payload, and the headers with their JSON as text, are valid."""
    own = example(topic)
    headers = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in own.headers.items()
    }

    Draft202012Validator(schema(topic)).validate(own.data)
    Draft202012Validator(headers_schema()).validate(headers)
    assert (DATA_HEADER in headers) == own.contract.has_body


@pytest.mark.parametrize("topic", TOPICS)
def test_an_example_is_what_a_service_reads_and_writes(topic: str) -> None:
    """The model reads it, and writes exactly this JSON: no field is missing from it, none is made up."""
    own = example(topic)

    assert json.loads(to_json(own.event().data)) == own.data


@pytest.mark.parametrize("topic", TOPICS)
def test_schema_and_model_refuse_the_same(topic: str) -> None:
    """Without a field, or with one of another type, a payload is refused by both or by none."""
    own = example(topic)
    for name in own.data:
        without = {key: value for key, value in own.data.items() if key != name}
        assert len(set(refusals(own, without))) == 1, f"without {name}"
        for wrong in WRONG:
            assert len(set(refusals(own, {**own.data, name: wrong}))) == 1, f"{name}: {wrong}"
    assert refusals(own, {}) == (True, True)
    assert refusals(own, []) == (True, True)


@pytest.mark.parametrize("topic", TOPICS)
def test_fields_of_the_future_are_accepted(topic: str) -> None:
    """A field that a newer version adds is valid by schema and model."""
    own = example(topic)

    assert refusals(own, {**own.data, "added_later": {"ب": [1]}}) == (False, False)


def test_a_stage_of_the_future_is_accepted() -> None:
    """A new stage, and a new field of an old one, are valid by schema and model."""
    own = example("articles.enriched")
    enrichment = {**own.data["enrichment"], "stance": {"side": "none"}}
    enrichment["language"] = {**enrichment["language"], "script": "Arab"}

    assert refusals(own, {**own.data, "enrichment": enrichment}) == (False, False)


def test_a_stages_fields_are_held_to_their_types() -> None:
    """The schema sees into the enrichment: a language that is a number is refused."""
    own = example("articles.enriched")
    broken = {**own.data, "enrichment": {"language": {"code": 7, "basis": "detected", "reliable": True}}}

    assert not Draft202012Validator(schema("articles.enriched")).is_valid(broken)


def test_the_example_shows_every_stage() -> None:
    """What the stages found is of their models, and none of them failed."""
    data = example("articles.enriched").event().data
    assert isinstance(data, ArticleEnriched)

    assert data.enrichment.keys() == models().keys() == data.processing.stages_ms.keys()
    assert data.processing.failures == ()
    for name, model in models().items():
        model.model_validate_json(json.dumps(data.enrichment[name]))


def test_spans_are_places_in_the_text() -> None:
    """Spans count code points of `text`: each begins and ends a sentence."""
    data = example("articles.enriched").data
    spans = data["enrichment"]["sentences"]["spans"]
    sentences = [data["text"][start:end] for start, end in spans]

    assert all(sentence == sentence.strip() and sentence for sentence in sentences)
    assert sentences[0].startswith("الإسكندرية")
    assert sentences[-1].endswith(".")


@pytest.mark.parametrize("topic", CAUSES)
def test_ids_derive_as_promised(topic: str) -> None:
    """The examples are one story: each record's id follows from the record that caused it."""
    cause, part = CAUSES[topic]
    own = example(topic)

    assert own.headers["ce_id"] == derive(example(cause).headers["ce_id"], topic, own.key, part(own))


@pytest.mark.parametrize("topic", TOPICS)
def test_the_headers_say_what_the_record_is(topic: str) -> None:
    """Type, writer and task agree with topic and payload."""
    own = example(topic)
    task_id = own.data["task"]["task_id"] if "task" in own.data else own.headers[TASK_HEADER]

    assert own.headers["ce_type"] == CONTRACTS[topic].type
    assert own.headers[TASK_HEADER] == task_id


def test_keys_are_what_they_are_said_to_be() -> None:
    """URLs go by host, articles by their page, reports by their task."""
    for topic in TOPICS:
        own = example(topic)

        assert own.key == KEYS[topic.partition(".")[0]](own.data), topic


@pytest.mark.parametrize("topic", ["pages.fetched", "feeds.fetched"])
def test_a_body_has_its_hash(topic: str) -> None:
    """The hash in the JSON is that of the value's bytes."""
    own = example(topic)

    assert own.data["body_hash"] == hash_bytes(own.body)


@pytest.mark.parametrize("topic", ARTICLES)
def test_an_article_has_its_identity(topic: str) -> None:
    """Article id and content hash follow from URL and text, as on every topic of the story."""
    data = example(topic).data

    assert data["article_id"] == page_id(data["url"])
    assert data["url"] == clean(data["url"])
    assert data["content_hash"] == derive(data["title"], data["lead"] or "", data["text"])
    assert data["body_hash"] == example("pages.fetched").data["body_hash"]


@pytest.mark.parametrize("topic", TOPICS)
def test_examples_are_about_nobody_real(topic: str) -> None:
    """Hosts are of the reserved domain (RFC 2606): no example leads to a real site."""
    own = example(topic)
    links = [part.split("/")[2] for part in json.dumps(own.data).split('"') if part.startswith(("http://", "https://"))]

    assert all(host.endswith(".example") for host in links)
