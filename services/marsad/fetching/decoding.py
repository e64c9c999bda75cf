"""Content codings undone in small pieces, so that no bomb grows large before it is noticed.

One step never yields more than about 2 MiB, whatever the input; the caller counts and stops. Sources: RFC 9110, 8.4;
gzip RFC 1952; deflate RFC 1950 and, as some servers send it, RFC 1951; Brotli RFC 7932; Zstandard RFC 8878 with the
window limit of RFC 9659.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # ships no types
import zstandard

from marsad.fetching.failures import FetchFailed, FetchRefused

ACCEPTED = "gzip, deflate, br, zstd"

PIECE = 64 * 1024  # bytes asked of a decoder at once
ZSTD_SLICE = 64  # input bytes of one step; a block of 128 KiB takes at least 4, so a step yields at most 2 MiB
ZSTD_WINDOW = 8 * 1024 * 1024  # RFC 9659, section 3
MAX_MEMBERS = 100  # gzip members or Zstandard frames of one body
ZLIB_HEAD = 2  # bytes
GZIP_START = b"\x1f"


class Decoder(Protocol):
    """Undoes one content coding."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the data decode to, piece by piece. Raises FetchFailed, reason `encoding`."""

    def finish(self) -> bytes:
        """Return what is left. Raises FetchFailed where the coded data end too early."""


class Identity:
    """No coding."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the data."""
        yield data

    def finish(self) -> bytes:
        """Return nothing."""
        return b""


class Gzip:
    """One or more gzip members; what follows them is padding."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._members = 1
        self._fed = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield pieces of at most PIECE bytes."""
        self._fed = self._fed or bool(data)
        while data:
            if self._member.eof:
                if not data.startswith(GZIP_START):
                    return
                self._members = _count(self._members)
                self._member = zlib.decompressobj(wbits=31)
            try:
                piece = self._member.decompress(data, PIECE)
            except zlib.error as error:
                raise FetchFailed("encoding", f"broken gzip: {error}") from error
            data = self._member.unconsumed_tail or self._member.unused_data
            yield piece

    def finish(self) -> bytes:
        """Return the few bytes that the last step held back."""
        rest = self._member.flush()
        if self._fed and not self._member.eof:
            raise FetchFailed("encoding", "the gzip data end too early")
        return rest


class Deflate:
    """One deflate stream, in zlib's envelope as RFC 9110 has it, or bare as some servers send it."""

    def __init__(self) -> None:
        self._start = b""
        self._stream: zlib._Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield pieces of at most PIECE bytes."""
        if self._stream is None:
            self._start = data = self._start + data
            if len(data) < ZLIB_HEAD:
                return
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if _in_zlib_envelope(data) else -zlib.MAX_WBITS)
        while data and not self._stream.eof:
            try:
                piece = self._stream.decompress(data, PIECE)
            except zlib.error as error:
                raise FetchFailed("encoding", f"broken deflate: {error}") from error
            data = self._stream.unconsumed_tail
            yield piece

    def finish(self) -> bytes:
        """Return the few bytes that the last step held back."""
        rest = self._stream.flush() if self._stream else b""
        if self._start and not (self._stream and self._stream.eof):
            raise FetchFailed("encoding", "the deflate data end too early")
        return rest


class Brotli:
    """A Brotli stream."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._fed = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield pieces of little more than PIECE bytes."""
        self._fed = self._fed or bool(data)
        while not self._stream.is_finished():
            try:
                piece: bytes = self._stream.process(data, output_buffer_limit=PIECE)
            except brotli.error as error:
                raise FetchFailed("encoding", f"broken Brotli: {error}") from error
            if not piece:
                return
            data = b""
            yield piece

    def finish(self) -> bytes:
        """Return nothing; `feed` holds nothing back."""
        if self._fed and not self._stream.is_finished():
            raise FetchFailed("encoding", "the Brotli data end too early")
        return b""


class Zstandard:
    """One or more Zstandard frames."""

    def __init__(self) -> None:
        self._frame = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
        self._frames = 1
        self._fed = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what ZSTD_SLICE bytes of input at a time decode to."""
        self._fed = self._fed or bool(data)
        for start in range(0, len(data), ZSTD_SLICE):
            part = data[start : start + ZSTD_SLICE]
            while part:
                if self._frame.eof:
                    self._frames = _count(self._frames)
                    self._frame = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
                try:
                    piece = self._frame.decompress(part)
                except zstandard.ZstdError as error:
                    raise FetchFailed("encoding", f"broken Zstandard: {error}") from error
                part = self._frame.unused_data if self._frame.eof else b""
                yield piece

    def finish(self) -> bytes:
        """Return nothing; `feed` holds nothing back."""
        if self._fed and not self._frame.eof:
            raise FetchFailed("encoding", "the Zstandard data end too early")
        return b""


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "": Identity,
    "identity": Identity,
    "gzip": Gzip,
    "x-gzip": Gzip,
    "deflate": Deflate,
    "br": Brotli,
    "zstd": Zstandard,
}


def decoder_for(content_encoding: str | None) -> Decoder:
    """Return the decoder of a Content-Encoding. Raises FetchRefused for one that was not asked for, and for a chain."""
    name = (content_encoding or "").strip().lower()
    if name not in _DECODERS:
        raise FetchRefused("encoding", f"Content-Encoding is {name[:100]!r}; {ACCEPTED} were offered, one at a time")
    return _DECODERS[name]()


def _in_zlib_envelope(data: bytes) -> bool:
    """Whether the first two bytes are a zlib header: method 8, and a multiple of 31 (RFC 1950, 2.2)."""
    return data[0] & 0x0F == 8 and int.from_bytes(data[:ZLIB_HEAD], "big") % 31 == 0  # noqa: PLR2004 - the RFC's


def _count(parts: int) -> int:
    if parts >= MAX_MEMBERS:
        raise FetchRefused("encoding", f"the compressed body has more than {MAX_MEMBERS} parts")
    return parts + 1
