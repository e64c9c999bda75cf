"""Many hosts on loopback, each an address of its own, that write down when they were asked and when that ended.

As a process (`python -m support.hosts 50 0.005 4000`) they answer a page of so many bytes after so many seconds, print
their port and serve until standard input ends: benchmarks measure clients, not the hosts beside them.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from time import monotonic

HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a host answers, and after how many seconds."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0

    def wire(self) -> bytes:
        """Return the answer as HTTP/1.1."""
        sent = {"Content-Type": "text/html; charset=utf-8", **self.headers, "Content-Length": str(len(self.body))}
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}", *(f"{k}: {v}" for k, v in sent.items())]
        return "\r\n".join(lines).encode() + HEAD_END + self.body


@dataclass(slots=True)
class Visit:
    """One request: its path, who asked, when it arrived, and when its answer was handed over or its asker gone."""

    path: str
    asker: str
    arrived: float
    ended: float | None = None


Script = Callable[[str, str], Reply]
"""From host (its address) and path to the answer."""


@dataclass(slots=True)
class Hosts:
    """What the hosts saw, by address."""

    port: int
    visits: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))

    def url(self, host: str, path: str) -> str:
        """Return a URL of a host."""
        return f"http://{host}:{self.port}{path}"

    def too_close(self, spacing_s: Callable[[str], float]) -> list[str]:
        """Return each pair of requests to one host that overlapped or came closer than its spacing, as a sentence."""
        found = []
        for host, visits in self.visits.items():
            for earlier, later in pairwise(visits):
                gap = later.arrived - (earlier.ended or later.arrived + 1)
                if gap < spacing_s(host):
                    pair = f"{later.path} of {later.asker} came {gap:.3f} s after {earlier.path} of {earlier.asker}"
                    found.append(f"{host}: {pair}, not {spacing_s(host)} s")
        return found


class _Talk(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, hosts: Hosts, script: Script) -> None:
        self._hosts = hosts
        self._script = script
        self._read = b""
        self._visit: Visit | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._host = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        self._read += data
        while HEAD_END in self._read:
            head, _, self._read = self._read.partition(HEAD_END)
            path = head.split(b" ", 2)[1].decode("ascii")
            self._visit = Visit(path, _agent_in(head), monotonic())
            self._hosts.visits[self._host].append(self._visit)
            reply = self._script(self._host, path)
            if reply.after_s:
                asyncio.get_running_loop().call_later(reply.after_s, self._answer, self._visit, reply)
            else:
                self._answer(self._visit, reply)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._visit is not None and self._visit.ended is None:
            self._visit.ended = monotonic()

    def _answer(self, visit: Visit, reply: Reply) -> None:
        if visit.ended is None:
            visit.ended = monotonic()  # before: the asker may go on while we come back from writing
            self._transport.write(reply.wire())


def _agent_in(head: bytes) -> str:
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    return next((value.strip().decode() for name, _, value in lines if name.lower() == b"user-agent"), "nobody")


def addresses(count: int) -> list[str]:
    """Return so many addresses of hosts, none of which another test listens on by habit."""
    return [f"127.0.{7 + number // 250}.{1 + number % 250}" for number in range(count)]


@asynccontextmanager
async def serve_hosts(count: int, script: Script) -> AsyncIterator[Hosts]:
    """Serve so many hosts, all on one port."""
    hosts = Hosts(0)
    loop = asyncio.get_running_loop()
    first, *others = addresses(count)
    server = await loop.create_server(lambda: _Talk(hosts, script), first, 0)
    hosts.port = server.sockets[0].getsockname()[1]
    more = await loop.create_server(lambda: _Talk(hosts, script), others, hosts.port) if others else None
    try:
        yield hosts
    finally:
        server.close()
        if more is not None:
            more.close()


def _article(size: int) -> bytes:
    head = '<!DOCTYPE html><html lang="ar"><head><meta property="og:type" content="article"></head><body>'
    text = "<p>افتتحت البلدية اليوم محطة التحلية الجديدة بعد عامين من العمل، وقال المتحدث إن الماء يصل غدا.</p>\n"
    return (head + text * (size // len(text.encode())) + "</body></html>").encode()


async def _serve_until_the_end_of_input(count: int, after_s: float, size: int) -> None:
    page = Reply(body=_article(size), after_s=after_s)
    none = Reply(404)
    async with serve_hosts(count, lambda _, path: none if path == "/robots.txt" else page) as hosts:
        print(hosts.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve_until_the_end_of_input(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
