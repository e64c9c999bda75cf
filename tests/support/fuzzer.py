"""Records of every topic that a service reads: taken from the examples in `schemas/`, then harmed."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contract.examples import Example, example
from marsad.contracts.codec import Event, decode
from marsad.contracts.envelope import DATA_HEADER
from marsad.contracts.ids import derive
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.model import Payload, Task
from marsad.streaming.batches import Batch, fault_of
from marsad.streaming.effects import RawMessage
from support.evil import bodies
from support.mutation import Pairs, changed, headers, json_text
from support.rawbatch import RawRecord, batch

SHARES = {
    "urls.found": 20, "urls.discovered": 10, "urls.retry.10s": 2, "urls.retry.1m": 1, "urls.retry.10m": 1,
    "urls.retry.1h": 1,
    "feeds.fetched": 5, "pages.fetched": 5, "articles.extracted": 8, "articles.revised": 5,
    "articles.enriched": 17, "ledger": 25,
}  # fmt: skip
PATH = "floating-library"  # of the examples' article
IDS = re.compile(r"(?<=\")([0-9a-f]{32})(?=\")")
ORIGIN = "http://origin.example"
HOST = re.compile(r"https://waha-news\.example(?::443)?")
MOSTLY = 0.9


@dataclass(frozen=True)
class Fuzzed:
    """A harmed record.

    Attributes:
        kind: what was harmed, for people.
        subject: the task that its readable payload is about; None where it can only become a dead letter.
    """

    topic: str
    kind: str
    record: RawRecord
    subject: str | None


class Fuzzer:
    """Makes records; the same seed makes the same ones.

    Args:
        seed: decides everything.
        origins: scheme, host and port of servers of the test's own, which URLs name in turn.
        canary: a port on addresses that fetching must never ask.
    """

    def __init__(self, seed: int, origins: Sequence[str], canary: int = 9) -> None:
        self._seed = seed
        self._origins = origins
        self._canary = canary
        self._examples = {topic: example(topic) for topic in SHARES}
        self._texts = {topic: self._text(found) for topic, found in self._examples.items()}

    def topics(self, count: int) -> Sequence[str]:
        """Return the topics of so many records, each with at least one."""
        dice = random.Random(self._seed)  # noqa: S311 - repeatable
        drawn = dice.choices(list(SHARES), list(SHARES.values()), k=max(count - len(SHARES), 0))
        return [*SHARES, *drawn][:count]

    def make(self, topic: str, number: int) -> Fuzzed:
        """Return one record; its ids are its own, however it is harmed."""
        dice = random.Random(f"{self._seed} {topic} {number}")  # noqa: S311 - repeatable
        good = self.good(topic, number)
        kind = dice.choices(list(_HARMS), [share for share, _ in _HARMS.values()])[0]
        record = _HARMS[kind][1](_Subject(self._examples[topic], good, dice, self._canary))
        return Fuzzed(topic, kind, record, subject_of(topic, record))

    def good(self, topic: str, number: int) -> RawRecord:
        """Return the example with ids, addresses and texts of its own."""
        found, origin = self._examples[topic], self._origins[number % len(self._origins)]
        parts = [derive(part, str(number)) if at % 2 else part for at, part in enumerate(self._texts[topic])]
        fields, data, body = json.loads("".join(parts).replace(PATH, f"{topic}-{number}").replace(ORIGIN, origin))
        if found.contract.has_body:
            fields[DATA_HEADER] = json.dumps(data)
        pairs = tuple((name.encode(), str(value).encode()) for name, value in fields.items())
        return RawRecord(body.encode() if found.contract.has_body else json.dumps(data).encode(), pairs, b"key")

    @staticmethod
    def _text(found: Example) -> list[str]:
        """Return an example as JSON with a place for its server; every second part is an id."""
        return IDS.split(HOST.sub(ORIGIN, json.dumps([found.headers, found.data, found.body.decode()])))


@dataclass(frozen=True)
class _Subject:
    example: Example
    good: RawRecord
    dice: random.Random
    canary: int

    @property
    def payload(self) -> bytes:
        """The JSON, wherever it stands."""
        if not self.example.contract.has_body:
            return self.good.value or b""
        return dict(self.good.headers)[DATA_HEADER.encode()] or b""

    def with_payload(self, payload: bytes) -> RawRecord:
        """Return the record with other JSON."""
        if not self.example.contract.has_body:
            return RawRecord(payload, self.good.headers, self.good.key)
        kept = [(name, payload if name == DATA_HEADER.encode() else value) for name, value in self.good.headers]
        return RawRecord(self.good.value, kept, self.good.key)


def _fields(subject: _Subject) -> RawRecord:
    return subject.with_payload(json_text(json.loads(subject.payload), subject.dice, subject.canary))


def _bytes(subject: _Subject) -> RawRecord:
    return subject.with_payload(changed(subject.payload, subject.dice))


def _headers(subject: _Subject) -> RawRecord:
    pairs: Pairs = tuple(subject.good.headers)
    return RawRecord(subject.good.value, headers(pairs, subject.dice), subject.good.key)


def _value(subject: _Subject) -> RawRecord:
    dice = subject.dice
    if subject.example.contract.has_body:
        value: bytes | None = dice.choice((bodies(dice), changed(subject.good.value or b"", dice), None))
    else:
        value = dice.choice((None, b"", b"null", b"[]", b"{}", b'""', dice.randbytes(50), subject.payload * 2))
    return RawRecord(value, subject.good.headers, subject.good.key)


def _size(subject: _Subject) -> RawRecord:
    dice = subject.dice
    length = dice.choice((70_000, 300_000, 900_000) if dice.random() < MOSTLY else (1_100_000, 9_000_000))
    value = json.loads(subject.payload)
    value[dice.choice(list(value))] = dice.choice(("a", "\0", "عاجل ", "<p>", "\ud83d")) * (length // 5)
    return subject.with_payload(json.dumps(value).encode())


def _frame(subject: _Subject) -> RawRecord:
    """Return a record whose own frame is odd: key, time, offset, attributes, what follows it."""
    dice, good = subject.dice, subject.good
    key = dice.choice((None, b"", b"\xff", b"k" * 60_000, b"key"))
    odd: dict[str, Any] = dice.choice(
        ({}, {"moment": -(1 << 61)}, {"attributes": 0xFF}, {"delta": 77_000}, {"delta": -3})
    )
    return RawRecord(good.value, good.headers, key, **odd)


_HARMS = {
    "fields": (50, _fields), "bytes": (14, _bytes), "headers": (14, _headers), "value": (12, _value),
    "size": (1, _size), "frame": (4, _frame), "none": (4, lambda subject: subject.good),
}  # fmt: skip


def message(topic: str, record: RawRecord, offset: int) -> RawMessage:
    """Return the record as a runner gets it of the broker, at this offset; an offset of its own does not count."""
    (found,) = Batch(batch([record], base=offset))
    return RawMessage(topic, 0, found.offset, found.timestamp, found.key, found.value, found.headers)


def subject_of(topic: str, record: RawRecord) -> str | None:
    """Return the task that a readable record is about; None where it cannot be read."""
    raw = message(topic, record, 0)
    if fault_of(raw.headers) is not None:
        return None
    try:
        event = decode(topic, raw.value, raw.headers)
    except Exception:  # noqa: BLE001 - whatever the service itself will meet
        return None
    return _task_id(event)


def _task_id(event: Event[Payload]) -> str:
    task = getattr(event.data, "task", None)
    if isinstance(event.data, LedgerEntry):
        return event.data.task_id
    return task.task_id if isinstance(task, Task) else event.envelope.task_id or derive("task", event.envelope.id)
