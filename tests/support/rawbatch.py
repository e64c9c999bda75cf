"""Record batches byte by byte, as a writer without any client library could send them to a real broker."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import cramjam
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import TopicPartition

NOON_MS = 1_772_366_400_000
RawHeaders = Sequence[tuple[bytes, bytes | None]]
CODECS = {"gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


def varint(number: int) -> bytes:
    """Return a zigzag varint."""
    left = (number << 1) ^ (number >> 63)
    written = bytearray()
    while left > 0x7F:
        written.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*written, left])


def sized(content: bytes | None) -> bytes:
    """Return bytes after their length, null as -1."""
    return varint(-1) if content is None else varint(len(content)) + content


@dataclass(frozen=True)
class RawRecord:
    """One record; `attributes` are reserved and `tail` stands where nothing may follow."""

    value: bytes | None
    headers: RawHeaders = ()
    key: bytes | None = b"k"
    delta: int | None = None
    moment: int = 0
    attributes: int = 0
    tail: bytes = b""

    def content(self, position: int) -> bytes:
        """Return the record's bytes at this position of its batch."""
        body = bytes([self.attributes]) + varint(self.moment)
        body += varint(position if self.delta is None else self.delta) + sized(self.key) + sized(self.value)
        body += varint(len(self.headers)) + b"".join(sized(name) + sized(value) for name, value in self.headers)
        return sized(body + self.tail)


def batch(
    records: Sequence[RawRecord] | bytes,
    *,
    count: int | None = None,
    codec: int = 0,
    attributes: int = 0,
    first_ms: int = NOON_MS,
    base: int = 0,
    last_delta: int | None = None,
) -> bytes:
    """Return a batch with a right checksum; bytes stand for its content as compressed."""
    if isinstance(records, bytes):
        content, number = records, count or 1
    else:
        content = b"".join(record.content(position) for position, record in enumerate(records))
        content, number = compressed(codec, content), len(records) if count is None else count
    last = number - 1 if last_delta is None else last_delta
    checked = struct.pack(">hiqqqhii", attributes | codec, last, first_ms, first_ms, -1, -1, -1, number) + content
    return struct.pack(">qiibI", base, len(checked) + 9, -1, 2, calc_crc32c(checked)) + checked


def compressed(codec: int, content: bytes) -> bytes:
    """Return the content as Kafka's own clients compress it; xerial's frame is left to the tests that need it."""
    if codec == CODECS["gzip"]:
        return bytes(cramjam.gzip.compress(content))
    if codec == CODECS["snappy"]:
        return bytes(cramjam.snappy.compress_raw(content))
    if codec == CODECS["lz4"]:
        compressor = cramjam.lz4.Compressor(level=1, content_checksum=False, block_linked=False)
        compressor.compress(content)
        return bytes(compressor.finish())
    return bytes(cramjam.zstd.compress(content)) if codec == CODECS["zstd"] else content


class RawWriter:
    """Writes batches as they are."""

    def __init__(self, bootstrap: str) -> None:
        self._client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=120_000)
        self._known: set[str] = set()

    async def __aenter__(self) -> Self:
        await self._client.bootstrap()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def write(self, topic: str, partition: int, content: bytes) -> int:
        """Write one batch; return its first offset. Raises KafkaError as the broker refuses it."""
        if topic not in self._known:
            await self._client.add_topic(topic)
            await self._client.force_metadata_update()
            self._known.add(topic)
        node = self._client.cluster.leader_for_partition(TopicPartition(topic, partition))
        request = ProduceRequest(
            transactional_id=None, required_acks=-1, timeout=60_000, topics=[(topic, [(partition, content)])]
        )
        response = await self._client.send(node, request)
        (_, ((_, code, offset, *_),)) = response.topics[0]
        if code:
            raise for_code(code)(f"{response.topics}")
        return int(offset)
