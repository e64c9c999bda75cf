"""Facts about reading bodies under caps."""

import gzip
from collections.abc import AsyncIterator

import pytest

from marsad.fetching.bodies import check_declared_length, check_type, read_body
from marsad.fetching.decoding import decoder_for
from marsad.fetching.failures import FetchRefused

TEXT = [
    None,
    "",
    "text/html",
    "TEXT/HTML; charset=windows-1256",
    "text/plain;charset=utf-8",
    "application/xhtml+xml",
    "application/rss+xml; charset=UTF-8",
    "application/atom+xml",
    "application/xml",
    "text/xml",
    "application/json",
    "application/feed+json",
    "application/ld+json",
]
OTHER = [
    "image/png",
    "image/svg+xml",
    "application/pdf",
    "application/octet-stream",
    "video/mp4",
    "text/css",
    "multipart/mixed",
    "application/+xml",
    "nonsense",
    "application/" + "x" * 5_000 + "+xml",
]


class Chunks:
    """A body in chunks, which counts how many were read."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = chunks
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            self.read += 1
            yield chunk


async def read(chunks: Chunks, cap: int, *, coding: str | None = None, cut: bool = False) -> tuple[bytes, int]:
    """Return body and wire bytes."""
    return await read_body(aiter(chunks), decoder_for(coding), cap, cut=cut)


@pytest.mark.parametrize("content_type", TEXT)
def test_text_in_its_forms_is_taken(content_type: str | None) -> None:
    """HTML, XML, JSON and plain text, whatever their charset; a body without a declared type too."""
    check_type(content_type)


@pytest.mark.parametrize("content_type", OTHER)
def test_other_types_are_refused(content_type: str) -> None:
    """Pictures, films and programs are no news text; the message stays short."""
    with pytest.raises(FetchRefused) as refused:
        check_type(content_type)
    assert refused.value.reason == "type"
    assert len(refused.value.detail) < 250


@pytest.mark.parametrize("value", ["101", "9" * 30])
def test_a_declared_length_above_the_cap_is_refused_before_reading(value: str) -> None:
    """Nothing of the body is read for that."""
    with pytest.raises(FetchRefused) as refused:
        check_declared_length(value, 100)
    assert refused.value.reason == "size"


@pytest.mark.parametrize("value", [None, "", "100", "0", "-5", "1e9", "١٠١"])
def test_a_declared_length_that_fits_or_says_nothing_passes(value: str | None) -> None:
    """What comes is counted anyway."""
    check_declared_length(value, 100)


async def test_a_body_up_to_the_cap_is_whole() -> None:
    """Body and wire bytes are returned."""
    assert await read(Chunks(b"a" * 60, b"b" * 40), 100) == (b"a" * 60 + b"b" * 40, 100)


async def test_a_longer_body_is_refused_as_soon_as_it_is_longer() -> None:
    """A body without end is not read to its end."""
    chunks = Chunks(*[b"a" * 50] * 100)
    with pytest.raises(FetchRefused) as refused:
        await read(chunks, 100)
    assert refused.value.reason == "size"
    assert chunks.read == 3


async def test_a_small_bomb_on_the_wire_is_refused_by_what_it_becomes() -> None:
    """The cap counts decoded bytes too."""
    bomb = gzip.compress(bytes(10_000_000))
    assert len(bomb) < 50_000
    with pytest.raises(FetchRefused, match="size"):
        await read(Chunks(bomb), 50_000, coding="gzip")


async def test_wire_bytes_that_decode_to_nothing_are_counted() -> None:
    """Padding behind a gzip member costs transfer, though the body stays small."""
    with pytest.raises(FetchRefused, match="size"):
        await read(Chunks(gzip.compress(b"a"), *[bytes(1_000)] * 10), 5_000, coding="gzip")


async def test_a_body_may_be_cut_instead() -> None:
    """robots.txt is read up to its limit (RFC 9309, 2.5)."""
    chunks = Chunks(*[b"a" * 60] * 10)
    body, wire = await read(chunks, 100, cut=True)
    assert (body, wire, chunks.read) == (b"a" * 100, 120, 2)
