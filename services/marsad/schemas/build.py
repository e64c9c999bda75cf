"""JSON Schema (draft 2020-12) of every topic's payload, and of the headers that all records share.

The schemas say what a reader must expect: fields that a newer version adds are allowed everywhere, also inside what the
stages of the enrichment fill, so that a subscriber's validation outlives us.
"""

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import CoreSchema

from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.envelope import BYTES_TYPE, DATA_HEADER, JSON_TYPE, SPEC_VERSION, TASK_HEADER
from marsad.contracts.topics import LANES, Contract, lane_topic
from marsad.enrichment.registry import models as stage_models

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
HEADERS_FILE: Final = "headers.schema.json"

_DEFINITIONS = "#/$defs/"
_BY_HOST = "registrable domain of the URL; of a host without one, host and port"
_BY_ARTICLE = "article_id"
KEYS: Final[dict[str, str]] = {
    "urls.found": _BY_HOST,
    "urls.discovered": _BY_HOST,
    **{lane_topic(lane): _BY_HOST for lane in LANES},
    "feeds.fetched": _BY_HOST,
    "pages.fetched": "page_id",
    "articles.extracted": _BY_ARTICLE,
    "articles.revised": _BY_ARTICLE,
    "articles.enriched": _BY_ARTICLE,
    "ledger": "task_id",
}


class _Generator(GenerateJsonSchema):
    """pydantic's generator without titles that only repeat a field's name."""

    def field_title_should_be_set(self, schema: CoreSchema | Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's signature
        return False


def schema_file(contract: Contract) -> str:
    """Return the name of a topic's schema file; it is the schema's relative `$id` too."""
    return f"{contract.name}.v{contract.major}.schema.json"


def topic_schema(contract: Contract) -> Schema:
    """Return the schema of a topic's JSON.

    `x-marsad` says what stands around the JSON: the CloudEvents type, the record's key, and where the JSON is.
    """
    stages: dict[str, type[BaseModel]] = dict(stage_models()) if contract.model is ArticleEnriched else {}
    references, definitions = _definitions(contract.model, *stages.values())
    top = definitions.pop(references[contract.model]["$ref"].removeprefix(_DEFINITIONS))
    if stages:  # one that failed is missing from an article, so none is required
        top["properties"]["enrichment"]["properties"] = {name: references[model] for name, model in stages.items()}
    return {
        "$schema": DIALECT,
        "$id": schema_file(contract),
        **top,
        "title": contract.type,
        "x-marsad": {
            "ce_type": contract.type,
            "key": KEYS[contract.name],
            "value": f"the bytes; this JSON stands in header {DATA_HEADER}" if contract.has_body else "this JSON",
            "headers": {"$ref": HEADERS_FILE},
        },
        **({"$defs": definitions} if definitions else {}),
    }


def headers_schema() -> Schema:
    """Return the schema of the headers, each value as UTF-8 text."""
    text = {"type": "string", "minLength": 1}
    return {
        "$schema": DIALECT,
        "$id": HEADERS_FILE,
        "title": "Headers of every record",
        "description": "CloudEvents 1.0 in Kafka's binary mode, W3C trace context. Of a name twice, the last counts.",
        "type": "object",
        "properties": {
            "ce_specversion": {"const": SPEC_VERSION, "description": "version of CloudEvents"},
            "ce_id": text
            | {"description": "derived from the record that caused this one: the same again when it is written again"},
            "ce_type": text | {"description": "topic and major version", "pattern": r"^marsad\..+\.v[0-9]+$"},
            "ce_source": text | {"description": "who wrote it", "pattern": "^/marsad/"},
            "ce_time": text | {"description": "when it was written", "format": "date-time"},
            "content-type": {
                "enum": [JSON_TYPE, BYTES_TYPE],
                "description": "of the value: bytes where there is a body",
            },
            TASK_HEADER: {
                "type": "string",
                "pattern": "^[0-9a-f]{32}$",
                "description": "the task that the record belongs to; missing where there is none",
            },
            DATA_HEADER: {
                "type": "string",
                "contentMediaType": "application/json",
                "description": "the JSON of topics whose value is a body of bytes; missing elsewhere",
            },
            "traceparent": text | {"description": "W3C trace context, passed on from record to record"},
        },
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"],
        "additionalProperties": True,
    }


def _definitions(*models: type[BaseModel]) -> tuple[dict[type[BaseModel], Schema], Schema]:
    """Return references to models, and the schemas that these and they refer to."""
    references, document = models_json_schema(
        [(model, "validation") for model in models],
        ref_template=_DEFINITIONS + "{model}",
        schema_generator=_Generator,
    )
    definitions = {name: _tolerant(definition) for name, definition in document["$defs"].items()}
    return {model: references[model, "validation"] for model in models}, definitions


def _tolerant(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Allow fields that are added later wherever a model, for our own sake, forbids unknown ones."""
    if isinstance(schema, dict):
        open_ = {"additionalProperties": True} if schema.get("additionalProperties") is False else {}
        return {key: _tolerant(value) for key, value in schema.items()} | open_
    return [_tolerant(item) for item in schema] if isinstance(schema, list) else schema
