"""Facts about exchanges with real servers on loopback, kind and hostile."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
import zstandard
from aiohttp import web

from integration.fetching.servers import Bytes, says, serve, serve_bytes, speak_http2
from marsad.fetching.addresses import AddressPolicy
from marsad.fetching.client import Answer, Client, Redirect, Terms, open_client
from marsad.fetching.failures import FetchError, FetchFailed, FetchRefused
from marsad.fetching.transports import guarded_transport
from marsad.settings import Fetching

TERMS = Terms("text/html", 100_000)
PAGE = "<html><p>خبر عاجل من القاهرة</p></html>"
GZIPPED = b"Content-Encoding: gzip\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def make_settings(**values: object) -> Fetching:
    """Return settings with loopback opened, on every port."""
    given = {"contact": "https://crawler.example/about", "allow_networks": ["127.0.0.0/8"], "deadline_s": 60}
    return Fetching.model_validate({**given, **values})


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """Return a client of loopback's sites."""
    async with open_client(make_settings()) as opened:
        yield opened


async def ask(client: Client, url: str) -> Answer:
    """Return what answers, redirects followed."""
    while isinstance(went := await client.get(url, TERMS), Redirect):
        url = went.target
    return went


async def failure(answer: Bytes, *, path: str = "/", **settings: object) -> FetchError:
    """Return what comes of asking a site that says what it likes."""
    async with serve_bytes(answer) as base, open_client(make_settings(**settings)) as client:
        with pytest.raises(FetchError) as failed:
            await ask(client, base + path)
        return failed.value


async def test_bytes_come_as_they_were_sent(client: Client) -> None:
    """In the site's own charset, which stays in the declared type."""
    body = PAGE.encode("windows-1256")

    async def page(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": "text/html; charset=windows-1256"})

    async with serve({"/": page}) as base:
        answer = await ask(client, f"{base}/")
    assert (answer.body, answer.content_type) == (body, "text/html; charset=windows-1256")
    assert answer.http_version == "HTTP/1.1"


@pytest.mark.parametrize(
    ("coding", "encode"),
    [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstandard.ZstdCompressor().compress)],
)
async def test_what_was_coded_for_the_wire_is_decoded(
    client: Client, coding: str, encode: Callable[[bytes], bytes]
) -> None:
    """Wire bytes are what came, the body is what was meant."""
    body = (PAGE * 500).encode()

    async def page(request: web.Request) -> web.Response:
        assert coding in request.headers["Accept-Encoding"]
        headers = {"Content-Type": "text/html", "Content-Encoding": coding}
        return web.Response(body=encode(body), headers=headers)

    async with serve({"/": page}) as base:
        answer = await ask(client, f"{base}/")
    assert answer.body == body
    assert answer.wire_bytes == len(encode(body)) < len(body)


@pytest.mark.parametrize(
    ("coding", "encode"),
    [("gzip", gzip.compress), ("br", lambda data: brotli.compress(data, quality=5)), ("zstd", zstandard.compress)],
)
async def test_a_bomb_is_refused(client: Client, coding: str, encode: Callable[[bytes], bytes]) -> None:
    """A few kilobytes that become megabytes end when the cap is reached."""

    async def bomb(_: web.Request) -> web.Response:
        headers = {"Content-Encoding": coding, "Content-Type": "text/html"}
        return web.Response(body=encode(bytes(20_000_000)), headers=headers)

    async with serve({"/": bomb}) as base:
        with pytest.raises(FetchRefused) as refused:
            await ask(client, f"{base}/")
    assert refused.value.reason == "size"


async def test_a_raw_arabic_location_is_followed(client: Client) -> None:
    """Many sites send the path in UTF-8 bytes that no header may hold."""
    async with serve_bytes(
        says(b"HTTP/1.1 302 Found\r\nLocation: /" + "أخبار".encode() + b"\r\nContent-Length: 0\r\n\r\n")
    ) as base:
        went = await client.get(f"{base}/", TERMS)
    assert isinstance(went, Redirect)
    assert went.target == f"{base}/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"


@pytest.mark.parametrize("location", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/"])
async def test_a_redirect_into_a_closed_network_is_refused(client: Client, location: str) -> None:
    """Each hop is checked, whoever sent us there."""

    async def lead(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    async with serve({"/": lead}) as base:
        with pytest.raises(FetchRefused) as refused:
            await ask(client, f"{base}/")
    assert refused.value.reason == "address"


async def test_loopback_is_closed_unless_it_is_opened() -> None:
    """No connection is made at all."""
    asked = asyncio.Event()

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:  # noqa: ARG001 - asyncio's signature
        asked.set()

    async with serve_bytes(note) as base, open_client(make_settings(allow_networks=[])) as client:
        for host in ("127.0.0.1", "localhost", "localhost."):
            with pytest.raises(FetchRefused) as refused:
                await ask(client, base.replace("127.0.0.1", host))
            assert refused.value.reason == "address"
    assert not asked.is_set()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", forever=b"1\r\nx\r\n"), id="body"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\n", forever=b"X-Pad: 1\r\n"), id="headers"),
        pytest.param(says(forever=b"HTTP/1.1 100 Continue\r\n\r\n"), id="interim answers"),
    ],
)
async def test_an_answer_that_drips_ends_at_the_deadline(answer: Bytes) -> None:
    """Every byte is in time, the whole is not."""
    error = await failure(answer, deadline_s=0.5)
    assert isinstance(error, FetchFailed)
    assert error.reason == "timeout"


async def test_a_body_without_end_is_refused_at_the_cap() -> None:
    """However fast it comes."""
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    error = await failure(says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", forever=chunk))
    assert (type(error), error.reason) == (FetchRefused, "size")


async def test_a_declared_length_above_the_cap_is_refused_before_the_body() -> None:
    """The body never comes, and nobody waits for it."""
    error = await failure(says(HEAD + b"Content-Length: 100001\r\n\r\n"))
    assert (type(error), error.reason) == (FetchRefused, "size")


@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        pytest.param(says(HEAD + b"Content-Length: 500\r\n\r\n<p>half"), {"protocol"}, id="shorter than declared"),
        pytest.param(says(HEAD + b"Content-Length: 5, 6\r\n\r\n<p>"), {"protocol"}, id="two lengths"),
        pytest.param(says(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), {"protocol"}, id="broken chunk"),
        pytest.param(says(b"\x00\xff nonsense\r\n\r\n"), {"protocol"}, id="no HTTP"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\n" + b"X-Pad: " + b"x" * 200_000), {"protocol"}, id="endless header"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\nBad Header: x\r\n\r\n"), {"protocol"}, id="bad header"),
        pytest.param(says(), {"protocol", "connection"}, id="nothing"),
        pytest.param(says(HEAD + GZIPPED + gzip.compress(b"x" * 99)[:-4]), {"encoding"}, id="cut"),
        pytest.param(says(HEAD + GZIPPED + zlib.compress(b"x")), {"encoding"}, id="no gzip"),
    ],
)
async def test_broken_answers_may_be_asked_for_again(answer: Bytes, reasons: set[str]) -> None:
    """Servers break for a while; half a page never passes for a whole one."""
    error = await failure(answer)
    assert isinstance(error, FetchFailed)
    assert error.reason in reasons


async def test_bytes_behind_the_declared_length_do_not_reach_the_next_answer(client: Client) -> None:
    """A server that smuggles a second answer behind the first is not believed."""
    evil = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nevil"
    async with serve_bytes(says(HEAD + b"Content-Length: 4\r\n\r\ngood" + evil)) as base:
        for _ in range(2):
            assert (await ask(client, f"{base}/")).body == b"good"


async def test_who_is_not_there_or_speaks_no_tls_may_come_back(client: Client) -> None:
    """With reasons that tell the two apart."""
    async with serve_bytes(says(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as base:
        with pytest.raises(FetchFailed) as failed:
            await ask(client, base.replace("http:", "https:"))
        assert failed.value.reason == "tls"
    with pytest.raises(FetchFailed) as failed:
        await ask(client, f"{base}/")  # closed by now
    assert failed.value.reason == "connection"


async def test_http2_answers_and_its_broken_streams() -> None:
    """Pages come over HTTP/2; a stream that ends badly or never is a failure like any other.

    Without certificates the protocol cannot be negotiated, so the transport is told to speak it at once.
    """
    transport = guarded_transport(AddressPolicy.of(make_settings()), 4)
    transport._pool._http1 = False
    async with serve_bytes(speak_http2) as base, transport:
        client = Client(transport, make_settings(deadline_s=1))
        answer = await ask(client, f"{base}/")
        assert (answer.body, answer.http_version) == (b"<p>page</p>", "HTTP/2")
        for path, reason in (("/reset", "protocol"), ("/endless", "timeout")):
            with pytest.raises(FetchFailed) as failed:
                await ask(client, base + path)
            assert failed.value.reason == reason


async def test_a_name_that_changes_its_address_gains_nothing() -> None:
    """DNS rebinding: the address that was checked is the one that is asked, and the next answer is checked anew."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html", headers={"Connection": "close"})

    answers = [["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1", "::1"]]

    async def resolve(host: str, port: int) -> list[str]:
        assert (host, port) == ("rebind.example", int(base.rpartition(":")[2]))
        return answers.pop(0)

    async with serve({"/": page}) as base, open_client(make_settings(), resolve) as client:
        url = base.replace("127.0.0.1", "rebind.example")
        assert (await ask(client, f"{url}/")).body == PAGE.encode()
        for _ in range(2):
            with pytest.raises(FetchRefused, match=r"rebind\.example: .* is (private|loopback)"):
                await ask(client, f"{url}/")


async def test_cookies_are_not_kept(client: Client) -> None:
    """Nobody follows readers around, and nobody fills our memory."""
    seen: list[str | None] = []

    async def page(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie"))
        return web.Response(text=PAGE, content_type="text/html", headers={"Set-Cookie": "reader=1; Path=/"})

    async with serve({"/": page}) as base:
        await ask(client, f"{base}/")
        await ask(client, f"{base}/")
    assert seen == [None, None]
