"""The committed schemas are what the models say, and what a subscriber can rely on."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contract.examples import FOLDER, TOPICS, headers_schema, schema
from marsad.contracts.envelope import Envelope, text_of
from marsad.contracts.topics import CONTRACTS
from marsad.enrichment.registry import STAGES, models
from marsad.schemas import generated, problems
from marsad.schemas.build import KEYS, schema_file
from marsad.settings import REPOSITORY, Settings
from marsad.streaming.effects import RawMessage, effects
from marsad.streaming.outcome import Quarantine
from support.payloads import NOON

OWN = Settings(deploy_dir=REPOSITORY / "deploy")


def nodes(part: Any) -> Iterator[dict[str, Any]]:
    """Walk through every object of a schema."""
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from nodes(item)


def test_schemas_are_current() -> None:
    """Whoever changes a model runs `marsad schemas write` and sees the contract change in the difference."""
    assert problems(FOLDER, generated(OWN, FOLDER)) == []


@pytest.mark.parametrize("topic", TOPICS)
def test_a_schema_follows_its_dialect(topic: str) -> None:
    """It is valid JSON Schema, draft 2020-12, and is found by its relative id."""
    own = schema(topic)

    Draft202012Validator.check_schema(own)
    assert own["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert own["$id"] == schema_file(CONTRACTS[topic])
    assert own["title"] == own["x-marsad"]["ce_type"] == CONTRACTS[topic].type


def test_the_headers_schema_follows_its_dialect() -> None:
    """The headers are described like a payload."""
    Draft202012Validator.check_schema(headers_schema())
    assert headers_schema()["$id"] == "headers.schema.json"


@pytest.mark.parametrize("topic", TOPICS)
def test_every_reference_leads_somewhere(topic: str) -> None:
    """Definitions are inside the file, the headers beside it; none is left over."""
    own = schema(topic)
    references = {node["$ref"] for node in nodes(own) if "$ref" in node}

    assert references == {"headers.schema.json", *(f"#/$defs/{name}" for name in own.get("$defs", {}))}
    assert (FOLDER / "headers.schema.json").is_file()


@pytest.mark.parametrize("topic", TOPICS)
def test_every_field_is_described(topic: str) -> None:
    """A contract that does not say what a field means is half a contract; a definition describes its own field."""
    own = schema(topic)
    silent = [
        name
        for node in nodes(own)
        for name, field in node.get("properties", {}).items()
        if isinstance(field, dict) and "description" not in field and "$ref" not in field
    ]

    assert silent == []
    assert all(definition.get("description") for name, definition in own.get("$defs", {}).items() if name != "Span")


@pytest.mark.parametrize("topic", TOPICS)
def test_fields_may_be_added(topic: str) -> None:
    """A subscriber that validates goes on working when a newer version adds a field, a stage's fields included."""
    assert all(node.get("additionalProperties") is not False for node in nodes(schema(topic)))


def test_every_topic_says_what_its_key_is() -> None:
    """Order holds by key: whoever reads must know it."""
    assert KEYS.keys() == CONTRACTS.keys()


def test_the_enrichment_is_composed_from_the_stages() -> None:
    """Each registered stage's fields are in the contract of enriched articles, under the stage's name."""
    own = schema("articles.enriched")
    enrichment = own["properties"]["enrichment"]

    assert list(enrichment["properties"]) == list(STAGES)
    assert "required" not in enrichment
    for name, model in models().items():
        definition = own["$defs"][enrichment["properties"][name]["$ref"].removeprefix("#/$defs/")]
        assert list(definition["properties"]) == list(model.model_fields)


def test_the_headers_that_we_write_are_described() -> None:
    """No header of ours is missing from the schema, and none of its required ones from our headers."""
    envelope = Envelope("i", "marsad.urls.found.v1", "/marsad/t", NOON, "0" * 32, "00-1-2-01", tracestate="a=1")
    written = dict(envelope.headers())
    described = headers_schema()

    assert {*written, "marsad_data"} == set(described["properties"])
    assert set(described["required"]) <= written.keys()


@pytest.mark.parametrize("key", [None, b"k", b"k" * 600_000])
@pytest.mark.parametrize(
    "headers", [(), (("ce_id", b"\xff"),), (("h", b"x" * 1_100_000),), (("marsad_dead_part", b"x"),)]
)
@pytest.mark.parametrize("size", [0, 11 << 20])
def test_the_headers_of_dead_letters_are_described(
    key: bytes | None, headers: tuple[tuple[str, bytes], ...], size: int
) -> None:
    """Whatever was given up: what we write follows the schema, and no header of ours is missing from it."""
    described = json.loads((FOLDER / "dead-letter.headers.schema.json").read_text(encoding="utf-8"))
    message = RawMessage("urls.found", 0, 7, -1, key, b"x" * size, headers)

    letters = effects("discovery", message, None, Quarantine("contract", "why"), NOON)

    assert letters
    for letter in letters:
        written = text_of(letter.headers)
        Draft202012Validator(described).validate(written)
        assert {name for name in written if name.startswith("marsad_dead_")} <= described["properties"].keys()


def test_every_described_header_of_dead_letters_is_written() -> None:
    """The schema names no fact that nobody tells."""
    described = json.loads((FOLDER / "dead-letter.headers.schema.json").read_text(encoding="utf-8"))
    message = RawMessage("urls.found", 0, 7, 0, b"k" * 600_000, b"", (("h", b"x" * 1_100_000),))

    (letter,) = effects("discovery", message, None, Quarantine("contract", "why"), NOON)

    assert text_of(letter.headers).keys() == described["properties"].keys()
    assert set(described["required"]) == {name for name in described["properties"] if "_cut_" not in name}


@pytest.mark.parametrize("topic", TOPICS)
def test_articles_say_which_record_is_newer(topic: str) -> None:
    """Whoever knows the schemas alone can tell a repetition from news; elsewhere there are no versions."""
    assert ("version" in schema(topic)["x-marsad"]) == (topic in {"articles.revised", "articles.enriched"})
