"""The bytes of a file, plain or in gzip members (RFC 1952), in bounded pieces; what is damaged is passed over."""

import zlib
from typing import BinaryIO

CHUNK = 64 * 1024  # bytes read, and bytes inflated, at once
GZIP = b"\x1f\x8b\x08"  # magic, and the one compression method
BEGINNING = 1_024  # bytes of a member that tell whether it is one


class Broken(Exception):
    """A gzip member is damaged or ends too early. `offset` is where it begins in the file."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(why)
        self.offset = offset


class Inflating:
    """A file's content, read forward.

    Args:
        stream: opened for bytes, and seekable.
        start: what the content of a member begins with.
    """

    def __init__(self, stream: BinaryIO, start: bytes) -> None:
        self._stream = stream
        self._start = start
        head = stream.read(CHUNK)
        # Members may stand behind junk, and junk that looks packed before plain records.
        self._packed = GZIP in head and (start not in head or self._begins(head[:BEGINNING]))
        stream.seek(0)
        self._member = 0  # where the present one begins
        self._raw = b""
        self._inflate: zlib._Decompress | None = None  # of the present member
        self._broken: Broken | None = None  # until it is passed over
        self._buffer = b""  # of one member alone
        self._at_line = True  # a line, or a member, begins with the next byte

    def tell(self) -> int:
        """Return where the next byte lies in the file, or the member that holds it. Raises Broken."""
        self._fill()
        return self._member if self._packed else self._stream.tell() - len(self._buffer)

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end. Raises Broken."""
        self._fill()
        piece, self._buffer = self._buffer[:size], self._buffer[size:]
        self._at_line = piece.endswith(b"\n")
        return piece

    def readline(self, limit: int) -> bytes:
        """Return a line with its end, or `limit` bytes of a longer one; nothing at the end. Raises Broken.

        A line ends with its member too.
        """
        line = b""
        while len(line) < limit and not line.endswith(b"\n"):
            self._fill()
            if line and self._at_line:
                break
            end = self._buffer.find(b"\n", 0, limit - len(line)) + 1
            piece = self.read(end or limit - len(line))
            if not piece:
                break
            line += piece
        return line

    def skip_line_ends(self) -> None:
        """Pass over line ends. Raises Broken."""
        while True:
            self._fill()
            kept = self._buffer.lstrip(b"\r\n")
            self._at_line = self._at_line or kept != self._buffer
            self._buffer, was = kept, self._buffer
            if kept or not was:
                return

    def seek_line(self) -> None:
        """Go on to the next line that begins as a member does, or to the end. Raises Broken."""
        self._fill()
        while not (self._at_line and self._buffer.startswith(self._start)):
            if not self.readline(CHUNK):
                return
            self._fill()

    def resume(self) -> None:
        """Go on at the next whole member behind the present one, or at the end of the file."""
        at = self._member
        self._buffer = self._raw = b""
        self._inflate = self._broken = None
        while True:
            at = self._find(at + 1)
            self._stream.seek(at)
            if not (head := self._stream.read(BEGINNING)) or self._begins(head):
                break
        self._stream.seek(at)
        self._member = at

    def _find(self, at: int) -> int:
        """Return where the next magic stands, or the end of the file."""
        self._stream.seek(at)
        held = b""
        while more := self._stream.read(CHUNK):
            held += more
            if (found := held.find(GZIP)) >= 0:
                return at + found
            kept = held[1 - len(GZIP) :]
            at += len(held) - len(kept)
            held = kept
        return at + len(held)

    def _begins(self, head: bytes) -> bool:
        try:
            return zlib.decompressobj(wbits=31).decompress(head, len(self._start)) == self._start
        except zlib.error:
            return False

    def _fill(self) -> None:
        """Have bytes in the buffer unless the file is at its end."""
        while not self._buffer:
            if self._broken:
                raise self._broken
            if not self._raw:
                self._raw = self._stream.read(CHUNK)
            if not self._packed:
                self._buffer, self._raw = self._raw, b""
                return
            if self._inflate is None or self._inflate.eof:
                if not self._raw:
                    return
                self._inflate = self._next_member()
            self._step(self._inflate)

    def _next_member(self) -> "zlib._Decompress":
        self._member = self._stream.tell() - len(self._raw)
        self._raw += self._stream.read(len(GZIP)) if len(self._raw) < len(GZIP) else b""
        if not self._raw.startswith(GZIP):
            raise self._break("what follows the last gzip member is none")
        self._at_line = True
        return zlib.decompressobj(wbits=31)

    def _step(self, inflate: "zlib._Decompress") -> None:
        at_end = not self._raw
        try:
            self._buffer = inflate.decompress(self._raw, CHUNK)
        except zlib.error as error:
            raise self._break(f"the gzip member is damaged: {error}") from error
        self._raw = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
        if at_end and not self._buffer and not inflate.eof:
            raise self._break("the gzip member ends too early")

    def _break(self, why: str) -> Broken:
        self._broken = Broken(self._member, why)
        return self._broken
