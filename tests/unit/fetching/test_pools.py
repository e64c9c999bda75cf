"""Facts about the connections that are kept, a pool for each site."""

import asyncio
from dataclasses import dataclass, field

import httpx
import pytest

from marsad.fetching import pools
from marsad.fetching.pools import Pools


@dataclass
class _Connection:
    busy: bool = False

    def is_idle(self) -> bool:
        return not self.busy

    def is_closed(self) -> bool:
        return False


@dataclass
class _Inner:
    connections: list[_Connection] = field(default_factory=lambda: [_Connection()])


@dataclass
class _Site(httpx.AsyncHTTPTransport):
    """A site's transport, as far as Pools knows it."""

    closed: bool = False
    asked: int = 0
    _pool: _Inner = field(default_factory=_Inner)  # type: ignore[assignment]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        del request
        self.asked += 1
        return httpx.Response(200)

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.closed = True


def open_pools(connections: int = 3) -> tuple[Pools, list[_Site]]:
    """Return pools, and the sites that they have opened so far."""
    opened: list[_Site] = []

    def open_site() -> _Site:
        opened.append(_Site())
        return opened[-1]

    return Pools(open_site, connections, 30.0), opened


async def ask(own: Pools, *hosts: str) -> None:
    """Ask these hosts, one after another."""
    for host in hosts:
        await own.handle_async_request(httpx.Request("GET", f"http://{host}.example/"))


async def test_a_site_keeps_its_connections() -> None:
    """Scheme, host and port have one transport; another scheme has its own."""
    own, opened = open_pools()
    await ask(own, "a", "b", "a", "a")
    await own.handle_async_request(httpx.Request("GET", "https://a.example/"))
    assert [site.asked for site in opened] == [3, 1, 1]


async def test_the_site_unused_for_longest_is_closed_first() -> None:
    """No more are kept than requests may be under way."""
    own, opened = open_pools(connections=3)
    await ask(own, "a", "b", "c", "a", "d")
    assert [site.closed for site in opened] == [False, True, False, False]


async def test_a_site_with_a_request_under_way_is_not_closed() -> None:
    """The next one is, and it itself once it is idle."""
    own, opened = open_pools(connections=2)
    await ask(own, "a", "b")
    (connection,) = opened[0]._pool.connections
    connection.busy = True
    await ask(own, "c")
    assert [site.closed for site in opened] == [False, True, False]
    connection.busy = False
    await ask(own, "d")
    assert [site.closed for site in opened] == [True, True, False, False]


async def test_sites_that_nobody_asks_are_closed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their servers would close the connection anyway."""
    own, opened = open_pools(connections=10)
    at = [100.0]
    monkeypatch.setattr(pools, "monotonic", lambda: at[0])
    await ask(own, "a", "b")
    at[0] += 31
    await ask(own, "c")
    assert [site.closed for site in opened] == [True, True, False]


async def test_requests_that_close_the_same_sites_do_not_disturb_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing takes a moment, in which another request closes what is left, or takes it into use."""
    own, opened = open_pools(connections=10)
    at = [100.0]
    monkeypatch.setattr(pools, "monotonic", lambda: at[0])
    await ask(own, "a", "b", "c")
    at[0] += 31
    await asyncio.gather(ask(own, "d"), ask(own, "e"), ask(own, "c"))

    assert [site.closed for site in opened] == [True, True, False, False, False]
    assert [site.asked for site in opened] == [1, 1, 2, 1, 1]


async def test_closing_closes_all() -> None:
    """Whoever closes the transport leaves no connection behind."""
    own, opened = open_pools()
    await asyncio.gather(*(ask(own, host) for host in "abc"))
    await own.aclose()
    assert all(site.closed for site in opened)
    assert len(opened) == 3
