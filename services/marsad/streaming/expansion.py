"""Decompressing a record batch, with an end: a few kilobytes can stand for gigabytes.

aiokafka 0.14.0 decompresses a fetched batch whole, whatever comes out. The broker bounds what a batch takes compressed
(`max.message.bytes`), not what it expands to. Codecs: Kafka protocol, RecordBatch, attributes, bits 0 to 2.
"""

import struct
from collections.abc import Callable

import cramjam

MAX_EXPANDED = 32 * 1024 * 1024  # bytes of one batch; ours hold 256 KiB, or one record of at most 12 MiB
USUAL = 64 * 1024, 16  # room at first: so many bytes, or so many times what came; to zero MAX_EXPANDED takes 18 ms
XERIAL = b"\x82SNAPPY\x00"  # snappy-java's frame, which Kafka's own clients write
XERIAL_HEADER = 16  # bytes: the magic and two versions


def expand(codec: int, data: bytes) -> bytes:
    """Return the records' bytes of a batch.

    Args:
        codec: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
        data: what follows the batch's header.

    Raises:
        ValueError: there is no such codec, the data are damaged or expand to more than MAX_EXPANDED bytes.
    """
    if codec == 0:
        return data
    if codec not in _CODECS:
        raise ValueError(f"compression codec {codec} does not exist")
    name, into = _CODECS[codec]
    least, times = USUAL
    try:
        return _within(min(max(least, times * len(data)), MAX_EXPANDED), into, data)
    except (cramjam.DecompressionError, ValueError):  # damaged, or larger than usual: the codecs do not tell
        pass
    try:
        return _within(MAX_EXPANDED, into, data)
    except cramjam.DecompressionError as error:
        raise ValueError(f"{name}: {error}; at most {MAX_EXPANDED} bytes may come out") from error


def _within(size: int, into: Callable[[bytes, bytearray], int], data: bytes) -> bytes:
    room = bytearray(size)
    return bytes(memoryview(room)[: into(data, room)])


def _snappy_into(data: bytes, room: bytearray) -> int:
    if not data.startswith(XERIAL):
        return _raw_snappy_into(data, memoryview(room))
    at, filled = XERIAL_HEADER, 0
    while at < len(data):
        try:
            (length,) = struct.unpack_from(">i", data, at)
        except struct.error:
            raise ValueError("snappy: a block without its length") from None
        at += 4
        if not 0 < length <= len(data) - at:
            raise ValueError(f"snappy: a block of {length} bytes where {len(data) - at} are left")
        filled += _raw_snappy_into(data[at : at + length], memoryview(room)[filled:])
        at += length
    return filled


def _raw_snappy_into(block: bytes, room: memoryview) -> int:
    if cramjam.snappy.decompress_raw_len(block) > len(room):
        raise ValueError(f"snappy: more than {MAX_EXPANDED} bytes would come out")
    return int(cramjam.snappy.decompress_raw_into(block, room))


_CODECS: dict[int, tuple[str, Callable[[bytes, bytearray], int]]] = {
    1: ("gzip", cramjam.gzip.decompress_into),
    2: ("snappy", _snappy_into),
    3: ("lz4", cramjam.lz4.decompress_into),
    4: ("zstd", cramjam.zstd.decompress_into),
}
