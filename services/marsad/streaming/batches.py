"""Reading record batches so that nothing that a stranger wrote can stop a partition.

aiokafka 0.14.0 raises at a record that the broker has taken but that it cannot read itself, among them any with a
header whose name is no UTF-8: the service ends, starts again and meets it again, for ever. Here every record of a
batch comes out under an offset of its own. One that cannot be read carries its bytes and the mark UNREADABLE, and ends
among the dead letters; one of the broker's own, a transaction's end, carries MARKER, so that offsets have no gaps that
look like losses.

Format: Kafka protocol, "Record Batch" (magic 2), the only one that brokers since 4.0 take.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.util import calc_crc32c

from marsad.streaming.expansion import MAX_EXPANDED, expand
from marsad.streaming.fields import Fields

MAX_HEADERS = 10_000  # of one record: they compress well and lie in memory badly
CODEC, LOG_APPEND_TIME, CONTROL = 0x07, 0x08, 0x20  # attributes
MAGIC = 2
_START = struct.Struct(">qi")  # base offset, bytes that follow
_HEADER = struct.Struct(">qiibIhiqqqhii")
_MAGIC_AT, _CHECKED_FROM = struct.calcsize(">qii"), struct.calcsize(">qiibI")  # the latter: attributes and what follows

Headers = tuple[tuple[str, bytes | None], ...]


class Mark(str):
    """A header's name that no record can bring along: it is told by identity."""

    __slots__ = ()


UNREADABLE = Mark("marsad_dead_unreadable")
"""Its value says why the record cannot be read."""
MARKER = Mark("marsad_dead_marker")


def is_marker(headers: Headers) -> bool:
    """Whether the record is the broker's own, of which nothing follows."""
    return any(name is MARKER for name, _ in headers)


def fault_of(headers: Headers) -> str | None:
    """Return why the record could not be read; None for one that could."""
    return next(((value or b"").decode() for name, value in headers if name is UNREADABLE), None)


class Record(NamedTuple):
    """What aiokafka asks of a record; the time in milliseconds."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    checksum: None = None


class Batches:
    """The batches of one partition in one answer of the broker, in aiokafka's terms (`MemoryRecords`).

    The last one may be cut off: it comes again. So does what follows once MAX_EXPANDED bytes have come out.
    """

    def __init__(self, data: bytes) -> None:
        self._data = bytes(data)
        self._at = 0
        self._expanded = 0
        self._last: Batch | None = None

    def size_in_bytes(self) -> int:
        """Return the size as it came."""
        return len(self._data)

    def has_next(self) -> bool:
        """Whether another whole batch is to be read now."""
        expanded = self._expanded + (self._last.expanded if self._last else 0)
        return self._end() is not None and expanded < MAX_EXPANDED

    def next_batch(self) -> "Batch | None":
        """Return the next batch. Raises CorruptRecordException where the broker sent none that this reads."""
        end = self._end()
        if end is None:
            return None
        self._expanded += self._last.expanded if self._last else 0
        self._last = Batch(self._data[self._at : end])
        self._at = end
        return self._last

    def _end(self) -> int | None:
        if len(self._data) - self._at < _START.size:
            return None
        end = self._at + _START.size + int(_START.unpack_from(self._data, self._at)[1])
        return end if end <= len(self._data) else None


class Batch:
    """One batch; iterating over it raises nothing."""

    is_control_batch = is_transactional = False  # else aiokafka would skip it
    producer_id = None

    def __init__(self, data: bytes) -> None:
        if len(data) < _HEADER.size or data[_MAGIC_AT] != MAGIC:
            raise CorruptRecordException(f"a batch of {len(data)} bytes is not of format {MAGIC}")
        fields = _HEADER.unpack_from(data)
        self._data = data
        self._crc, self._attributes = fields[4], fields[5]
        self._first_timestamp, self._max_timestamp, self._count = fields[7], fields[8], fields[12]
        self.base_offset: int = fields[0]
        self.next_offset: int = fields[0] + fields[6] + 1  # also where compaction took the last records
        self.expanded = 0

    def validate_crc(self) -> bool:
        """Whether the bytes are as the broker took them."""
        return bool(calc_crc32c(self._data[_CHECKED_FROM:]) == self._crc)

    def __iter__(self) -> Iterator[Record]:
        """Give the records in the order of their offsets."""
        if self._attributes & CONTROL:
            yield from (self._bare(offset, None, MARKER, "") for offset in range(self.base_offset, self.next_offset))
            return
        try:
            content = expand(self._attributes & CODEC, self._data[_HEADER.size :])
        except ValueError as error:
            yield from self._lost(self.base_offset, self._count, self._data, f"its batch: {error}")
            return
        self.expanded = len(content)
        yield from self._records(Fields(content))

    def _records(self, content: Fields) -> Iterator[Record]:
        due = self.base_offset
        for left in range(self._count, 0, -1):
            start = content.at
            try:
                one = content.part(content.varint())
            except ValueError as error:
                yield from self._lost(due, left, content.data[start:], f"the rest of its batch: {error}")
                return
            try:
                record = self._record(Fields(one), due, self.next_offset - left)
            except ValueError as error:
                record = self._bare(due, one, UNREADABLE, str(error))
            yield record
            due = record.offset + 1

    def _record(self, fields: Fields, due: int, latest: int) -> Record:
        """Read a record whose offset must lie between these two. Raises ValueError."""
        fields.part(1)  # its attributes: none are defined
        moment, offset = self._first_timestamp + fields.varint(), self.base_offset + fields.varint()
        if not due <= offset <= latest:
            raise ValueError(f"its offset is {offset} where {due} to {latest} can be")
        key, value = fields.nullable(), fields.nullable()
        headers = _headers(fields)
        if not fields.at_end:
            raise ValueError("bytes are left over after its headers")
        appended = bool(self._attributes & LOG_APPEND_TIME)
        return Record(offset, self._max_timestamp if appended else moment, int(appended), key, value, headers)

    def _lost(self, due: int, count: int, raw: bytes, why: str) -> Iterator[Record]:
        """Give records that cannot be told apart: the first one carries the bytes of all."""
        for offset in range(due, min(due + count, self.next_offset)):
            yield self._bare(offset, raw if offset == due else None, UNREADABLE, f"{why}; offset {due} has its bytes")

    def _bare(self, offset: int, value: bytes | None, mark: Mark, why: str) -> Record:
        return Record(offset, self._max_timestamp, 0, None, value, ((mark, why.encode()),))


def _headers(fields: Fields) -> Headers:
    """Return a record's headers, and a mark where a name, spelt out then, is no UTF-8. Raises ValueError."""
    count = fields.varint()
    if not 0 <= count <= MAX_HEADERS:
        raise ValueError(f"it has {count} headers, {MAX_HEADERS} are the most")
    pairs = [(fields.part(fields.varint()), fields.nullable()) for _ in range(count)]
    headers = [(name.decode("utf-8", "backslashreplace"), value) for name, value in pairs]
    foreign = next((name for name, _ in pairs if not _is_utf8(name)), None)
    if foreign is not None:
        headers.append((UNREADABLE, f"the header name {foreign[:100]!r} is no UTF-8".encode()))
    return tuple(headers)


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def install() -> None:
    """Replace the reading of batches in aiokafka's consumers, for this process."""
    setattr(fetcher, "MemoryRecords", Batches)  # noqa: B010 - there is no public seam to assign to
