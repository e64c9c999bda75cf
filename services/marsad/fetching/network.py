"""The one seam below httpx: names are resolved here, every address is checked, and only a checked one is connected to.

Nothing resolves the name a second time, so an answer that changes between check and connection (DNS rebinding) has no
effect. TLS is still verified against the host's name: httpcore asks for it on the stream that is returned here.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpcore

from marsad.fetching.addresses import Address, AddressPolicy, parse_address
from marsad.fetching.failures import FetchFailed, FetchRefused

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns every address of a host, as text, the preferred first. Raises OSError where there is none."""

CONNECT_S = 5.0  # for one address; a host whose first address is dead answers on its second
ATTEMPTS = 4  # addresses tried
RESOLVER_THREADS = 128  # getaddrinfo blocks a thread, abandoned look-ups too: slow name servers must not hold up others


def system_resolver() -> Resolve:
    """Return a resolver that asks the operating system, in threads of its own."""
    threads = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="resolver")

    async def resolve(host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(threads, _lookup, host, port)
        return list(dict.fromkeys(found))

    return resolve


def _lookup(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects httpcore to checked addresses only."""

    def __init__(
        self, policy: AddressPolicy, resolve: Resolve | None = None, inner: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._policy = policy
        self._resolve = resolve or system_resolver()
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection. Raises FetchRefused (address), FetchFailed (dns) or httpcore's errors."""
        addresses = await self.checked(host, port)
        seconds = CONNECT_S if timeout is None else min(timeout, CONNECT_S)
        failure: Exception | None = None
        for address in addresses[:ATTEMPTS]:
            try:
                return await self._inner.connect_tcp(str(address), port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or FetchFailed("dns", f"{host} has no address")

    async def checked(self, host: str, port: int) -> list[Address]:
        """Return the host's addresses; one that is closed refuses the host as a whole.

        The dot that may end a name is left out, since resolvers know `localhost` but not always `localhost.`.
        """
        try:
            found = await self._resolve(host.rstrip("."), port)
        except (OSError, UnicodeError) as error:
            raise FetchFailed("dns", f"{host} cannot be resolved: {error}") from error
        addresses = [parse_address(text) for text in found]
        for address in addresses:
            try:
                self._policy.check(address, port, host)
            except FetchRefused as refused:
                raise FetchRefused(refused.reason, f"{host}: {refused.detail}") from None
        return addresses
