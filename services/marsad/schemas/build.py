"""JSON Schema (draft 2020-12) of every topic's payload.

The schemas say what a reader must expect: fields that a newer version adds are allowed everywhere, also inside what the
stages of the enrichment fill, so that a subscriber's validation outlives us.
"""

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import CoreSchema

from marsad.contracts.articles import ArticleEnriched, ArticleRevised
from marsad.contracts.envelope import DATA_HEADER
from marsad.contracts.topics import LANES, Contract, lane_topic
from marsad.enrichment.registry import models as stage_models

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
HEADERS_FILE: Final = "headers.schema.json"

VERSION: Final = (
    "revision × 1000 + task.generation. Records come at least once: of those of one article_id the highest version is "
    "the newest, and one that is not higher than what you have is a repetition, or late"
)

_DEFINITIONS = "#/$defs/"
_BY_HOST = "registrable domain of the URL; of a host without one, host and port"
_BY_ARTICLE = "article_id"
KEYS: Final[dict[str, str]] = {
    "urls.found": _BY_HOST,
    "urls.discovered": _BY_HOST,
    "urls.backfill": _BY_HOST,
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

    `x-marsad` says what stands around the JSON: the CloudEvents type, the record's key, where the JSON is, and how to
    tell the newest of an article's records.
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
            **({"version": VERSION} if issubclass(contract.model, ArticleRevised) else {}),
        },
        **({"$defs": definitions} if definitions else {}),
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
