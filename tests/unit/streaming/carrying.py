"""Carry outcomes out, and read what came of them."""

from marsad.contracts.codec import Event, Wire, decode
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.model import Payload
from marsad.contracts.topics import CONTRACTS
from marsad.streaming.effects import RawMessage, effects
from marsad.streaming.outcome import Outcome, Quarantine
from support.payloads import NOON
from unit.streaming.doubles import make_message


def event_of(message: RawMessage) -> Event[Payload]:
    """Decode as the runner does."""
    return decode(message.topic, message.value, message.headers, message.timestamp_ms)


def carry_out(outcome: Outcome, message: RawMessage | None = None) -> list[Wire]:
    """Return the records of an outcome of the service `extraction`."""
    given_message = message or make_message()
    return effects("extraction", given_message, event_of(given_message), outcome, NOON)


def quarantine_broken(message: RawMessage, reason: str = "undecodable", detail: str = "no JSON") -> list[Wire]:
    """Return the records of the quarantine of something that could not be read."""
    return effects("extraction", message, None, Quarantine(reason, detail), NOON)


def report_of(wire: Wire) -> LedgerEntry:
    """Read a ledger entry."""
    data = decode("ledger", wire.value, wire.headers).data
    assert isinstance(data, LedgerEntry)
    return data


def without_our_headers(wire: Wire) -> list[tuple[str, bytes]]:
    """Return the headers that the original record had."""
    return [pair for pair in wire.headers if not pair[0].startswith("marsad_dead_")]


def event_data(wire: Wire) -> Payload:
    """Read a record that we wrote."""
    assert wire.topic in CONTRACTS
    return decode(wire.topic, wire.value, wire.headers).data


def headers_of_ours(wire: Wire) -> dict[str, str]:
    """Return the facts of a dead letter; all of them are UTF-8."""
    return {name: value.decode() for name, value in wire.headers if name.startswith("marsad_dead_")}
