"""A sitemap's bytes before they are parsed: gzip undone, stray ampersands escaped, in pieces."""

import re
import zlib
from collections.abc import Iterable, Iterator

__all__ = ["CHUNK", "mended", "unpacked"]

CHUNK = 65_536
MAX_BYTES = 52_428_800  # decompressed, by the protocol
TAIL = 10  # bytes of the longest reference, and of what opens a CDATA section

_GZIP = b"\x1f\x8b"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SECTION = b"<![CDATA["
# A section that does not end reaches to the end: looked for again at each opening, its end would cost their square.
_AMPERSAND = re.compile(
    rb"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)", re.DOTALL
)


def unpacked(body: bytes) -> Iterator[bytes]:
    """Yield a body in pieces, decompressed. Raises ValueError beyond MAX_BYTES and zlib.error where gzip is broken."""
    if not body.startswith(_GZIP):
        yield from (body[start : start + CHUNK] for start in range(0, min(len(body), MAX_BYTES), CHUNK))
        return
    taken, rest = 0, body
    while rest.startswith(_GZIP):  # a file may have several members (RFC 1952, 2.2)
        member = zlib.decompressobj(wbits=31)
        while rest and not member.eof:
            piece = member.decompress(rest, CHUNK)
            rest = member.unused_data if member.eof else member.unconsumed_tail
            taken += len(piece)
            if taken > MAX_BYTES:
                raise ValueError(f"more than {MAX_BYTES} bytes decompressed")
            yield piece
        if not member.eof:
            raise ValueError("the gzip ends too early")


def mended(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Escape ampersands that begin no reference: the parser would drop what follows them, and give another address.

    A document's own entities become plain text by it. What may go on in the next chunk is held back.
    """
    pieces, rest = iter(chunks), b""
    for chunk in pieces:
        whole = rest + chunk
        if whole.startswith(_UTF_16):
            yield whole
            yield from pieces
            return
        cut = _open_end(whole)
        yield _AMPERSAND.sub(_escaped, whole[:cut])
        rest = whole[cut:]
    yield _AMPERSAND.sub(_escaped, rest)


def _open_end(data: bytes) -> int:
    """Return where something begins that may not be whole: a reference, or a CDATA section."""
    section = data.rfind(_SECTION)
    end = data.find(b"]]>", section) if section >= 0 else 0
    if end < 0 and len(data) - section < CHUNK:
        return section
    begins = (data.find(mark, max(len(data) - TAIL, end)) for mark in (b"&", b"<"))
    return min((place for place in begins if place >= 0), default=len(data))


def _escaped(match: re.Match[bytes]) -> bytes:
    return b"&amp;" if match[0] == b"&" else match[0]
