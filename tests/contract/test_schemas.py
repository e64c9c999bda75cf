"""The committed schemas are what the models say, and what a subscriber can rely on."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contract.examples import FOLDER, TOPICS, headers_schema, schema
from marsad.contracts.envelope import Envelope
from marsad.contracts.topics import CONTRACTS
from marsad.enrichment.registry import STAGES, models
from marsad.schemas import generated, problems
from marsad.schemas.build import KEYS, schema_file
from marsad.settings import REPOSITORY, Settings
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
    assert problems(FOLDER, generated(OWN)) == []


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
    written = dict(Envelope("i", "marsad.urls.found.v1", "/marsad/t", NOON, "0" * 32, "00-1-2-01").headers())
    described = headers_schema()

    assert {*written, "marsad_data"} == set(described["properties"])
    assert set(described["required"]) <= written.keys()
