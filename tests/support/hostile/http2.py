"""HTTP/2 that misbehaves, frame by frame (RFC 9113), for a client that speaks it without asking."""

import asyncio

from hpack import Encoder

from support.hostile.bodies import GZIP_BOMB, SIZE
from support.hostile.heads import BROKEN, CUT, FINE, LATE
from support.hostile.talk import Answer, forever, hangs, resets, says, streams
from support.hostile.web import Behaviour

DATA, HEADERS, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4
PREFACE_BYTES = 150  # a client's greeting and its request are a little more
PAGE_HEAD = ((":status", "200"), ("content-type", "text/html"))


def frame(kind: int, payload: bytes = b"", flags: int = 0, stream: int = 1) -> bytes:
    """Return a frame."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def head(*fields: tuple[str, str], flags: int = END_HEADERS) -> bytes:
    """Return a HEADERS frame."""
    return frame(HEADERS, Encoder().encode(fields), flags)


def bomb_head() -> bytes:
    """Return a head of one field of 4,000 bytes that is named 10,000 times by its place in the table."""
    packed = Encoder().encode([*PAGE_HEAD, ("x", "y" * 4_000)])
    return frame(HEADERS, packed + b"\xbe" * 10_000, END_HEADERS)


async def closes(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End the connection in order."""
    writer.write_eof()


def speaks(*parts: bytes, then: Answer = hangs) -> Answer:
    """Return an answer that begins as HTTP/2 does, once the request is there."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = b""
        while frame(HEADERS)[3:4] + b"\x05" not in request and len(request) < PREFACE_BYTES:
            request += await reader.read(65_536)
        await says(frame(SETTINGS, stream=0), *parts, then=then)(reader, writer)

    return answer


def host(name: str, state: str, reasons: frozenset[str], answer: Answer) -> Behaviour:
    """Return a host that speaks HTTP/2."""
    return Behaviour(f"HTTP/2: {name}", state, reasons, answer, tls="raw")


PAGE = head(*PAGE_HEAD)
GZIPPED = head(*PAGE_HEAD, ("content-encoding", "gzip"))
HINT = frame(HEADERS, b"\x08\x03103", END_HEADERS)
MORE = frame(CONTINUATION, Encoder().encode([("x", "y" * 8_000)]))
CUTS = [GZIP_BOMB[start : start + 16_000] for start in range(0, len(GZIP_BOMB), 16_000)]

HTTP2: tuple[Behaviour, ...] = (
    host("says nothing", "retry", LATE, hangs),
    host("speaks HTTP/1.1", "retry", LATE, says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", then=hangs)),
    host("noise", "retry", BROKEN, says(bytes(range(256)) * 20, then=hangs)),
    host("goes away at once", "retry", CUT, speaks(frame(GOAWAY, bytes(8), stream=0))),
    host("resets the stream", "retry", BROKEN, speaks(PAGE, frame(RESET, bytes(4)))),
    host("resets the connection", "retry", CUT, speaks(PAGE, then=resets)),
    host("settings for ever", "retry", LATE, speaks(then=forever(frame(SETTINGS, stream=0), 0.005))),
    host("pings for ever", "retry", LATE, speaks(then=forever(frame(PING, bytes(8), stream=0), 0.005))),
    host("a head that unpacks to 40 MB", "retry", BROKEN, speaks(bomb_head())),
    host("a head without end", "retry", BROKEN, speaks(head(*PAGE_HEAD, flags=0), then=streams([MORE] * 2_000))),
    host("a head that is no HPACK", "retry", BROKEN, speaks(frame(HEADERS, b"\xff" * 50, END_HEADERS))),
    host("a frame too large", "retry", BROKEN, speaks(PAGE, frame(DATA, bytes(65_536)))),
    host("a stream that nobody opened", "retry", BROKEN, speaks(frame(DATA, b"x", stream=7))),
    host("pushes unasked", "retry", BROKEN, speaks(frame(PUSH, bytes(4) + b"\x88", END_HEADERS))),
    host("no status", "fetched", FINE, speaks(head(("content-type", "text/html"), flags=END_HEADERS | END_STREAM))),
    host("early hints for ever", "retry", LATE, speaks(then=forever(HINT, 0.005))),
    host("hangs within the body", "retry", LATE, speaks(PAGE, frame(DATA, b"<p>"), then=hangs)),
    host("closes within the body", "retry", CUT, speaks(PAGE, frame(DATA, b"<p>"), then=closes)),
    host("empty data for ever", "retry", LATE, speaks(PAGE, then=forever(frame(DATA), 0.005))),
    host("a body past its window", "refused", SIZE, speaks(PAGE, then=forever(frame(DATA, bytes(16_000)), 0.001))),
    host("a gzip bomb", "refused", SIZE, speaks(GZIPPED, *(frame(DATA, cut) for cut in CUTS[:3]), then=hangs)),
    host("a page", "fetched", frozenset({"http_200"}), speaks(PAGE, frame(DATA, b"<p>x</p>", END_STREAM))),
)  # fmt: skip
