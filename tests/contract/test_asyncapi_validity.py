"""The AsyncAPI document is valid by the specification's own JSON Schema, which also finds what is wrong.

Source of the schema: github.com/asyncapi/spec-json-schemas (see NOTICE), `schemas/3.0.0.json` of release 6.11.1.
"""

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import best_match

from contract.examples import FOLDER

OFFICIAL = Path(__file__).with_name("asyncapi-3.0.0.schema.json")
SHA256 = "d4571a420e6ffb7fcc7066c95a6db1202f299a3c51daa103d0706bf30f95e626"
VALIDATOR = Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))
DOCUMENT: dict[str, Any] = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text(encoding="utf-8"))
ENRICHED = "articles.enriched"

Change = Callable[[Any], object]


def channel(document: Any) -> Any:
    """Return the channel that other teams read."""
    return document["channels"][ENRICHED]


def message(document: Any) -> Any:
    """Return its message."""
    return channel(document)["messages"][ENRICHED]


def test_the_official_schema_is_unchanged() -> None:
    """It is independent of us: byte by byte what the AsyncAPI Initiative published."""
    assert hashlib.sha256(OFFICIAL.read_bytes()).hexdigest() == SHA256


def test_the_document_is_valid() -> None:
    """By the schema that the official parser uses too."""
    assert [f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(DOCUMENT)] == []


BROKEN: dict[str, Change] = {
    "another version": lambda document: document.update(asyncapi="2.6.0"),
    "no title": lambda document: document["info"].pop("title"),
    "an unknown part": lambda document: document.update(topics={}),
    "a server without protocol": lambda document: document["servers"]["kafka"].pop("protocol"),
    "a server's host is a list": lambda document: document["servers"]["kafka"].update(host=["localhost"]),
    "an unknown field of a channel": lambda document: channel(document).update(topic="x"),
    "an address that is a number": lambda document: channel(document).update(address=7),
    "partitions as a word": lambda document: channel(document)["bindings"]["kafka"].update(partitions="four"),
    "a cleanup policy that Kafka lacks": lambda document: channel(document)["bindings"]["kafka"][
        "topicConfiguration"
    ].update({"cleanup.policy": ["burn"]}),
    "messages as a list": lambda document: channel(document).update(messages=[]),
    "an unknown field of a message": lambda document: message(document).update(body={}),
    "a content type that is a number": lambda document: message(document).update(contentType=7),
    "a schema without its format's name": lambda document: message(document)["payload"].update(schemaFormat=7),
    "examples as an object": lambda document: message(document).update(examples={}),
    "an example's headers as a list": lambda document: message(document)["examples"][0].update(headers=[]),
    "an action of version 2": lambda document: document["operations"].update(x={"action": "publish"}),
    "an operation without channel": lambda document: document["operations"]["enrichment.send.articles.enriched"].pop(
        "channel"
    ),
    "a channel that is no reference": lambda document: document["operations"][
        "enrichment.send.articles.enriched"
    ].update(channel=ENRICHED),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_broken_document_is_refused(change: Change) -> None:
    """The validator can fail: each of these mistakes is found."""
    document = copy.deepcopy(DOCUMENT)
    change(document)

    assert best_match(VALIDATOR.iter_errors(document)) is not None


@pytest.mark.parametrize("name", DOCUMENT["channels"])
@pytest.mark.parametrize("part", ["headers", "payload"])
def test_schemas_inside_the_document_follow_their_dialect(name: str, part: str) -> None:
    """AsyncAPI leaves schemas of a named format to that format's own rules."""
    held = DOCUMENT["channels"][name]["messages"][name][part]

    assert held["schemaFormat"] == "application/schema+json;version=draft-2020-12"
    Draft202012Validator.check_schema(held["schema"])
