"""Between records as Kafka holds them and typed events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError
from pydantic_core import to_json as dump_json

from marsad.contracts.envelope import BYTES_TYPE, DATA_HEADER, JSON_TYPE, Envelope, Headers, parse
from marsad.contracts.ids import derive
from marsad.contracts.model import Payload, well_formed
from marsad.contracts.topics import CONTRACTS, Contract
from marsad.contracts.trace import context_of, parse_traceparent

P = TypeVar("P", bound=Payload, covariant=True)  # noqa: PLC0105 - a payload type, not a role


@dataclass(frozen=True, slots=True)
class Event(Generic[P]):
    """A record that was read.

    Attributes:
        data: the payload.
        body: the value's bytes where the topic carries a body, else empty.
        envelope: the headers.
        timestamp_ms: the record's time on the broker.
    """

    data: P
    envelope: Envelope
    body: bytes = b""
    timestamp_ms: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """A record to write.

    Attributes:
        topic: short name, for example `urls.discovered`.
        key: decides the partition.
        data: the payload.
        body: the value of topics that carry a body.
        task_id: the task that the record belongs to.
        part: tells records apart that one cause writes to one topic under one key.
    """

    topic: str
    key: str
    data: Payload
    body: bytes | None = None
    task_id: str | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """A record as bytes: what a producer sends. `topic` is the short name."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def size(self) -> int:
        """Bytes of key, value and headers, before compression and framing."""
        return (
            len(self.key or b"") + len(self.value or b"") + sum(len(name) + len(value) for name, value in self.headers)
        )


def event_id(record: Record, cause: str) -> str:
    """Return the `ce_id` of a record that this cause leads to."""
    return derive(cause, record.topic, record.key, record.part)


def encode(record: Record, *, cause: str, source: str, at: datetime, parent: Envelope | None = None) -> Wire:
    """Return the record as bytes.

    Args:
        record: what to write.
        cause: the `ce_id` of the record that caused it; the new id derives from it.
        source: the writing service.
        at: now, with zone.
        parent: of the cause where the record belongs to its trace; without one, a trace begins.

    Raises:
        ValueError: the record does not fit its topic's contract.
    """
    contract = _contract(record.topic)
    if not isinstance(record.data, contract.model):
        raise ValueError(f"{record.topic} carries {contract.model.__name__}, not {type(record.data).__name__}")  # noqa: TRY004 - callers catch one type
    identity = event_id(record, cause)
    content = BYTES_TYPE if contract.has_body else JSON_TYPE
    before = parse_traceparent(parent.traceparent) if parent else None
    trace = context_of(identity, record.task_id, before).traceparent
    state = parent.tracestate if parent and before else None
    envelope = Envelope(identity, contract.type, f"/marsad/{source}", at, record.task_id, trace, content, state)
    payload = to_json(record.data)
    if contract.has_body:
        headers = (*envelope.headers(), (DATA_HEADER, payload))
        return Wire(record.topic, record.key.encode(), record.body or b"", headers)
    return Wire(record.topic, record.key.encode(), payload, envelope.headers())


def decode(
    topic: str, value: bytes | None, headers: Iterable[tuple[str, bytes | None]], timestamp_ms: int = 0
) -> Event[Payload]:
    """Read a record. Raises ValueError that says what is wrong and where."""
    contract = _contract(topic)
    pairs = tuple(headers)
    envelope = parse(pairs)
    if envelope.type != contract.type:
        raise ValueError(f"ce_type is {envelope.type[:100]!r}; {topic} carries {contract.type}")
    raw = _header(pairs, DATA_HEADER) if contract.has_body else value
    if raw is None:
        raise ValueError("the value is empty" if not contract.has_body else f"header {DATA_HEADER} is missing")
    data = _validate(contract, raw)
    return Event(data, envelope, (value or b"") if contract.has_body else b"", timestamp_ms)


def to_json(payload: Payload) -> bytes:
    """Return UTF-8 JSON; lone surrogates, which UTF-8 cannot carry, become U+FFFD.

    Raises:
        ValueError: an undeclared field holds what JSON cannot carry.
    """
    try:
        return payload.model_dump_json().encode()
    except (PydanticSerializationError, UnicodeEncodeError):
        return dump_json(_clean(payload.model_dump(mode="python")), inf_nan_mode="null")


def _contract(topic: str) -> Contract:
    if topic not in CONTRACTS:
        raise ValueError(f"topic {topic!r} has no contract; there are {', '.join(CONTRACTS)}")
    return CONTRACTS[topic]


def _validate(contract: Contract, raw: bytes) -> Payload:
    try:
        return contract.model.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise ValueError(f"{contract.type}: {where}: {first['msg']} ({error.error_count()} in all)") from error


def _header(headers: tuple[tuple[str, bytes | None], ...], name: str) -> bytes | None:
    """Return the last header of a name, as everywhere."""
    return next((value for key, value in reversed(headers) if key == name), None)


def _clean(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
