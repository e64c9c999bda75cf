"""JSON Schema (draft 2020-12) of the headers: of every record, and those that a dead letter has beside them."""

from marsad.contracts.envelope import BYTES_TYPE, DATA_HEADER, JSON_TYPE, SPEC_VERSION, TASK_HEADER
from marsad.schemas.build import DIALECT, HEADERS_FILE, Schema
from marsad.streaming.effects import DEAD_PREFIX

DEAD_HEADERS_FILE = "dead-letter.headers.schema.json"

_TEXT: Schema = {"type": "string", "minLength": 1}
_NUMBER: Schema = {"type": "string", "pattern": "^-?[0-9]+$"}


def headers_schema() -> Schema:
    """Return the schema of the headers, each value as UTF-8 text."""
    return {
        "$schema": DIALECT,
        "$id": HEADERS_FILE,
        "title": "Headers of every record",
        "description": "CloudEvents 1.0 in Kafka's binary mode, W3C trace context. Of a name twice, the last counts.",
        "type": "object",
        "properties": {
            "ce_specversion": {"const": SPEC_VERSION, "description": "version of CloudEvents"},
            "ce_id": _TEXT
            | {"description": "derived from the record that caused this one: the same again when it is written again"},
            "ce_type": _TEXT | {"description": "topic and major version", "pattern": r"^marsad\..+\.v[0-9]+$"},
            "ce_source": _TEXT | {"description": "who wrote it", "pattern": "^/marsad/"},
            "ce_time": _TEXT | {"description": "when it was written", "format": "date-time"},
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
            "traceparent": _TEXT
            | {"description": "W3C trace context: the trace is the task's, the parent-id this record's own"},
            "tracestate": _TEXT
            | {"description": "W3C trace context, passed on unchanged; missing where nobody set it"},
        },
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"],
        "additionalProperties": True,
    }


def dead_headers_schema() -> Schema:
    """Return the schema of a dead letter's headers; those of the original may be any, or be missing."""
    facts: dict[str, Schema] = {
        "service": _TEXT | {"description": "who could not deal with the record"},
        "reason": {"type": "string", "description": "why, as a short code"},
        "detail": {"type": "string", "description": "for people; may quote a stranger: escape what you show"},
        "topic": _TEXT | {"description": "where the record stood, without the prefix and the major version"},
        "partition": _NUMBER | {"description": "where the record stood"},
        "offset": _NUMBER | {"description": "where the record stood"},
        "timestamp_ms": _NUMBER | {"description": "the record's time on the broker, milliseconds since 1970"},
        "at": _TEXT | {"description": "when it was given up", "format": "date-time"},
        "part": {
            "type": "string",
            "pattern": "^[0-9]+/[0-9]+$",
            "description": "1/1, or 2/3 of a value that is larger than one dead letter: put them together in order",
        },
    }
    cut: dict[str, Schema] = {
        "cut_headers": _NUMBER | {"description": "how many headers the record had, where they were too large to keep"},
        "cut_key": _NUMBER | {"description": "bytes of the record's key, where it was too large to keep whole"},
    }
    return {
        "$schema": DIALECT,
        "$id": DEAD_HEADERS_FILE,
        "title": "Headers of a dead letter",
        "description": "The original's headers, unchanged and unchecked, and ours. Of a name twice, the last counts.",
        "type": "object",
        "properties": {f"{DEAD_PREFIX}{name}": schema for name, schema in (facts | cut).items()},
        "required": [f"{DEAD_PREFIX}{name}" for name in facts],
        "additionalProperties": True,
    }
