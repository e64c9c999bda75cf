"""httpx's transport with the guard below it, and the operator's proxy where one is configured.

The environment is never asked for a proxy. With one, the guard still resolves the name and checks its addresses before
anything is sent, but the proxy resolves the name again: that the checked address is the one connected to holds without
a proxy alone, and a proxy must itself keep us out of its networks.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from ipaddress import ip_address, ip_network
from ssl import SSLContext

import httpx

from marsad.fetching.addresses import AddressPolicy
from marsad.fetching.network import GuardedBackend, Resolve, system_resolver
from marsad.fetching.pools import Pools
from marsad.fetching.targets import DEFAULT_PORTS
from marsad.settings import Fetching

KEEP_ALIVE_S = 30.0
PER_SITE = 4  # a site has one request at a time; by hand it may have more


@asynccontextmanager
async def open_transport(
    policy: AddressPolicy, settings: Fetching, resolve: Resolve | None = None
) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """Give the transport that the settings describe, and close its connections afterwards."""
    async with AsyncExitStack() as opened:
        resolve, certificates = resolve or system_resolver(), httpx.create_ssl_context(trust_env=False)
        open_site = partial(guarded_transport, policy, PER_SITE, resolve, certificates)
        direct = await opened.enter_async_context(Pools(open_site, settings.concurrency, KEEP_ALIVE_S))
        if settings.proxy is None:
            yield direct
            return
        proxied = httpx.AsyncHTTPTransport(
            http2=True, trust_env=False, limits=_limits(settings.concurrency), proxy=httpx.Proxy(settings.proxy)
        )
        await opened.enter_async_context(proxied)
        yield Proxied(direct, proxied, GuardedBackend(policy, resolve), settings.no_proxy)


def guarded_transport(
    policy: AddressPolicy, connections: int, resolve: Resolve | None = None, certificates: SSLContext | None = None
) -> httpx.AsyncHTTPTransport:
    """Return httpx's transport with our backend below it; certificates are verified against certifi's list."""
    verify = certificates or httpx.create_ssl_context(trust_env=False)
    transport = httpx.AsyncHTTPTransport(verify=verify, http2=True, trust_env=False, limits=_limits(connections))
    transport._pool._network_backend = GuardedBackend(policy, resolve)  # noqa: SLF001 - httpx has no parameter for it
    return transport


class Proxied(httpx.AsyncBaseTransport):
    """Sends requests through a proxy, after the guard has looked at their targets; some hosts are asked directly."""

    def __init__(
        self,
        direct: httpx.AsyncBaseTransport,
        proxied: httpx.AsyncBaseTransport,
        guard: GuardedBackend,
        exceptions: tuple[str, ...],
    ) -> None:
        self._direct = direct
        self._proxied = proxied
        self._guard = guard
        self._exceptions = exceptions

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises what the guard and the proxy raise."""
        host = request.url.raw_host.decode("ascii")
        if any(_covers(exception, host) for exception in self._exceptions):
            return await self._direct.handle_async_request(request)
        await self._guard.checked(host, request.url.port or DEFAULT_PORTS[request.url.scheme])
        return await self._proxied.handle_async_request(request)


def _covers(exception: str, host: str) -> bool:
    """Whether an entry of NO_PROXY's kind is the host, its domain, or a network that its literal address lies in."""
    name = exception.strip().lower().lstrip(".")
    if host == name or host.endswith(f".{name}"):
        return True
    try:
        return ip_address(host) in ip_network(name)
    except ValueError:
        return False


def _limits(connections: int) -> httpx.Limits:
    return httpx.Limits(
        max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=KEEP_ALIVE_S
    )
