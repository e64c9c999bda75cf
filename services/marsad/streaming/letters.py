"""Dead letters as an operator sees them: their parts joined, their facts told apart from what a stranger sent.

They are written by `effects.py`. What it could not keep cannot be given back: an absent value or header comes back
empty, and a key or headers that were cut cannot be replayed at all.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from marsad.contracts.codec import Wire
from marsad.contracts.envelope import Headers, text_of
from marsad.contracts.ids import derive
from marsad.contracts.topics import dead_topic
from marsad.settings import Settings
from marsad.streaming.effects import DEAD_PREFIX, RawMessage, task_id_of
from marsad.streaming.reader import read
from marsad.streaming.topics import Topics

__all__ = ["Letter", "letters", "obstacle", "wire_of"]

PART = "part"
_CUT = {"cut_key": "its key of {} bytes was cut", "cut_headers": "its {} headers were too large to be kept"}


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter.

    Attributes:
        service: whose.
        place: partition and offset of its first part, for example `0-12`.
        at: when the broker took it.
        facts: of the quarantine, by name without prefix; values are a stranger's in part.
        key: of the original record.
        headers: of the original record.
        value: its bytes, parts joined.
        parts: how many there are to be.
        missing: numbers of those that the topic does not hold.
        task_id: of the task that ended with it; empty where none is known.
    """

    service: str
    place: str
    at: datetime
    facts: Mapping[str, str]
    key: bytes | None
    headers: Headers
    value: bytes
    parts: int = 1
    missing: tuple[int, ...] = ()
    task_id: str = ""

    @property
    def id(self) -> str:
        """What its marks are kept under: offsets alone would begin anew with a new broker."""
        return derive("letter", self.service, self.place, self.facts.get("at", ""))

    @property
    def origin(self) -> str:
        """Topic, partition and offset of the original record."""
        return f"{self.facts.get('topic', '')}[{self.facts.get('partition', '')}]@{self.facts.get('offset', '')}"


@dataclass(slots=True)
class _Parts:
    """The parts of one letter that have been read so far."""

    total: int
    first: RawMessage
    facts: dict[str, str]
    values: dict[int, bytes] = field(default_factory=dict)

    def letter(self, service: str) -> Letter:
        first = self.first
        return Letter(
            service=service,
            place=f"{first.partition}-{first.offset}",
            at=first.written,
            facts=self.facts,
            key=first.key,
            headers=tuple((name, value or b"") for name, value in first.headers if not name.startswith(DEAD_PREFIX)),
            value=b"".join(self.values[number] for number in sorted(self.values)),
            parts=self.total,
            missing=tuple(number for number in range(1, self.total + 1) if number not in self.values),
            task_id=task_id_of(first, None) or "",
        )


async def letters(own: Settings, service: str) -> AsyncGenerator[Letter, None]:
    """Yield a service's dead letters as the topic holds them now, each with the last of its parts.

    Those of which parts are missing come at the end. Raises as `reader.read`.
    """
    open_ones: dict[tuple[object, ...], _Parts] = {}
    async with aclosing(read(own, dead_topic(service))) as messages:
        async for message in messages:
            facts = _facts(message)
            number, total = _part(facts.pop(PART, ""))
            owner = (message.partition, total, *sorted(facts.items()))
            parts = open_ones.setdefault(owner, _Parts(total, message, facts))
            parts.values.setdefault(number, message.value or b"")
            if len(parts.values) == total:
                del open_ones[owner]
                yield parts.letter(service)
    for parts in open_ones.values():
        yield parts.letter(service)


def obstacle(letter: Letter, topics: Topics) -> str | None:
    """Return why a letter cannot go back to where it came from; None where it can."""
    if letter.missing:
        numbers = ", ".join(map(str, letter.missing))
        return f"of its {letter.parts} parts, {numbers} are missing"
    for fact, why in _CUT.items():
        if fact in letter.facts:
            return f"{why.format(letter.facts[fact])} when it was quarantined: have its URL fetched again instead"
    if letter.facts.get("topic") not in topics.specs:
        return f"it came from no topic that there is ({letter.facts.get('topic', '')[:80]!r})"
    return None


def wire_of(letter: Letter) -> Wire:
    """Return the original record: key, value and headers as they came, for the topic that it came from."""
    return Wire(letter.facts["topic"], letter.key, letter.value, letter.headers)


def _facts(message: RawMessage) -> dict[str, str]:
    return {
        name.removeprefix(DEAD_PREFIX): value
        for name, value in text_of(message.headers).items()
        if name.startswith(DEAD_PREFIX)
    }


def _part(text: str) -> tuple[int, int]:
    """Return number and count of a part such as `1/3`; a record without has one."""
    number, _, total = text.partition("/")
    if not (number.isdecimal() and total.isdecimal() and 1 <= int(number) <= int(total)):
        return 1, 1
    return int(number), int(total)
