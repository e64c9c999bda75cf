"""The AsyncAPI document says of every topic who writes and who reads it, as topics.yaml does."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from contract.examples import FOLDER, example
from marsad.contracts.envelope import DATA_HEADER
from marsad.contracts.topics import CONTRACTS, SERVICES, dead_topic
from marsad.schemas.build import KEYS
from marsad.settings import REPOSITORY, Settings
from marsad.streaming.topics import load_topics

DOCUMENT: dict[str, Any] = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text(encoding="utf-8"))
SPECS = load_topics(Settings(deploy_dir=REPOSITORY / "deploy")).specs


def references(part: Any) -> list[str]:
    """Return every reference."""
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for item in part for found in references(item)] if isinstance(part, list) else []


def test_every_topic_is_a_channel() -> None:
    """Dead letters included, under the broker's name."""
    assert {name: channel["address"] for name, channel in DOCUMENT["channels"].items()} == {
        name: f"marsad.{name}.v1" for name in SPECS
    }


@pytest.mark.parametrize("reference", sorted(set(references(DOCUMENT))))
def test_every_reference_leads_somewhere(reference: str) -> None:
    """A file beside the document, or a part inside it."""
    if reference.startswith("./"):
        assert (FOLDER / reference).is_file()
    else:
        part = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
        assert part


@pytest.mark.parametrize("name", SPECS)
def test_writers_and_readers_are_operations(name: str) -> None:
    """Exactly those of topics.yaml, with the channel's own message."""
    channel = {"$ref": f"#/channels/{name}"}
    found = {
        (key, operation["action"], *[part["$ref"] for part in operation["messages"]])
        for key, operation in DOCUMENT["operations"].items()
        if operation["channel"] == channel
    }
    spec, message = SPECS[name], f"#/channels/{name}/messages/{name}"

    assert found == {
        *((f"{party}.send.{name}", "send", message) for party in spec.writers),
        *((f"{party}.receive.{name}", "receive", message) for party in spec.readers),
    }


def test_groups_of_services_are_named() -> None:
    """Whoever reads under one of these would take a service's records away; operators and writers have none."""
    named = {
        key: operation["bindings"]["kafka"]["groupId"]["const"]
        for key, operation in DOCUMENT["operations"].items()
        if "bindings" in operation
    }

    assert named == {
        f"{reader}.receive.{name}": f"marsad.{reader}"
        for name, spec in SPECS.items()
        for reader in spec.readers
        if reader in SERVICES
    }


@pytest.mark.parametrize("name", SPECS)
def test_kafkas_settings_are_those_of_the_file(name: str) -> None:
    """Partitions, retention, size and cleanup as `marsad topics apply` makes them."""
    binding = DOCUMENT["channels"][name]["bindings"]["kafka"]
    told = {
        key: value[0] if isinstance(value, list) else str(value) for key, value in binding["topicConfiguration"].items()
    }

    assert told == SPECS[name].config()
    assert (binding["partitions"], binding["replicas"]) == (SPECS[name].partitions, SPECS[name].replicas)


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_message_refers_to_its_schemas(name: str) -> None:
    """The payload's schema stands where the payload is: in the value, or in the data header."""
    message = DOCUMENT["channels"][name]["messages"][name]
    common, typed = message["headers"]["schema"]["allOf"]
    payload = {"$ref": f"./{name}.v1.schema.json"}

    assert common == {"$ref": "./headers.schema.json"}
    assert typed["properties"]["ce_type"] == {"const": f"marsad.{name}.v1"}
    if CONTRACTS[name].has_body:
        assert typed["properties"]["marsad_data"]["contentSchema"] == payload
    else:
        assert message["payload"]["schema"] == payload


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_channel_says_key_and_order(name: str) -> None:
    """Whoever knows the document alone learns by what records are in order, and how many partitions there are."""
    channel = DOCUMENT["channels"][name]

    assert f"Key: {KEYS[name]}. Order holds inside a partition" in channel["description"]
    assert channel["messages"][name]["bindings"]["kafka"]["key"]["description"] == KEYS[name]
    assert channel["bindings"]["kafka"]["partitions"] == SPECS[name].partitions


@pytest.mark.parametrize("service", SERVICES)
def test_a_dead_letter_refers_to_its_headers(service: str) -> None:
    """Its value is anybody's; its headers are described."""
    name = dead_topic(service)
    message = DOCUMENT["channels"][name]["messages"][name]

    assert message["headers"]["schema"] == {"$ref": "./dead-letter.headers.schema.json"}
    assert message["payload"]["schema"].keys() == {"description"}


@pytest.mark.parametrize("name", CONTRACTS)
def test_examples_follow_the_schemas_beside_them(name: str) -> None:
    """As the wire has them: each header a string, JSON in headers too; what a schema refuses is none."""
    message = DOCUMENT["channels"][name]["messages"][name]
    (shown,) = message["examples"]
    headers, payload = (validator(message[part]["schema"]) for part in ("headers", "payload"))

    headers.validate(shown["headers"])
    payload.validate(shown["payload"])
    assert all(isinstance(value, str) for value in shown["headers"].values())
    assert not headers.is_valid({**shown["headers"], "ce_type": "marsad.another.v1"})
    if CONTRACTS[name].has_body:
        assert not headers.is_valid({key: value for key, value in shown["headers"].items() if key != DATA_HEADER})
        assert json.loads(shown["headers"][DATA_HEADER]) == example(name).data
    else:
        assert not payload.is_valid({})


def validator(part: dict[str, Any]) -> Draft202012Validator:
    """Return a validator of a schema inside the document, which finds the files beside it."""
    files = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.schema.json")}
    known = [(f"./{name}", Resource.from_contents(schema)) for name, schema in files.items()]
    return Draft202012Validator(part, registry=Registry().with_resources(known))
