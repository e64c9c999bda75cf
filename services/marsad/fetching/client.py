"""One exchange with the web: a URL in, an answer or a redirect that goes elsewhere out, under every cap.

httpx's transport is used without its client, which would keep cookies, read proxies and credentials from the
environment, log whole URLs and raise on a Location that it cannot parse.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import cast

import httpx

from marsad.fetching.addresses import AddressPolicy
from marsad.fetching.agent import user_agent
from marsad.fetching.bodies import check_declared_length, check_type, read_body
from marsad.fetching.decoding import ACCEPTED, decoder_for
from marsad.fetching.failures import FetchRefused, to_fetch_error
from marsad.fetching.network import GuardedBackend, Resolve
from marsad.fetching.targets import check_url
from marsad.settings import Fetching

REDIRECTS = frozenset({301, 302, 303, 307, 308})
WITH_BODY = frozenset({200, 203})  # other answers' bodies are not read
KEEP_ALIVE_S = 30.0
ETAG_CHARS = 1_024
DATE_CHARS = 128
TYPE_CHARS = 512


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for and taken.

    Attributes:
        accept: value of Accept.
        max_bytes: of the body, on the wire and again after decoding.
        text_only: refuse what is declared to be no text.
        cut: take the first `max_bytes` of a longer body instead of refusing it.
    """

    accept: str
    max_bytes: int
    text_only: bool = True
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What answered.

    Attributes:
        url: that answered, after redirects.
        status: RFC 9110.
        body: decoded, otherwise unchanged; empty unless the status is 200 or 203.
        content_type: as declared.
        etag: as sent, where it can be sent back.
        last_modified: as sent, where it can be sent back.
        retry_after: as sent.
        chain: URLs that were asked before `url`, in order.
        wire_bytes: of the body, before decoding.
        elapsed_s: from the first request of the chain to the last byte.
        http_version: for example `HTTP/2`.
    """

    url: str
    status: int
    body: bytes
    content_type: str | None
    etag: str | None
    last_modified: str | None
    retry_after: str | None
    chain: tuple[str, ...]
    wire_bytes: int
    elapsed_s: float
    http_version: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect that was not followed, because `follow` said no.

    Attributes:
        target: where it leads.
        chain: URLs that were asked, in order.
    """

    target: str
    chain: tuple[str, ...]


Follow = Callable[[httpx.URL], bool]
"""Whether a redirect may be followed at once, in the same turn at the same host."""


class Client:
    """Asks for URLs. Not for use after its transport is closed; see `open_client`."""

    def __init__(self, transport: httpx.AsyncBaseTransport, settings: Fetching) -> None:
        """Take a transport. Raises SettingsError without a contact for the user agent."""
        self._transport = transport
        self._settings = settings
        self._agent = user_agent(settings)
        self._under_way = asyncio.Semaphore(settings.concurrency)

    async def get(
        self, url: str, terms: Terms, *, follow: Follow, headers: Mapping[str, str] | None = None
    ) -> Answer | Redirect:
        """Ask for a URL and follow its redirects as far as `follow` lets.

        Args:
            url: to ask.
            terms: what is taken.
            follow: asked about each redirect's target.
            headers: sent along, for conditional requests.

        Raises:
            FetchRefused: url, address, redirects (a loop, too many, a Location that is no URL), size, type, encoding.
            FetchFailed: dns, connection, tls, timeout (`deadline_s` for the whole chain), protocol, encoding.
        """
        sent = {
            "User-Agent": self._agent,
            "Accept": terms.accept,
            "Accept-Encoding": ACCEPTED,
            **(headers or {}),
        }
        try:
            async with self._under_way, asyncio.timeout(self._settings.deadline_s):
                return await self._chain(check_url(url), terms, follow, sent)
        except Exception as error:  # strangers' bytes decide what the protocol libraries raise
            raise to_fetch_error(error) from error

    async def _chain(
        self, url: httpx.URL, terms: Terms, follow: Follow, headers: Mapping[str, str]
    ) -> Answer | Redirect:
        started = monotonic()
        chain: list[str] = []
        while True:
            response = await self._send(url, headers)
            try:
                if response.status_code not in REDIRECTS:
                    return await self._read(response, url, terms, tuple(chain), started)
                target = _target(url, response)
            finally:
                await response.aclose()
            chain.append(str(url))
            if str(target) in chain:
                raise FetchRefused("redirects", f"a loop: {target} was asked before")
            if len(chain) > self._settings.max_redirects:
                raise FetchRefused("redirects", f"more than {self._settings.max_redirects} in one chain")
            if not follow(target):
                return Redirect(str(target), tuple(chain))
            url = target

    async def _send(self, url: httpx.URL, headers: Mapping[str, str]) -> httpx.Response:
        seconds = self._settings.deadline_s
        timeout = httpx.Timeout(seconds).as_dict()
        request = httpx.Request("GET", url, headers=headers, extensions={"timeout": timeout})
        return await self._transport.handle_async_request(request)

    async def _read(
        self, response: httpx.Response, url: httpx.URL, terms: Terms, chain: tuple[str, ...], started: float
    ) -> Answer:
        header = response.headers.get
        body, wire = b"", 0
        if response.status_code in WITH_BODY:
            if terms.text_only:
                check_type(header("content-type"))
            if not terms.cut:
                check_declared_length(header("content-length"), terms.max_bytes)
            decoder = decoder_for(header("content-encoding"))
            stream = cast("httpx.AsyncByteStream", response.stream)
            async with aclosing(cast("AsyncGenerator[bytes, None]", aiter(stream))) as chunks:
                body, wire = await read_body(chunks, decoder, terms.max_bytes, cut=terms.cut)
        return Answer(
            url=str(url),
            status=response.status_code,
            body=body,
            content_type=(header("content-type") or "")[:TYPE_CHARS] or None,
            etag=_returnable(header("etag"), ETAG_CHARS),
            last_modified=_returnable(header("last-modified"), DATE_CHARS),
            retry_after=header("retry-after"),
            chain=chain,
            wire_bytes=wire,
            elapsed_s=monotonic() - started,
            http_version=response.http_version,
        )


def _target(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    location = response.headers.get("location")
    if not location:
        raise FetchRefused("redirects", f"status {response.status_code} without a Location")
    try:
        return check_url(str(url.join(location)))
    except (ValueError, httpx.InvalidURL, FetchRefused) as error:
        raise FetchRefused("redirects", f"the Location cannot be followed: {error}") from error


def _returnable(value: str | None, limit: int) -> str | None:
    """Return a validator that can be sent back, or None: one cut short or in no ASCII would be another validator."""
    return value if value and len(value) <= limit and value.isascii() and value.isprintable() else None


@asynccontextmanager
async def open_client(settings: Fetching, resolve: Resolve | None = None) -> AsyncIterator[Client]:
    """Give a client over HTTP/1.1 and HTTP/2 behind the address guard, and close its connections afterwards.

    Args:
        settings: caps, manners and what the operator opened.
        resolve: names to addresses; the system's resolver unless given.

    Raises:
        SettingsError: no contact is set.
    """
    async with guarded_transport(AddressPolicy.of(settings), settings.concurrency, resolve) as transport:
        yield Client(transport, settings)


def guarded_transport(
    policy: AddressPolicy, connections: int, resolve: Resolve | None = None
) -> httpx.AsyncHTTPTransport:
    """Return httpx's transport with our backend below it; certificates are verified against certifi's list."""
    limits = httpx.Limits(
        max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=KEEP_ALIVE_S
    )
    transport = httpx.AsyncHTTPTransport(http2=True, trust_env=False, limits=limits)
    transport._pool._network_backend = GuardedBackend(policy, resolve)  # noqa: SLF001 - httpx has no parameter for it
    return transport
