"""Ways to answer a request, byte by byte."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from itertools import repeat

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

ASKED: ContextVar[bytes] = ContextVar("asked")
"""The path that the request asks for."""

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
PAGE = "<html><head><title>خبر</title></head><body><p>خبر عاجل من القاهرة</p></body></html>".encode()


def says(*parts: bytes, then: Answer | None = None) -> Answer:
    """Return an answer of these bytes, and what comes after them; the connection is closed at its end."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if then is not None:
            await then(reader, writer)

    return answer


def page(body: bytes = PAGE, *fields: bytes) -> Answer:
    """Return a page with further header fields."""
    return says(OK + b"".join(field + b"\r\n" for field in fields) + b"Content-Length: %d\r\n\r\n" % len(body), body)


def status(code: int, *fields: bytes, body: bytes = b"") -> Answer:
    """Return an answer of this status."""
    head = b"HTTP/1.1 %d Said\r\nContent-Type: text/html\r\nConnection: close\r\n" % code
    return says(head + b"".join(field + b"\r\n" for field in fields) + b"Content-Length: %d\r\n\r\n" % len(body), body)


def moved(location: bytes, code: int = 302) -> Answer:
    """Return a redirect."""
    return status(code, b"Location: " + location)


def streams(parts: Iterable[bytes], every_s: float = 0.0) -> Answer:
    """Return an answer that writes these parts until there are no more or nobody listens."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(every_s)

    return answer


def forever(part: bytes, every_s: float = 0.0) -> Answer:
    """Return an answer without end."""
    return streams(repeat(part), every_s)


async def hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Say nothing until the other side goes."""
    while await reader.read(65_536):
        pass


async def resets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Break the connection with a reset."""
    await asyncio.sleep(0.05)  # what was written before goes out
    writer.transport.abort()
