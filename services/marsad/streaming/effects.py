"""What an outcome means in records: a pure function from decisions to bytes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from marsad.contracts.codec import Event, Record, Wire, encode, to_json
from marsad.contracts.envelope import TASK_HEADER, Headers
from marsad.contracts.ids import derive
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.model import Payload, Task, well_formed
from marsad.contracts.states import State
from marsad.contracts.topics import dead_topic, lane_topic
from marsad.streaming.outcome import Emit, Outcome, Quarantine, Retry, Settle

DETAIL_CHARS = 2_000
REASON_CHARS = 200
DEAD_PREFIX = "marsad_dead_"
PART_BYTES = 10 * 1024 * 1024  # of one dead letter's value; its topic holds that beside key and headers
HEADER_BYTES, KEY_BYTES = 1024 * 1024, 512 * 1024
TASK_BYTES = 256 * 1024  # of JSON; a report of a larger task names its id alone, so that reports always fit their topic
LATEST_MS = 253_370_764_800_000  # 9999-01-01: a day later may still be reckoned with
_TASK_ID = re.compile(rb"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A record as the broker gave it. `topic` is the short name, `timestamp_ms` its time on the broker."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    @property
    def where(self) -> str:
        """Topic, partition and offset for people."""
        return f"{self.topic}[{self.partition}]@{self.offset}"

    @property
    def written(self) -> datetime:
        """Its time on the broker; a writer may have set any, so one that no calendar holds is the nearest it does."""
        return datetime.fromtimestamp(min(max(self.timestamp_ms, 0), LATEST_MS) / 1000, UTC)


def effects(
    service: str, message: RawMessage, event: Event[Payload] | None, outcome: Outcome, at: datetime
) -> list[Wire]:
    """Return the records that carry an outcome out.

    Args:
        service: who decided.
        message: the input.
        event: the input decoded, or None where it could not be.
        outcome: the decision.
        at: now.

    Raises:
        ValueError: a record does not fit its topic's contract.
    """
    if isinstance(outcome, Quarantine):
        return _quarantined(service, message, event, outcome, at)
    assert event is not None, "only a quarantine can come of a record that was not decoded"  # noqa: S101 - a law of the runner
    wires = [_encode(service, event, record, at) for record in _records(service, message, outcome, at)]
    if len({dict(wire.headers)["ce_id"] for wire in wires}) < len(wires):
        raise ValueError("two records of one outcome share topic, key and part: a reader would drop one as repeated")
    return wires


def _records(service: str, message: RawMessage, outcome: Emit | Retry | Settle, at: datetime) -> Sequence[Record]:
    if isinstance(outcome, Emit):
        return outcome.records
    if isinstance(outcome, Retry):
        key = (message.key or b"").decode("utf-8", "replace")
        return (Record(lane_topic(outcome.lane), key, outcome.data, task_id=task_id_of(message, outcome.data)),)
    if outcome.task is None:
        return outcome.records
    entry = ledger_record(
        outcome.task.task_id, outcome.state, service, at,
        task=outcome.task, reason=outcome.reason, detail=outcome.detail, article_id=outcome.article_id,
    )  # fmt: skip
    return (*outcome.records, entry)


def ledger_record(  # noqa: PLR0913 - the fields of one payload
    task_id: str,
    state: State,
    service: str,
    at: datetime,
    *,
    task: Task | None = None,
    reason: str = "",
    detail: str = "",
    article_id: str | None = None,
) -> Record:
    """Return the report of where a task stands; it fits the ledger whatever a stranger put into the task."""
    if task is not None and len(to_json(task)) > TASK_BYTES:
        task = None
    entry = LedgerEntry(
        task_id=task_id,
        state=state,
        reason=reason[:REASON_CHARS],
        detail=detail[:DETAIL_CHARS],
        service=service,
        at=at,
        article_id=article_id,
        task=task,
    )
    return Record("ledger", task_id, entry, task_id=task_id, part=state)


def _quarantined(
    service: str, message: RawMessage, event: Event[Payload] | None, outcome: Quarantine, at: datetime
) -> list[Wire]:
    wires = _dead_letters(service, message, outcome, at)
    task_id = task_id_of(message, event.data if event else None)
    if task_id is None or message.topic == "ledger":  # a broken report says nothing about its task
        return wires
    task = _task(event.data if event else None)
    entry = ledger_record(
        task_id, State.QUARANTINED, service, at, task=task, reason=outcome.reason, detail=outcome.detail
    )
    cause = event.envelope.id if event else derive(message.topic, str(message.partition), str(message.offset))
    return [*wires, encode(entry, cause=cause, source=service, at=at, parent=event.envelope if event else None)]


def _dead_letters(service: str, message: RawMessage, outcome: Quarantine, at: datetime) -> list[Wire]:
    """Return the bytes with their facts, whatever a stranger sent.

    Compression lets a record come out larger than any topic allows: then the value goes out in parts, and a key or
    headers beyond all reason are cut, which the facts say.
    """
    key, original, facts = message.key, _original_headers(message), _facts(service, message, outcome, at)
    if sum(len(name) + len(value) for name, value in original) > HEADER_BYTES:
        original, facts["cut_headers"] = (), str(len(original))
    if key is not None and len(key) > KEY_BYTES:
        key, facts["cut_key"] = key[:KEY_BYTES], str(len(key))
    value = message.value or b""  # Kafka wants a key or a value
    parts = [value[start : start + PART_BYTES] for start in range(0, max(len(value), 1), PART_BYTES)]
    return [
        Wire(dead_topic(service), key, part, _dead_headers(original, facts, f"{number}/{len(parts)}"))
        for number, part in enumerate(parts, 1)
    ]


def _original_headers(message: RawMessage) -> Headers:
    """Return the input's headers without marks of ours, which nobody else may set."""
    return tuple((name, value or b"") for name, value in message.headers if not name.startswith(DEAD_PREFIX))


def _dead_headers(original: Headers, facts: Mapping[str, str], part: str) -> Headers:
    marked = {**facts, "part": part}
    return (*original, *((f"{DEAD_PREFIX}{name}", well_formed(value).encode()) for name, value in marked.items()))


def _facts(service: str, message: RawMessage, outcome: Quarantine, at: datetime) -> dict[str, str]:
    return {
        "service": service,
        "reason": outcome.reason[:REASON_CHARS],
        "detail": outcome.detail[:DETAIL_CHARS],
        "topic": message.topic,
        "partition": str(message.partition),
        "offset": str(message.offset),
        "timestamp_ms": str(message.timestamp_ms),
        "at": at.isoformat(),
    }


def task_id_of(message: RawMessage, data: Payload | None) -> str | None:
    """Return the task of a record: by its payload, or by the header that survives an unreadable payload."""
    if (task := _task(data)) is not None:
        return task.task_id
    return next((_hex(value) for name, value in _last_first(message.headers) if name == TASK_HEADER), None)


def _task(data: Payload | None) -> Task | None:
    """Return a payload's task; an undeclared field of that name is a stranger's."""
    task = getattr(data, "task", None)
    return task if isinstance(task, Task) else None


def _hex(value: bytes | None) -> str | None:
    return value.decode() if value and _TASK_ID.fullmatch(value) else None


def _last_first(headers: Iterable[tuple[str, bytes | None]]) -> Iterable[tuple[str, bytes | None]]:
    return reversed(tuple(headers))


def _encode(service: str, event: Event[Payload], record: Record, at: datetime) -> Wire:
    envelope = event.envelope
    same_task = None in (record.task_id, envelope.task_id) or record.task_id == envelope.task_id
    return encode(record, cause=envelope.id, source=service, at=at, parent=envelope if same_task else None)
