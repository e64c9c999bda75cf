"""A batch is decompressed up to a limit, whatever it claims."""

import struct
import tracemalloc

import cramjam
import pytest

from marsad.streaming.expansion import MAX_EXPANDED, expand
from support.rawbatch import CODECS, compressed

CONTENT = b"a record, and another record" * 100
XERIAL = b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)


@pytest.mark.parametrize("codec", [0, *CODECS.values()])
def test_what_clients_compress_comes_out(codec: int) -> None:
    """Every codec of Kafka, and none."""
    assert expand(codec, compressed(codec, CONTENT)) == CONTENT


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_as_much_as_is_allowed_comes_out(codec: int) -> None:
    """The limit itself is within the limit."""
    assert len(expand(codec, compressed(codec, bytes(MAX_EXPANDED)))) == MAX_EXPANDED


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_a_batch_that_expands_beyond_the_limit_is_refused(codec: int) -> None:
    """One byte too many is too many."""
    with pytest.raises(ValueError, match=str(MAX_EXPANDED)):
        expand(codec, compressed(codec, bytes(MAX_EXPANDED + 1)))


def test_a_bomb_takes_no_more_memory_than_the_limit() -> None:
    """A gigabyte in 33 KB: it is refused before it is there."""
    bomb = compressed(CODECS["zstd"], bytes(1 << 30))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="zstd"):
            expand(CODECS["zstd"], bomb)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 2 * MAX_EXPANDED


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@pytest.mark.parametrize("damaged", [b"\xff" * 40, b"\x01"])
def test_damaged_data_are_an_error_of_ours(codec: int, damaged: bytes) -> None:
    """Whatever the library raises."""
    with pytest.raises(ValueError):  # noqa: PT011 - each codec says it in its own words
        expand(codec, damaged)


@pytest.mark.parametrize("codec", [5, 6, 7])
def test_a_codec_that_does_not_exist_is_named(codec: int) -> None:
    """Three bits leave room for codecs that nobody has defined."""
    with pytest.raises(ValueError, match=f"codec {codec}"):
        expand(codec, b"")


def xerial(*blocks: bytes) -> bytes:
    """Return blocks in the frame of snappy-java."""
    return XERIAL + b"".join(struct.pack(">i", len(block)) + block for block in blocks)


def test_the_frame_of_java_clients_is_read() -> None:
    """Its blocks are put together."""
    blocks = [bytes(cramjam.snappy.compress_raw(part)) for part in (b"one ", b"two")]

    assert expand(CODECS["snappy"], xerial(*blocks)) == b"one two"


def test_blocks_of_the_frame_have_one_limit_together() -> None:
    """Many small blocks are no way around it."""
    block = bytes(cramjam.snappy.compress_raw(bytes(MAX_EXPANDED // 2)))
    with pytest.raises(ValueError, match=str(MAX_EXPANDED)):
        expand(CODECS["snappy"], xerial(block, block, block))


@pytest.mark.parametrize("length", [-4, 0, 1_000])
def test_a_block_lies_within_the_frame(length: int) -> None:
    """A negative length would have aiokafka read the same block for ever."""
    with pytest.raises(ValueError, match=f"block of {length} bytes"):
        expand(CODECS["snappy"], XERIAL + struct.pack(">i", length) + b"abc")


def test_a_frame_that_ends_within_a_length_is_an_error() -> None:
    """Two bytes are no length."""
    with pytest.raises(ValueError, match="without its length"):
        expand(CODECS["snappy"], XERIAL + b"\x00\x00")


def test_a_usual_batch_takes_little_room() -> None:
    """Room for the largest batch would have to be zeroed for each: many times the cost of reading it."""
    data = compressed(CODECS["zstd"], CONTENT)
    tracemalloc.start()
    try:
        expand(CODECS["zstd"], data)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < MAX_EXPANDED // 100
