"""The HTTP door: `POST /urls` with a bearer token, `GET /health`, and the callback of WebSub's hubs.

Answers are JSON. 202 comes only after the broker has acknowledged every record; whoever gets another answer, or none,
may send the same again: a link that comes twice does no harm. For a private network or behind a proxy that ends TLS.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from marsad.discovery.submission import Submitted
from marsad.errors import MarsadError, Unavailable
from marsad.intake.asked import Refusal, asked
from marsad.intake.push import Push
from marsad.intake.tokens import Tokens
from marsad.settings import Intake
from marsad.telemetry import logger

HUBS = "/websub/"
AT_ONCE = 16  # requests with a body, of hubs as many again; more are told to come again
COME_AGAIN_S = 5
PUSHED_BYTES = 5_000_000  # of a feed that a hub pushes

log = logger(__name__)

Submit = Callable[[Sequence[str], bool], Awaitable[list[Submitted]]]
"""Hands links over (`again` or not); returns those that the broker has."""


@dataclass(frozen=True, slots=True)
class Door:
    """What answers.

    Attributes:
        settings: caps and deadline.
        tokens: who may hand in.
        submit: hands links over.
        ready: raises Unavailable where the broker is away.
        push: answers hubs; None where no callback is set.
    """

    settings: Intake
    tokens: Tokens
    submit: Submit
    ready: Callable[[], Awaitable[None]]
    push: Push | None = None

    def app(self) -> web.Application:
        """Return the application that aiohttp serves."""
        places = {door: asyncio.Semaphore(AT_ONCE) for door in ("urls", "websub")}  # strangers do not take the others'

        @web.middleware
        async def guarded(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            return await self._guard(request, handler, places["websub" if request.path.startswith(HUBS) else "urls"])

        app = web.Application(middlewares=[guarded], client_max_size=max(self.settings.max_bytes, PUSHED_BYTES))
        app.router.add_post("/urls", self._urls)
        app.router.add_get("/health", self._health)
        if self.push:
            app.router.add_get(f"{HUBS}{{feed}}", self.push.verify)
            app.router.add_post(f"{HUBS}{{feed}}", self._pushed)
        return app

    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
        places: asyncio.Semaphore,
    ) -> web.StreamResponse:
        """Answer within the deadline, whatever happens, in JSON."""
        if request.method == "POST" and places.locked():
            return answer(503, "busy", "too many requests at once")
        try:
            async with asyncio.timeout(self.settings.deadline_s):
                if request.method != "POST":
                    return await handler(request)
                async with places:
                    return await handler(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for an answer
            return _told(error)

    async def _urls(self, request: web.Request) -> web.Response:
        if not self.tokens.allow(request.headers.get("Authorization")):
            log.warning("unauthorized", remote=request.remote)
            raise Refusal(401, "unauthorized", "send the header Authorization: Bearer <token>")
        body = await read(request, self.settings.max_bytes)
        said = await asyncio.to_thread(asked, request.content_type, request.charset, body, self.settings.max_links)
        taken = await self.submit(said.links, said.again)
        log.info("submitted", links=len(said.links), taken=len(taken), refused=len(said.refused))
        left = set(said.links) - {one.url for one in taken}
        refused = [*said.refused, *((url, "too large for its topic") for url in said.links if url in left)]
        return shown(
            202,
            {
                "urls": [{"url": one.url, "task_id": one.task_id, "event_id": one.event_id} for one in taken],
                "refused": [{"url": url, "reason": reason} for url, reason in refused],
            },
        )

    async def _health(self, _: web.Request) -> web.Response:
        try:
            await self.ready()
        except MarsadError as error:
            log.warning("unavailable", error=str(error))
            return shown(503, {"service": "intake", "state": "waiting", "reason": "Kafka is away"})
        return shown(200, {"service": "intake", "state": "working", "reason": ""})

    async def _pushed(self, request: web.Request) -> web.Response:
        assert self.push is not None, "the route is there with it alone"  # noqa: S101 - a law of `app`
        return await self.push.accept(request, await read(request, PUSHED_BYTES))


async def read(request: web.Request, most: int) -> bytes:
    """Return the body, unpacked where it is packed. Raises Refusal for a longer one."""
    body = bytearray()
    try:
        async for piece in request.content.iter_chunked(64 * 1024):
            body += piece
            if len(body) > most:
                raise Refusal(413, "too_large", f"at most {most} bytes are taken")
    except (web.RequestPayloadError, ValueError) as error:
        raise Refusal(400, "broken_body", "the body cannot be read") from error
    return bytes(body)


def _told(error: Exception) -> web.Response:
    """Return what the other side is told about an error."""
    if isinstance(error, Refusal):
        return answer(error.status, error.code, str(error))
    if isinstance(error, TimeoutError):
        return answer(503, "too_slow", "not done in time; send the same again")
    if isinstance(error, Unavailable):
        log.warning("unavailable", error=str(error))
        return answer(503, "unavailable", "Kafka or Elasticsearch is away; send the same again later")
    if isinstance(error, web.HTTPException):
        allow = error.headers.get("Allow")
        return answer(error.status, error.reason.lower().replace(" ", "_"), error.reason, allow)
    log.error("unexpected", exc_info=error)
    return answer(500, "unexpected", "this is a fault of ours; the log has it")


def answer(status: int, code: str, message: str, allow: str | None = None) -> web.Response:
    """Return an answer that says what was wrong."""
    headers = {"WWW-Authenticate": "Bearer"} if status == web.HTTPUnauthorized.status_code else {}
    headers |= {"Retry-After": str(COME_AGAIN_S)} if status == web.HTTPServiceUnavailable.status_code else {}
    headers |= {"Allow": allow} if allow else {}
    return shown(status, {"error": code, "message": message}, headers)


def shown(status: int, value: dict[str, Any], headers: dict[str, str] | None = None) -> web.Response:
    """Return JSON."""
    return web.Response(
        status=status,
        body=json.dumps(value).encode() + b"\n",
        content_type="application/json",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})},
    )
