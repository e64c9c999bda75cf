"""Facts about an operator's proxy, against one on loopback."""

import asyncio

import pytest

from integration.fetching.servers import Bytes, serve_bytes
from integration.fetching.test_client import TERMS, make_settings
from marsad.fetching.client import Answer, open_client
from marsad.fetching.failures import FetchFailed, FetchRefused

PUBLIC = "93.184.215.14"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p>\n"


def proxy(asked: list[bytes], answer: bytes) -> Bytes:
    """Return a proxy that notes what it is asked and answers by itself."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.read(65_536)).split(b"\r\n")[0])
        writer.write(answer)
        await writer.drain()

    return talk


async def resolve(host: str, port: int) -> list[str]:  # noqa: ARG001 - a resolver's signature
    """Return an address inside for names inside, literal addresses as they are, else a public one."""
    if host[-1].isdigit():
        return [host]
    return ["10.0.0.1" if host.startswith("inside") else PUBLIC]


async def test_pages_come_through_the_proxy() -> None:
    """In plain by its whole URL; the proxy's own address needs no opened network."""
    asked: list[bytes] = []
    async with (
        serve_bytes(proxy(asked, PAGE)) as base,
        open_client(make_settings(allow_networks=[], proxy=base), resolve) as client,
    ):
        answer = await client.get("http://ajil.example/1", TERMS)
    assert isinstance(answer, Answer)
    assert answer.body == b"<p>\n"
    assert asked == [b"GET http://ajil.example/1 HTTP/1.1"]


async def test_over_tls_the_proxy_is_asked_for_a_tunnel() -> None:
    """What it refuses may go well later."""
    asked: list[bytes] = []
    async with (
        serve_bytes(proxy(asked, b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as base,
        open_client(make_settings(allow_networks=[], proxy=base), resolve) as client,
    ):
        with pytest.raises(FetchFailed) as failed:
            await client.get("https://ajil.example/1", TERMS)
    assert failed.value.reason == "connection"
    assert asked == [b"CONNECT ajil.example:443 HTTP/1.1"]


async def test_the_proxy_is_not_asked_for_what_is_inside() -> None:
    """Neither by name nor by address; an exception goes directly, and through the guard as well."""
    asked: list[bytes] = []
    async with serve_bytes(proxy(asked, PAGE)) as base:
        settings = make_settings(allow_networks=[], proxy=base, no_proxy=["inside.example"])
        async with open_client(settings, resolve) as client:
            for url in ("http://inside.example/", "http://inside.other.example/", "http://127.0.0.1/", "http://[::1]/"):
                with pytest.raises(FetchRefused) as refused:
                    await client.get(url, TERMS)
                assert refused.value.reason == "address"
    assert asked == []
