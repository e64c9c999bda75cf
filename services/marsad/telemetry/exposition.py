"""`/metrics`, `/health` and `/health/live` of one process over HTTP/1.1, for a private network.

A thread with an event loop of its own answers, so a handler that keeps the service's loop busy is seen rather than
waited for. Every request has a deadline and a size, their number has a limit, and each gets a connection of its own.
"""

import asyncio
import json
import socket
from collections.abc import Callable
from threading import Thread

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from marsad.telemetry.metrics import exposition
from marsad.telemetry.progress import Health

MAX_OPEN = 16  # connections at once
MAX_HEAD = 8 * 1024  # bytes of a request: line and headers
DEADLINE_S = 5.0  # from connection to the last byte
STOP_S = 2.0

_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}


class Exposition:
    """Answers until it is stopped. Raises OSError where the address cannot be had.

    Args:
        host: address to listen on.
        port: 0 takes a free one, see `port`.
        service: named in the answers.
        health: how the service is; called in the answering thread.
    """

    def __init__(self, host: str, port: int, service: str, health: Callable[[], Health]) -> None:
        self._service = service
        self._health = health
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=MAX_OPEN)
        self.port: int = self._socket.getsockname()[1]
        self._open = 0
        self._stopping = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="marsad-exposition", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; whoever is being answered is cut off."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(STOP_S)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._answer_all())
        finally:
            self._loop.close()

    async def _answer_all(self) -> None:
        server = await asyncio.start_server(self._serve, sock=self._socket, limit=MAX_HEAD)
        await self._stopping.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            async with asyncio.timeout(DEADLINE_S if self._open <= MAX_OPEN else 0):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # slow, gone, or no request: nobody is owed an answer
        finally:
            self._open -= 1
            writer.transport.abort()

    def _answer(self, head: bytes) -> bytes:
        method, _, rest = head.partition(b" ")
        if method not in (b"GET", b"HEAD"):
            return _response(405, b"only GET and HEAD\n", "text/plain")
        status, body, kind = self._page(rest.partition(b" ")[0].partition(b"?")[0])
        return _response(status, body, kind, with_body=method == b"GET")

    def _page(self, path: bytes) -> tuple[int, bytes, str]:
        if path == b"/metrics":
            return 200, exposition(), CONTENT_TYPE_PLAIN_0_0_4
        if path not in (b"/health", b"/health/live"):
            return 404, b"there are /metrics, /health and /health/live\n", "text/plain"
        health = self._health()
        good = health.well if path == b"/health" else health.state != "stuck"
        told = {"service": self._service, "state": health.state, "reason": health.reason}
        return 200 if good else 503, json.dumps(told).encode() + b"\n", "application/json"


def _response(status: int, body: bytes, kind: str, *, with_body: bool = True) -> bytes:
    """Return an answer (RFC 9112) after which the connection is closed."""
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (body if with_body else b"")
