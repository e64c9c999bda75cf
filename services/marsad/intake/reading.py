"""Links out of bytes that nobody has described: files and standard input, of any size and encoding.

Bytes are handled in blocks that end at white space, where no link goes on. A line is UTF-8 or, where it cannot be,
windows-1256, which old Arabic sites and editors write and which gives every byte a letter (so it comes second).
"""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from marsad.urls import find_links

BLOCK = 1024 * 1024  # bytes read at once
UNBROKEN = 16 * BLOCK  # bytes without white space, after which a text is cut
_SPACES = (b"\n", b" ", b"\r", b"\t")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f\ufffd]")
_PACKED = {
    b"\x1f\x8b": "gzip", b"PK\x03\x04": "ZIP, as docx and xlsx are", b"BZh": "bzip2", b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd", b"%PDF-": "PDF",
}  # fmt: skip
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Reading:
    """The links of one stream, in order; repeats may come.

    Attributes:
        remarks: what a person should know about how it was read; filled while `links` runs.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.remarks: list[str] = []

    def links(self) -> Iterator[str]:
        """Yield each link. Raises OSError where the stream cannot be read."""
        for block in self._blocks():
            if b"\0" in block:
                self._remark("is binary: only links that stand in it as plain text were found")
            for line in block.splitlines():
                if b"." in line:  # every host has one
                    yield from find_links(self._decode(line))

    def _blocks(self) -> Iterator[bytes]:
        held = b""
        for more in self._read():
            held += more
            end = 1 + max(held.rfind(space) for space in _SPACES)
            if end == 0 and len(held) < UNBROKEN:
                continue
            if end == 0:
                self._remark(f"has {UNBROKEN // BLOCK} MiB without a space: a link may be cut there")
                end = len(held)
            yield held[:end]
            held = held[end:]
        yield held

    def _read(self) -> Iterator[bytes]:
        """Yield the bytes as they come, UTF-16 as UTF-8."""
        more = self._stream.read(BLOCK)
        packed = next((name for magic, name in _PACKED.items() if more.startswith(magic)), None)
        if packed:
            self._remark(f"is packed ({packed}): unpack it first; only links that stand in it plainly were found")
        decoder = codecs.getincrementaldecoder("utf-16")("replace") if _is_utf16(more) else None
        if decoder:
            self._remark("was read as UTF-16")
        while more:
            yield decoder.decode(more).encode("utf-8", "replace") if decoder else more
            more = self._stream.read(BLOCK)

    def _decode(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            text = line.decode("utf-8", "replace")
        if b"\0" in line or len(_BEYOND_ASCII.findall(text)) > text.count("\ufffd"):  # UTF-8 with a scratch
            return text
        self._remark("has lines that are no UTF-8: they were read as windows-1256")
        return line.decode("cp1256", "replace")

    def _remark(self, text: str) -> None:
        if text not in self.remarks:
            self.remarks.append(text)


def _is_utf16(head: bytes) -> bool:
    """Whether a block begins with UTF-16's mark and holds a dot of it: other bytes begin so too."""
    return head.startswith(_UTF16) and "." in head.decode("utf-16", "replace")
