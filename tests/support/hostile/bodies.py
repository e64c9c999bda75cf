"""Bodies that are endless, bombs, of the wrong length, or not what they are said to be."""

import gzip
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # ships no types
import zstandard

from support.hostile.heads import BROKEN, CUT, LATE, fetched, retry
from support.hostile.talk import OK, PAGE, Answer, forever, hangs, page, resets, says, status, streams
from support.hostile.web import Behaviour

CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
SIZE, ENCODING, TYPE = frozenset({"size"}), frozenset({"encoding"}), frozenset({"type"})
MIB = bytes(1024 * 1024)
BOMB_MIB = 200


def refused(name: str, reasons: frozenset[str], answer: Answer) -> Behaviour:
    """Return a host whose answer breaks our rules."""
    return Behaviour(name, "refused", reasons, answer)


def coded(coding: bytes, body: bytes) -> Answer:
    """Return a page in a content coding."""
    return page(body, b"Content-Encoding: " + coding)


def length(value: bytes, *more: bytes, then: Answer | None = None) -> Answer:
    """Return a page of a declared length."""
    return says(OK + b"Content-Length: " + value + b"\r\n" + b"".join(more) + b"\r\n", PAGE, then=then)


def _bomb(step: Callable[[bytes], bytes], end: Callable[[], bytes]) -> bytes:
    return b"".join([*(step(MIB) for _ in range(BOMB_MIB)), end()])


def _deflated(wbits: int) -> bytes:
    packer = zlib.compressobj(9, wbits=wbits)
    return _bomb(packer.compress, packer.flush)


def _brotli() -> bytes:
    packer = brotli.Compressor(quality=1)
    return _bomb(packer.process, packer.finish)


def _zstd() -> bytes:
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    return _bomb(packer.compress, packer.flush)


GZIP_BOMB = _deflated(31)
WIDE = b"\x28\xb5\x2f\xfd\x00\xb0" + bytes(8)  # a Zstandard frame that wants a window of 4 GiB

BODIES = (
    refused("never ends, in chunks", SIZE, says(CHUNKED, then=forever(CHUNK))),
    refused("never ends, without a length", SIZE, says(OK + b"\r\n", then=forever(b"x" * 65_536))),
    refused("a declared length above the cap", SIZE, length(b"5000001", then=hangs)),
    refused("a length of eighteen digits", SIZE, length(b"9" * 18, then=hangs)),
    retry("a length of thirty digits", BROKEN, length(b"9" * 30, then=hangs)),
    refused("a gzip bomb", SIZE, coded(b"gzip", GZIP_BOMB)),
    refused("a deflate bomb", SIZE, coded(b"deflate", _deflated(15))),
    refused("a Brotli bomb", SIZE, coded(b"br", _brotli())),
    refused("a Zstandard bomb", SIZE, coded(b"zstd", _zstd())),
    refused("a bomb in a bomb", ENCODING, coded(b"gzip, gzip", gzip.compress(GZIP_BOMB))),
    refused("10,000 gzip members", ENCODING, coded(b"gzip", gzip.compress(b"") * 10_000)),
    refused("an unknown coding", ENCODING, coded(b"aes128gcm", PAGE)),
    refused("a picture", TYPE, says(OK.replace(b"text/html", b"image/png") + b"\r\n", then=forever(MIB))),
    refused("a type of 10 KB", TYPE, says(OK.replace(b"text/html", b"x" * 10_000) + b"\r\n", PAGE)),
    retry("a window of 4 GiB", ENCODING, coded(b"zstd", WIDE)),
    retry("plain text said to be gzip", ENCODING, coded(b"gzip", PAGE)),
    retry("gzip cut short", ENCODING, coded(b"gzip", gzip.compress(PAGE)[:-6])),
    retry("gzip said to be Brotli", ENCODING, coded(b"br", gzip.compress(PAGE))),
    retry("drips its body", LATE, says(CHUNKED, then=forever(b"1\r\nx\r\n", 0.05))),
    retry("hangs within the body", LATE, length(b"500", then=hangs)),
    retry("shorter than declared", CUT, length(b"500")),
    retry("resets within the body", CUT, length(b"500", then=resets)),
    retry("chunks that never end", CUT, says(CHUNKED, b"5\r\nhello\r\n")),
    retry("chunks of noise", BROKEN, says(CHUNKED, b"zz\r\nhello\r\n")),
    retry("a chunk longer than the world", CUT, says(CHUNKED, b"FFFFFFFFFFFFFFFFFF\r\nhello")),
    retry("a chunk's endless extension", BROKEN, says(CHUNKED + b"5;", then=streams([b"x" * 65_536] * 64))),
    retry("endless trailers", BROKEN, says(CHUNKED + b"0\r\n", then=streams([b"X: " + b"x" * 8_000 + b"\r\n"] * 500))),
    retry("two lengths", BROKEN, length(b"5", b"Content-Length: 6\r\n")),
    retry("a negative length", BROKEN, length(b"-1")),
    retry("a length in words", BROKEN, length(b"many")),
    retry("an unknown transfer coding", BROKEN, says(OK + b"Transfer-Encoding: gzip\r\n\r\n", gzip.compress(PAGE))),
    fetched("longer than declared", length(b"10", then=streams([b"HTTP/1.1 200 OK\r\n\r\nevil"]))),
    fetched(
        "a length and chunks",
        says(OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    ),
    fetched("an empty body", page(b"")),
    fetched("zero bytes", page(bytes(100_000))),
    fetched("a charset that is none", says(OK.replace(b"utf-8", b"klingon-\xff") + b"\r\n", PAGE)),
    fetched("bytes of another charset", page("خبر عاجل".encode("cp1256"))),
    fetched("a picture said to be HTML", page(b"\xff\xd8\xff\xe0" + bytes(5_000))),
    fetched("no type", says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PAGE), PAGE)),
    fetched("100,000 open tags", page(b"<div>" * 100_000)),
    fetched(
        "a head of noise",
        page(b"<meta " + b"a=" * 100_000 + b"<meta http-equiv='refresh' content='0;url=" + b"x" * 9_000),
    ),
    Behaviour("203 of a proxy", "fetched", frozenset({"http_203"}), status(203, body=PAGE)),
)
