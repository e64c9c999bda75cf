"""One exchange with the web: a URL in, an answer or where it leads out, under every cap.

httpx's transport is used without its client, which would keep cookies, read proxies and credentials from the
environment, log whole URLs and raise on a Location that it cannot parse.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import cast
from urllib.parse import urlencode

import httpx

from marsad.fetching.addresses import AddressPolicy
from marsad.fetching.agent import user_agent
from marsad.fetching.bodies import check_declared_length, check_type, read_body
from marsad.fetching.decoding import ACCEPTED, decoder_for
from marsad.fetching.exchange import Answer, Redirect, Terms
from marsad.fetching.failures import FetchBlocked, FetchRefused, to_fetch_error
from marsad.fetching.head import Head, immediate, read_head, robots_of
from marsad.fetching.markup import is_html
from marsad.fetching.network import Resolve
from marsad.fetching.targets import check_url
from marsad.fetching.transports import open_transport
from marsad.fetching.walls import wall_at, wall_in
from marsad.outlets import Outlets
from marsad.settings import Fetching

__all__ = ["Answer", "Client", "Redirect", "Terms", "open_client"]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEPING_METHOD = frozenset({307, 308})
WITH_BODY = frozenset({200, 203})
TELLING = frozenset({202, 403, 405, 429, 503})  # what captchas come with; of others the body is not read
GLIMPSE_BYTES = 64 * 1024
GLIMPSE_S = 2.0  # the status alone says enough to go on
GLIMPSE_SHARE = 0.25  # of what an exchange may take, where that is little
ETAG_CHARS = 1_024
DATE_CHARS = 128
TYPE_CHARS = 512


class Client:
    """Asks for URLs. Not for use after its transport is closed; see `open_client`."""

    def __init__(self, transport: httpx.AsyncBaseTransport, settings: Fetching, agent: str | None = None) -> None:
        """Take a transport and the value of User-Agent. Raises SettingsError without a contact for ours."""
        self._transport = transport
        self._settings = settings
        self._agent = agent or user_agent(settings)
        self._under_way = asyncio.Semaphore(settings.concurrency)

    async def get(
        self,
        url: str,
        terms: Terms,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer | Redirect:
        """Ask for a URL, once: where it leads elsewhere, that is another request, in its own turn.

        Args:
            url: to ask.
            terms: what is taken.
            headers: sent along, for conditional requests.
            form: asked by POST with these fields, urlencoded.

        Raises:
            FetchBlocked: a redirect leads to a wall.
            FetchRefused: url, address, redirects (to itself, a Location that is no URL), size, type, encoding.
            FetchFailed: dns, connection, tls, timeout (`deadline_s`, name and last byte included), protocol, encoding.
        """
        sent = {
            "User-Agent": self._agent,
            "Accept": terms.accept,
            "Accept-Encoding": ACCEPTED,
            **(headers or {}),
        }
        content = urlencode(form).encode() if form is not None else None
        if content is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        glimpse_s = min(GLIMPSE_S, GLIMPSE_SHARE * self._settings.deadline_s)
        try:
            async with self._under_way, asyncio.timeout(self._settings.deadline_s):
                return await self._ask(_Question(check_url(url), terms, sent, content, glimpse_s))
        except Exception as error:  # strangers' bytes decide what the protocol libraries raise
            raise to_fetch_error(error) from error

    async def _ask(self, question: "_Question") -> Answer | Redirect:
        started = monotonic()
        response = await self._send(question)
        try:
            target = _target(question, response)
            if target is None:
                answer, target = await _read(response, question, started)
                if target is None:
                    return answer
        finally:
            await response.aclose()
        if question.terms.text_only and (wall := wall_at(str(target))):
            raise FetchBlocked(wall.reason, f"{question.url} leads to {target}")
        if target == question.url:
            raise FetchRefused("redirects", f"a loop: {target} leads to itself")
        return Redirect(str(question.url), str(target), response.status_code, dict(response.headers.items()))

    async def _send(self, question: "_Question") -> httpx.Response:
        timeout = httpx.Timeout(self._settings.deadline_s).as_dict()
        request = httpx.Request(
            "GET" if question.content is None else "POST",
            question.url,
            headers=question.headers,
            content=question.content,
            extensions={"timeout": timeout},
        )
        return await self._transport.handle_async_request(request)


@dataclass(frozen=True, slots=True)
class _Question:
    """What a request asks."""

    url: httpx.URL
    terms: Terms
    headers: Mapping[str, str]
    content: bytes | None
    glimpse_s: float


async def _read(response: httpx.Response, question: _Question, started: float) -> tuple[Answer, httpx.URL | None]:
    """Return the answer, and where it leads to at once if it is a page that refreshes itself."""
    url, terms = str(question.url), question.terms
    fields = dict(response.headers.items())
    header = fields.get
    body, wire = await _body(response, terms, question.glimpse_s)
    head = read_head(body, header("content-type")) if terms.page and response.status_code in WITH_BODY else Head()
    answer = Answer(
        url=url,
        status=response.status_code,
        body=body,
        content_type=header("content-type", "")[:TYPE_CHARS] or None,
        etag=_returnable(header("etag"), ETAG_CHARS),
        last_modified=_returnable(header("last-modified"), DATE_CHARS),
        retry_after=header("retry-after"),
        wire_bytes=wire,
        elapsed_s=monotonic() - started,
        http_version=response.http_version,
        fields=fields,
        robots=tuple(sorted({*robots_of(response.headers.get_list("x-robots-tag")), *head.robots})),
        wall=wall_in(url, fields, body) if terms.text_only and response.status_code in WITH_BODY | TELLING else None,
    )
    refresh = head.refresh or (immediate(header("refresh", "")) if terms.page else None)
    return answer, None if answer.wall or refresh is None else _refreshed(question.url, refresh)


async def _body(response: httpx.Response, terms: Terms, glimpse_s: float) -> tuple[bytes, int]:
    """Return the decoded body and its bytes on the wire; of a refusal what comes at once, since it may say why."""
    header = response.headers.get
    stream = cast("httpx.AsyncByteStream", response.stream)
    if response.status_code in WITH_BODY:
        if terms.text_only:
            check_type(header("content-type"), terms.types)
        if not terms.cut:
            check_declared_length(header("content-length"), terms.max_bytes)
        decoder = decoder_for(header("content-encoding"))
        async with aclosing(cast("AsyncGenerator[bytes, None]", aiter(stream))) as chunks:
            return await read_body(chunks, decoder, terms.max_bytes, cut=terms.cut)
    if not terms.text_only or response.status_code not in TELLING or not is_html(header("content-type")):
        return b"", 0
    with suppress(Exception):  # whatever comes of it, the status stands
        async with asyncio.timeout(glimpse_s), aclosing(cast("AsyncGenerator[bytes, None]", aiter(stream))) as chunks:
            return await read_body(chunks, decoder_for(header("content-encoding")), GLIMPSE_BYTES, cut=True)
    return b"", 0


def _target(question: _Question, response: httpx.Response) -> httpx.URL | None:
    """Return where a redirect leads, or None for another answer."""
    if response.status_code not in REDIRECTS:
        return None
    location = response.headers.get("location")
    if not location:
        raise FetchRefused("redirects", f"status {response.status_code} without a Location")
    if question.content is not None and response.status_code not in KEEPING_METHOD:
        raise FetchRefused("redirects", f"status {response.status_code} would turn a POST into a GET")
    try:
        return check_url(str(question.url.join(location)))
    except (ValueError, httpx.InvalidURL, FetchRefused) as error:
        raise FetchRefused("redirects", f"the Location cannot be followed: {error}") from error


def _refreshed(url: httpx.URL, refresh: str) -> httpx.URL | None:
    """Return where a refresh leads; None where it only loads the page anew, or opens an app."""
    try:
        target = check_url(str(url.join(refresh)))
    except (ValueError, httpx.InvalidURL, FetchRefused):
        return None
    return None if target == url else target


def _returnable(value: str | None, limit: int) -> str | None:
    """Return a validator that can be sent back, or None: one cut short or in no ASCII would be another validator."""
    return value if value and len(value) <= limit and value.isascii() and value.isprintable() else None


@asynccontextmanager
async def open_client(
    settings: Fetching, resolve: Resolve | None = None, *, outlets: Outlets | None = None, agent: str | None = None
) -> AsyncIterator[Client]:
    """Give a client over HTTP/1.1 and HTTP/2 behind the address guard, and close its connections afterwards.

    Args:
        settings: caps, manners and what the operator opened.
        resolve: names to addresses; the system's resolver unless given.
        outlets: whose files may name odd ports.
        agent: value of User-Agent, in place of the one with the operator's contact.

    Raises:
        SettingsError: no contact is set, and no agent given.
    """
    agent = agent or user_agent(settings)
    policy = AddressPolicy.of(settings, outlets)
    async with open_transport(policy, settings, resolve) as transport:
        yield Client(transport, settings, agent)
