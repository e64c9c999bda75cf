"""Records out of a WARC file of any make, in bounded memory; a broken one is named, and the next one is looked for.

Plain files, a gzip member for each record (as everybody writes), and whole files in one member. Source: WARC 1.1
(ISO 28500:2017), sections 4 and 5 and annex D.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from marsad.warc.inflating import Broken, Inflating

MAX_LINE = 64 * 1024  # bytes of a named field
MAX_FIELDS = 200
MAX_SKIPPED = 1024 * 1024 * 1024  # bytes of a record that are read past; a longer one is broken
PIECE = 64 * 1024
_VERSION = b"WARC/"


@dataclass(frozen=True, slots=True)
class Record:
    """A record.

    Attributes:
        offset: of its gzip member in the file; where there are none, of the record.
        fields: named fields by lower-case name; of a name that comes twice the last counts.
        block: what follows the fields, its first `cap` bytes.
        length: of the whole block.
    """

    offset: int
    fields: dict[str, str]
    block: bytes
    length: int

    @property
    def type(self) -> str:
        """WARC-Type, in small letters."""
        return self.fields.get("warc-type", "").lower()


@dataclass(frozen=True, slots=True)
class Bad:
    """What could not be read: where it begins in the file, and why."""

    offset: int
    why: str


def records(stream: BinaryIO, cap: int) -> Iterator[Record | Bad]:
    """Yield each record, and each place that is none.

    Args:
        stream: a file opened for reading bytes; it is sought in.
        cap: bytes of a block that are kept.

    Raises:
        OSError: the file cannot be read.
    """
    source = Inflating(stream, _VERSION)
    at = 0
    while True:
        try:
            source.skip_line_ends()
            at = source.tell()
            record = _record(source, at, cap)
            if record is None:
                return
            yield record
        except Broken as error:
            yield Bad(error.offset, str(error))
            source.resume()
        except ValueError as error:
            yield Bad(at, str(error))
            _go_on(source)


def _go_on(source: Inflating) -> None:
    """Pass over what is no record."""
    try:
        source.seek_line()
    except Broken:
        source.resume()


def _record(source: Inflating, at: int, cap: int) -> Record | None:
    """Return the record that begins here, or None at the end. Raises ValueError and Broken."""
    line = source.readline(MAX_LINE)
    if not line:
        return None
    if not line.startswith(_VERSION):
        raise ValueError(f"no record begins here, but {line[:40]!r}")
    fields = _fields(source)
    length = _length(fields)
    block = bytearray()
    left = length
    while left:
        piece = source.read(min(left, PIECE))
        if not piece:
            raise ValueError(f"the file ends {left} bytes before the record does")
        block += piece[: cap - len(block)]
        left -= len(piece)
    _check_sum(source, at)
    return Record(at, fields, bytes(block), length)


def _check_sum(source: Inflating, at: int) -> None:
    """Read past the record's end, where its member's checksum stands. Raises Broken where that is wrong."""
    try:
        source.skip_line_ends()
    except Broken as error:
        if error.offset == at:  # else it is the next one's, and comes again there
            raise


def _fields(source: Inflating) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for _ in range(MAX_FIELDS):
        line = source.readline(MAX_LINE)
        if not line.endswith(b"\n"):
            raise ValueError(f"a field that does not end within {MAX_LINE} bytes, or the file's end")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            return fields
        if text[0] in " \t" and name:  # continued (RFC 822, 3.1.1)
            fields[name] = f"{fields[name]} {text.strip()}"
            continue
        name, colon, value = text.partition(":")
        name = name.strip().lower()
        if not colon:
            raise ValueError(f"no named field: {text[:40]!r}")
        fields[name] = value.strip()
    raise ValueError(f"more than {MAX_FIELDS} named fields")


def _length(fields: dict[str, str]) -> int:
    text = fields.get("content-length", "")
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"Content-Length is {text[:40]!r}")
    if len(text) > 18 or int(text) > MAX_SKIPPED:  # noqa: PLR2004 - digits
        raise ValueError(f"Content-Length is {text[:40]}; {MAX_SKIPPED} bytes are read past at most")
    return int(text)
