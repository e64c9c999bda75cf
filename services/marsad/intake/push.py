"""The callback of WebSub's hubs (https://www.w3.org/TR/websub/): HTTP around `discovery/callbacks.py`.

A hub shows no token: its GET must fit a subscription that we asked for, its POST bear the signature of that one's
secret. What it pushes goes on as if it had been fetched, not as a hint to fetch: it names links and gives no article,
each of which is fetched from its own site, and only who knows the secret can name any.
"""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from marsad.contracts.codec import Record
from marsad.contracts.ids import hash_bytes
from marsad.discovery.callbacks import Callbacks

Write = Callable[[Sequence[Record], str], Awaitable[None]]
"""Sends records that follow from a cause, and waits until they are acknowledged."""


class Push:
    """Answers hubs."""

    def __init__(self, callbacks: Callbacks, write: Write) -> None:
        self._callbacks = callbacks
        self._write = write

    async def verify(self, request: web.Request) -> web.Response:
        """Answer a hub that asks whether a subscription is meant. Raises Unavailable."""
        said = await self._callbacks.verify(request.match_info["feed"], request.query)
        if said is None:
            raise web.HTTPNotFound
        return web.Response(text=said, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})

    async def accept(self, request: web.Request, body: bytes) -> web.Response:
        """Take what a hub pushes; a wrong signature gets the same answer as a right one. Raises Unavailable."""
        signature = request.headers.get("X-Hub-Signature")
        kind = request.headers.get("Content-Type")
        records = await self._callbacks.accept(request.match_info["feed"], signature, kind, body)
        if records is None:
            raise web.HTTPNotFound
        if records:
            await self._write(records, hash_bytes(body))
        return web.Response(status=202)
