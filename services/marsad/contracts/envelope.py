"""The headers of every record: CloudEvents 1.0 in binary mode over Kafka, and W3C trace context.

Sources: CloudEvents Kafka protocol binding 1.0.2, section 3.2; W3C Trace Context (see `trace.py`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from marsad.contracts.model import plausible
from marsad.contracts.trace import parse_traceparent, passed_on

Headers = tuple[tuple[str, bytes], ...]

SPEC_VERSION = "1.0"
JSON_TYPE, BYTES_TYPE = "application/json", "application/octet-stream"
DATA_HEADER = "marsad_data"  # the JSON of topics whose value is a body
TASK_HEADER = "marsad_task_id"  # survives when the payload cannot be read
MAX_SHOWN = 100  # characters of a wrong header: a stranger's may have a megabyte
_TASK_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a record without reading its payload.

    Attributes:
        id: derived from the record that caused this one, so that a redelivery writes the same id.
        type: topic and major version, for example `marsad.urls.found.v1`.
        source: the service that wrote it, for example `/marsad/discovery`.
        time: when it was written, with zone.
        task_id: the task that the record belongs to, where it has one.
        traceparent: W3C trace context; None where it is missing or invalid.
        content_type: of the value: JSON, or the bytes of topics whose JSON stands in a header.
        tracestate: W3C trace context, passed on unchanged.
    """

    id: str
    type: str
    source: str
    time: datetime
    task_id: str | None = None
    traceparent: str | None = None
    content_type: str = JSON_TYPE
    tracestate: str | None = None

    def headers(self) -> Headers:
        """Return the Kafka headers."""
        pairs = [
            ("ce_specversion", SPEC_VERSION),
            ("ce_id", self.id),
            ("ce_type", self.type),
            ("ce_source", self.source),
            ("ce_time", self.time.isoformat()),
            ("content-type", self.content_type),
        ]
        if self.task_id:
            pairs.append((TASK_HEADER, self.task_id))
        if self.traceparent:
            pairs.append(("traceparent", self.traceparent))
            if self.tracestate:
                pairs.append(("tracestate", self.tracestate))
        return tuple((name, value.encode()) for name, value in pairs)


def parse(headers: Iterable[tuple[str, bytes | None]]) -> Envelope:
    """Read the envelope. Raises ValueError that names the header that is missing or wrong, and is short."""
    values = text_of(headers)
    missing = [name for name in ("ce_id", "ce_type", "ce_source", "ce_time") if not values.get(name)]
    if missing:
        raise ValueError(f"headers {', '.join(missing)} are missing; CloudEvents 1.0 in binary mode is expected")
    if values.get("ce_specversion") != SPEC_VERSION:
        raise ValueError(f"ce_specversion is {_shown(values.get('ce_specversion', ''))}; {SPEC_VERSION} is expected")
    task_id = values.get(TASK_HEADER)
    if task_id is not None and not _TASK_ID.fullmatch(task_id):
        raise ValueError(f"{TASK_HEADER} is {_shown(task_id)}; 32 lower-case hexadecimal digits are expected")
    traced = parse_traceparent(values.get("traceparent")) is not None
    return Envelope(
        values["ce_id"],
        values["ce_type"],
        values["ce_source"],
        _time(values["ce_time"]),
        task_id,
        values["traceparent"] if traced else None,
        values.get("content-type") or JSON_TYPE,
        passed_on(values.get("tracestate")) if traced else None,
    )


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"ce_time {_shown(text)} is no time in ISO 8601") from None
    if time.tzinfo is None:
        raise ValueError(f"ce_time {_shown(text)} has no time zone")
    try:
        return plausible(time)
    except ValueError as error:
        raise ValueError(f"ce_time {_shown(text)}: {error}") from None


def _shown(text: str) -> str:
    return repr(text[:MAX_SHOWN])


def text_of(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Return headers as text, the last of a name winning; what is no UTF-8 is replaced."""
    return {name: (value or b"").decode("utf-8", "replace") for name, value in headers}
