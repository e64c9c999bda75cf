"""One question in Kafka's own protocol: DescribeCluster, which names the cluster and the brokers that are in service.

A client library would do; but only `streaming/` imports one, and a health check wants to know little. Format: Kafka
protocol guide, API key 60, version 0, flexible (KIP-482), request header 2, response header 1.
"""

import socket
import struct
from dataclasses import dataclass

DESCRIBE_CLUSTER = 60
CORRELATION = 7
MAX_ANSWER_BYTES = 65_536  # whoever sends more is not the broker


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster's id and (host, port) of each broker in service."""

    cluster_id: str
    brokers: frozenset[tuple[str, int]]


def describe_cluster(host: str, port: int, timeout_s: float = 1.0) -> Cluster:
    """Ask the broker at this address.

    Raises OSError where nothing answers in time, ValueError, IndexError or struct.error where it is no broker.
    """
    client = b"marsad"
    header = struct.pack(">hhih", DESCRIBE_CLUSTER, 0, CORRELATION, len(client)) + client + b"\0"
    request = header + b"\0\0"  # no authorized operations, no tagged fields
    with socket.create_connection((host, port), timeout_s) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        (length,) = struct.unpack(">i", _exactly(connection, 4))
        if not 0 < length <= MAX_ANSWER_BYTES:
            raise ValueError(f"an answer of {length} bytes")
        return parse(_exactly(connection, length))


def parse(answer: bytes) -> Cluster:
    """Read a DescribeCluster answer, version 0. Raises ValueError, IndexError or struct.error where it is none."""
    reader = _Reader(answer)
    if reader.integer(">i") != CORRELATION:
        raise ValueError("the answer to another question")
    reader.tags()
    reader.integer(">i")  # throttle time
    error = reader.integer(">h")
    if error:
        raise ValueError(f"Kafka error {error}")
    reader.string()  # error message
    cluster_id = reader.string()
    reader.integer(">i")  # controller
    brokers = set()
    for _ in range(reader.varint() - 1):
        reader.integer(">i")  # node id
        brokers.add((reader.string(), reader.integer(">i")))
        reader.string()  # rack
        reader.tags()
    return Cluster(cluster_id, frozenset(brokers))


def _exactly(connection: socket.socket, count: int) -> bytes:
    received = bytearray()
    while len(received) < count:
        chunk = connection.recv(count - len(received))
        if not chunk:
            raise ConnectionError("closed in the middle of an answer")
        received += chunk
    return bytes(received)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def integer(self, form: str) -> int:
        (value,) = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return int(value)

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 - the continuation bit
                return value
            shift += 7

    def string(self) -> str:
        """Read a compact string; null reads as the empty string."""
        length = max(0, self.varint() - 1)
        if self._at + length > len(self._data):
            raise ValueError("a string longer than the answer")
        self._at += length
        return self._data[self._at - length : self._at].decode()

    def tags(self) -> None:
        for _ in range(self.varint()):
            self.varint()  # which field
            length = self.varint()
            self._at += length
