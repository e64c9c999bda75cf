"""One server for all behaviours: which one answers is decided by the address of loopback that was asked."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from support.hostile.talk import ASKED, Answer, status

HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a host does, and what comes of asking it.

    Attributes:
        name: in words.
        state: that asking it ends in: the ledger's, `fetched`, or `retry`.
        reasons: that may stand beside the state.
        page: its answer to everything but robots.txt.
        robots: its answer to that.
        path: that is asked.
        tls: what https on its port is: "" none, "raw" its answer's bytes in place of a handshake, "self-signed".
    """

    name: str
    state: str
    reasons: frozenset[str]
    page: Answer
    robots: Answer = field(default=status(404))
    path: str = "/1"
    tls: str = ""


@dataclass(frozen=True, slots=True)
class HostileWeb:
    """Where the behaviours live."""

    port: int
    tls_port: int

    def url(self, number: int, behaviour: Behaviour) -> str:
        """Return the URL that meets a behaviour."""
        host = f"127.9.{number // 200}.{number % 200 + 1}"
        if behaviour.tls == "self-signed":
            return f"https://{host}:{self.tls_port}{behaviour.path}"
        return f"{'https' if behaviour.tls else 'http'}://{host}:{self.port}{behaviour.path}"


@contextlib.asynccontextmanager
async def hostile_web(
    behaviours: Sequence[Behaviour], context: ssl.SSLContext | None = None
) -> AsyncIterator[HostileWeb]:
    """Serve the behaviours, each at its number; over TLS too where a context is given."""
    under_way: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            *_, high, low = writer.get_extra_info("sockname")[0].split(".")
            await _answer(behaviours[int(high) * 200 + int(low) - 1], reader, writer)
        writer.close()
        under_way.discard(task)

    async with contextlib.AsyncExitStack() as stack:
        servers = [await asyncio.start_server(talk, "0.0.0.0", 0, backlog=500)]  # noqa: S104 - all of loopback
        if context is not None:
            servers.append(await asyncio.start_server(talk, "0.0.0.0", 0, ssl=context))  # noqa: S104 - as above
        for server in servers:
            stack.callback(server.close)
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        try:
            yield HostileWeb(ports[0], ports[-1])
        finally:
            for task in tuple(under_way):
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)


async def _answer(behaviour: Behaviour, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if behaviour.tls == "raw":
        await behaviour.page(reader, writer)
        return
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES:
        part = await reader.read(HEAD_BYTES)
        if not part:
            return
        head += part
    ASKED.set(head.split(b" ", 2)[1])
    await (behaviour.robots if ASKED.get() == b"/robots.txt" else behaviour.page)(reader, writer)
