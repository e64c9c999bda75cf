"""The AsyncAPI document says of every topic who writes and who reads it, as topics.yaml does."""

from typing import Any

import pytest
import yaml

from contract.examples import FOLDER
from marsad.contracts.topics import CONTRACTS, SERVICES, dead_topic
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
    """A file beside the document, or a channel inside it."""
    if reference.startswith("./"):
        assert (FOLDER / reference).is_file()
    else:
        assert DOCUMENT["channels"][reference.removeprefix("#/channels/")]


@pytest.mark.parametrize("name", SPECS)
def test_writers_and_readers_are_operations(name: str) -> None:
    """Exactly those of topics.yaml; a service writes its own dead letters."""
    channel = {"$ref": f"#/channels/{name}"}
    found = {
        (key.split(".")[0], operation["action"])
        for key, operation in DOCUMENT["operations"].items()
        if operation["channel"] == channel
    }
    spec = SPECS[name]
    writers = [service for service in SERVICES if dead_topic(service) == name] or spec.writers

    assert found == {
        *((service, "send") for service in writers if service in SERVICES),
        *((service, "receive") for service in spec.readers if service in SERVICES),
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
