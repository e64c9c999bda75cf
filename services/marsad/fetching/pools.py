"""Connections kept alive, a pool for each site.

One pool for all sites would do, but httpcore's looks at every connection for each idle one, at each request and at the
end of each: with hundreds of sites that costs more than the requests. A site has one request at a time, so its own pool
is a connection or two.
"""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

import httpx

Open = Callable[[], httpx.AsyncHTTPTransport]

Origin = tuple[str, str, int | None]


class Pools(httpx.AsyncBaseTransport):
    """A transport that keeps sites apart.

    Args:
        open_pool: makes a site's transport.
        connections: sites kept beside those with a request under way; the one unused for longest is closed first.
        keep_alive_s: a site unused for so long is closed.
    """

    def __init__(self, open_pool: Open, connections: int, keep_alive_s: float) -> None:
        self._open_pool = open_pool
        self._connections = connections
        self._keep_alive_s = keep_alive_s
        self._pools: OrderedDict[Origin, tuple[httpx.AsyncHTTPTransport, float]] = OrderedDict()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises what the site's transport raises."""
        origin = (request.url.scheme, request.url.host, request.url.port)
        pool = self._pools.pop(origin)[0] if origin in self._pools else self._open_pool()
        self._pools[origin] = (pool, monotonic())
        await self._close_unused()
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        while self._pools:
            _, (pool, _) = self._pools.popitem()
            await pool.aclose()

    async def _close_unused(self) -> None:
        """Close what was unused for too long, and of the rest what is too much, the oldest first."""
        long_ago = monotonic() - self._keep_alive_s
        for origin, (pool, used) in list(self._pools.items())[: len(self._pools) - 1]:
            if used > long_ago and len(self._pools) <= self._connections:
                return
            if self._pools.get(origin) == (pool, used) and _idle(pool):  # others were here while one was being closed
                del self._pools[origin]
                await pool.aclose()


def _idle(pool: httpx.AsyncHTTPTransport) -> bool:
    return all(connection.is_idle() or connection.is_closed() for connection in pool._pool.connections)  # noqa: SLF001 - httpx tells nobody
