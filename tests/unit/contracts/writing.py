"""Write records at noon, and read them again."""

from marsad.contracts.codec import Record, Wire, decode, encode
from marsad.contracts.model import Payload
from support.payloads import NOON
from unit.contracts.samples import record_of


def write(record: Record, cause: str = "a cause") -> Wire:
    """Encode at noon, as the service `test`."""
    return encode(record, cause=cause, source="test", at=NOON)


def ce_id(record: Record, cause: str = "a cause") -> bytes:
    """Return the id that a record gets."""
    return dict(write(record, cause).headers)["ce_id"]


def read(wire: Wire, **headers: bytes | None) -> Payload:
    """Decode what was written, some headers replaced."""
    return decode(wire.topic, wire.value, {**dict(wire.headers), **headers}.items()).data


def with_json(raw: bytes, topic: str = "urls.found") -> Payload:
    """Decode a record of this JSON whose headers are in order."""
    return decode(topic, raw, write(record_of(topic)).headers).data


def found_with(member: str) -> bytes:
    """Return the JSON of a URL that was found, with one more member."""
    return f'{{"url":"http://a","found_in":"feed","found_at":"2026-03-01T12:00:00Z",{member}}}'.encode()
