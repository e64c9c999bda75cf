"""Facts about undoing content codings."""

import gzip
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from marsad.fetching.decoding import ACCEPTED, MAX_MEMBERS, Decoder, decoder_for
from marsad.fetching.failures import FetchFailed, FetchRefused

MIB = 1024 * 1024


def zstd(data: bytes) -> bytes:
    """Return a Zstandard frame."""
    return zstandard.ZstdCompressor(level=19).compress(data)


CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd,
}


def decode(decoder: Decoder, data: bytes, size: int = 65_536) -> bytes:
    """Return what data decode to when they come in chunks of this size."""
    pieces = [piece for start in range(0, len(data), size) for piece in decoder.feed(data[start : start + size])]
    return b"".join(pieces) + decoder.finish()


@pytest.mark.parametrize("name", CODERS)
@given(data=st.binary(max_size=5_000), repeats=st.integers(1, 200), size=st.integers(1, 3_000))
def test_what_was_coded_comes_back(name: str, data: bytes, repeats: int, size: int) -> None:
    """However the wire cuts the data into chunks."""
    assert decode(decoder_for(name), CODERS[name](data * repeats), size) == data * repeats


@pytest.mark.parametrize("name", [None, "", "identity", " Identity "])
def test_no_coding_changes_nothing(name: str | None) -> None:
    """Bytes go on as they came."""
    assert decode(decoder_for(name), b"\x1f\x8b raw", 2) == b"\x1f\x8b raw"


def test_what_we_offer_we_undo() -> None:
    """Accept-Encoding names nothing that would be refused; the old name of gzip is understood too."""
    assert set(ACCEPTED.split(", ")) == set(CODERS)
    assert decode(decoder_for("X-GZIP"), gzip.compress(b"a")) == b"a"


@pytest.mark.parametrize("name", ["compress", "deflate, gzip", "gzip, gzip", "gzip,br", "aes128gcm", "x" * 500])
def test_other_codings_and_chains_are_refused(name: str) -> None:
    """A bomb inside a bomb is not opened."""
    with pytest.raises(FetchRefused) as refused:
        decoder_for(name)
    assert refused.value.reason == "encoding"
    assert len(refused.value.detail) < 250


@given(data=st.binary(max_size=5_000), size=st.integers(1, 3_000))
def test_deflate_without_its_envelope_is_understood(data: bytes, size: int) -> None:
    """Some servers send it bare, against RFC 9110, and browsers have always taken it."""
    bare = zlib.compressobj(wbits=-15)
    assert decode(decoder_for("deflate"), bare.compress(data) + bare.flush(), size) == data


@pytest.mark.parametrize("data", [b"x", b"\x78\x9c", b"\x78\x9cnonsense", zlib.compress(b"a" * 99)[:-3]])
def test_deflate_that_is_cut_or_broken_fails(data: bytes) -> None:
    """Half a page never passes for a whole one."""
    with pytest.raises(FetchFailed) as failed:
        decode(decoder_for("deflate"), data)
    assert failed.value.reason == "encoding"


@pytest.mark.parametrize("name", CODERS)
def test_a_bomb_comes_out_in_small_pieces(name: str) -> None:
    """One step yields at most 2 MiB, so whoever counts can stop long before the end."""
    bomb = CODERS[name](bytes(16 * MIB))
    total = 0
    for piece in decoder_for(name).feed(bomb):
        assert len(piece) <= 2 * MIB
        total += len(piece)
        if total > 8 * MIB:
            break
    assert 8 * MIB < total <= 10 * MIB


def test_a_zstandard_bomb_of_the_tightest_blocks_comes_out_in_small_pieces() -> None:
    """Blocks of one repeated byte are the densest that the format has: four bytes for 128 KiB."""
    size = 128 * 1024
    block = (size << 3 | 1 << 1).to_bytes(3, "little") + b"a"
    frame = zstandard.FRAME_HEADER + bytes([0x00, 0x50]) + block * 2_000  # window of 1 MiB, blocks without an end
    largest, total = 0, 0
    for piece in decoder_for("zstd").feed(frame):
        largest, total = max(largest, len(piece)), total + len(piece)
        if total > 64 * MIB:
            break
    assert total > 64 * MIB
    assert largest <= 2 * MIB + size


@pytest.mark.parametrize("name", CODERS)
def test_data_that_end_too_early_are_broken(name: str) -> None:
    """Half a page never passes for a whole one; another attempt may bring the rest."""
    coded = CODERS[name](b"abc" * 1_000)
    with pytest.raises(FetchFailed, match="too early"):
        decode(decoder_for(name), coded[:-3])


@pytest.mark.parametrize("name", CODERS)
def test_data_in_another_coding_are_broken(name: str) -> None:
    """A header that lies is a failure, not an exception of the coding's library."""
    with pytest.raises(FetchFailed) as failed:
        decode(decoder_for(name), b"<html>no coding at all</html>" * 10)
    assert failed.value.reason == "encoding"


@pytest.mark.parametrize("name", CODERS)
def test_an_empty_body_is_empty_in_any_coding(name: str) -> None:
    """Servers declare a coding for bodies that they do not send."""
    assert decode(decoder_for(name), b"") == b""


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_several_members_are_one_body(name: str) -> None:
    """RFC 1952 and RFC 8878 let a body be made of parts."""
    coded = b"".join(CODERS[name](part) for part in (b"one ", b"two ", b"three"))
    for size in (1, 7, 1_000):
        assert decode(decoder_for(name), coded, size) == b"one two three"


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_body_of_thousands_of_members_is_refused(name: str) -> None:
    """Each member costs a new decoder."""
    with pytest.raises(FetchRefused) as refused:
        decode(decoder_for(name), CODERS[name](b"") * (MAX_MEMBERS + 1))
    assert refused.value.reason == "encoding"


def test_padding_behind_gzip_is_left_out() -> None:
    """As browsers do."""
    assert decode(decoder_for("gzip"), gzip.compress(b"news") + bytes(512), 5) == b"news"


def test_raw_deflate_data_are_not_gzip() -> None:
    """The coding must be the declared one."""
    with pytest.raises(FetchFailed):
        decode(decoder_for("gzip"), zlib.compress(b"news"))


def test_a_zstandard_frame_with_a_huge_window_is_broken() -> None:
    """A frame may claim up to 2 GiB of memory; RFC 9659 allows 8 MiB on the web."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    coded = stream.compress(b"news" * 1_000) + stream.flush()
    with pytest.raises(FetchFailed, match="memory"):
        decode(decoder_for("zstd"), coded)
