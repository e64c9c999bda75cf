"""The examples of `schemas/examples/`, as records of Kafka."""

import json
from dataclasses import dataclass
from typing import Any

from marsad.contracts.codec import Event, decode
from marsad.contracts.envelope import DATA_HEADER
from marsad.contracts.model import Payload
from marsad.contracts.topics import CONTRACTS, Contract
from marsad.schemas.build import HEADERS_FILE, schema_file
from marsad.schemas.files import example_file
from marsad.settings import REPOSITORY

FOLDER = REPOSITORY / "schemas"
TOPICS = sorted(CONTRACTS)


@dataclass(frozen=True)
class Example:
    """An example as its file shows it: headers as text, JSON parsed wherever it stands."""

    contract: Contract
    key: str
    headers: dict[str, Any]
    value: Any

    @property
    def data(self) -> Any:
        """The payload's JSON."""
        return self.headers[DATA_HEADER] if self.contract.has_body else self.value

    @property
    def body(self) -> bytes:
        """The value of a topic that carries a body."""
        return str(self.value).encode() if self.contract.has_body else b""

    def event(self, data: Any = None) -> Event[Payload]:
        """Read the example, or the same record with another payload, as a service does."""
        raw = json.dumps(self.data if data is None else data).encode()
        headers = {name: str(value).encode() for name, value in self.headers.items()}
        if self.contract.has_body:
            return decode(self.contract.name, self.body, {**headers, DATA_HEADER: raw}.items())
        return decode(self.contract.name, raw, headers.items())


def example(topic: str) -> Example:
    """Read the example of a topic."""
    contract = CONTRACTS[topic]
    return Example(contract, **json.loads((FOLDER / "examples" / example_file(contract)).read_text(encoding="utf-8")))


def schema(topic: str) -> dict[str, Any]:
    """Read the committed schema of a topic."""
    found: dict[str, Any] = json.loads((FOLDER / schema_file(CONTRACTS[topic])).read_text(encoding="utf-8"))
    return found


def headers_schema() -> dict[str, Any]:
    """Read the committed schema of the headers."""
    found: dict[str, Any] = json.loads((FOLDER / HEADERS_FILE).read_text(encoding="utf-8"))
    return found
