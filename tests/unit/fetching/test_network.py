"""Facts about the seam below httpx."""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Sequence

import httpcore
import httpx
import pytest

from marsad.fetching.addresses import AddressPolicy
from marsad.fetching.failures import FetchFailed, FetchRefused
from marsad.fetching.network import GuardedBackend, Resolve
from marsad.fetching.transports import guarded_transport

PUBLIC, OTHER, INSIDE = "93.184.215.14", "93.184.215.15", "127.0.0.1"


class FakeStream(httpcore.AsyncNetworkStream):
    """Notes the name that TLS is asked to verify, then ends."""

    def __init__(self) -> None:
        self.verified: list[str | None] = []

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        assert ssl_context.verify_mode is ssl.CERT_REQUIRED
        assert ssl_context.check_hostname
        self.verified.append(server_hostname)
        raise httpcore.ConnectError(ssl.SSLCertVerificationError("the certificate is another host's"))

    async def aclose(self) -> None:
        pass


class FakeNetwork(httpcore.AsyncNetworkBackend):
    """Notes where connections go; those to `dead` fail."""

    def __init__(self, dead: Iterable[str] = ()) -> None:
        self.connected: list[tuple[str, int]] = []
        self.stream = FakeStream()
        self._dead = set(dead)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's signature
        local_address: str | None = None,  # noqa: ARG002 - httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        self.connected.append((host, port))
        if host in self._dead:
            raise httpcore.ConnectTimeout("no answer")
        return self.stream


class Names:
    """A resolver that gives one answer after the other."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        assert port
        self.asked.append(host)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def backend(resolve: Resolve, network: FakeNetwork) -> GuardedBackend:
    """Return a backend that resolves and connects as it is told, with nothing opened."""
    return GuardedBackend(AddressPolicy(), resolve, network)


async def test_the_checked_address_is_the_one_connected_to() -> None:
    """The name is resolved once; an answer that changes afterwards (DNS rebinding) is never asked for."""
    names, network = Names([PUBLIC], [INSIDE]), FakeNetwork()
    await backend(names, network).connect_tcp("rebind.example", 443)
    assert network.connected == [(PUBLIC, 443)]
    assert names.asked == ["rebind.example"]


async def test_the_second_connection_is_checked_like_the_first() -> None:
    """A name that is public at first and private later is refused later."""
    names, network = Names([PUBLIC], [INSIDE]), FakeNetwork()
    guarded = backend(names, network)
    await guarded.connect_tcp("rebind.example", 80)
    with pytest.raises(FetchRefused, match=r"rebind\.example: 127\.0\.0\.1 is loopback"):
        await guarded.connect_tcp("rebind.example", 80)
    assert network.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize("answer", [[PUBLIC, INSIDE], [INSIDE, PUBLIC], [PUBLIC, "::1"], [PUBLIC, "nonsense"]])
async def test_one_closed_address_refuses_the_host(answer: list[str]) -> None:
    """Every address is checked, not only the one that would be used."""
    network = FakeNetwork()
    with pytest.raises(FetchRefused) as refused:
        await backend(Names(answer), network).connect_tcp("mixed.example", 80)
    assert refused.value.reason == "address"
    assert network.connected == []


async def test_the_dot_at_the_end_of_a_name_changes_nothing() -> None:
    """Some resolvers know `localhost` and not `localhost.`."""
    names = Names([INSIDE])
    with pytest.raises(FetchRefused, match="loopback"):
        await backend(names, FakeNetwork()).connect_tcp("localhost.", 80)
    assert names.asked == ["localhost"]


async def test_a_dead_address_gives_way_to_the_next() -> None:
    """A host is reached while one of its first addresses answers."""
    network = FakeNetwork(dead=[PUBLIC])
    await backend(Names([PUBLIC, OTHER]), network).connect_tcp("news.example", 80)
    assert network.connected == [(PUBLIC, 80), (OTHER, 80)]


async def test_where_every_address_is_dead_the_failure_is_the_last_ones() -> None:
    """At most four addresses are tried."""
    dead = [f"93.184.215.{number}" for number in range(9)]
    network = FakeNetwork(dead=dead)
    with pytest.raises(httpcore.ConnectTimeout):
        await backend(Names(dead), network).connect_tcp("news.example", 80)
    assert [host for host, _ in network.connected] == dead[:4]


@pytest.mark.parametrize(
    "answer", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long"), []]
)
async def test_a_name_without_address_may_be_tried_again(answer: list[str] | Exception) -> None:
    """Name servers fail for a while; the task is retried."""
    with pytest.raises(FetchFailed) as failed:
        await backend(Names(answer), FakeNetwork()).connect_tcp("lost.example", 80)
    assert failed.value.reason == "dns"


@pytest.mark.parametrize("host", ["localhost", "localhost.", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "::1"])
async def test_the_systems_resolver_lets_no_spelling_of_loopback_through(host: str) -> None:
    """Whatever the system makes of a spelling is checked; nothing is connected to."""
    network = FakeNetwork()
    with pytest.raises((FetchRefused, FetchFailed)):
        await GuardedBackend(AddressPolicy(), None, network).connect_tcp(host, 80)
    assert network.connected == []


async def test_tls_is_verified_against_the_name_although_an_address_is_connected_to() -> None:
    """The certificate must be the host's, not the address's."""
    network = FakeNetwork()
    transport = guarded_transport(AddressPolicy(), 1)
    transport._pool._network_backend = backend(Names([PUBLIC]), network)
    async with transport:
        with pytest.raises(Exception, match="another host's"):
            await transport.handle_async_request(httpx.Request("GET", "https://news.example/"))
    assert network.connected == [(PUBLIC, 443)]
    assert network.stream.verified == ["news.example"]


async def test_httpx_connects_through_the_guard() -> None:
    """The backend is really the one that the transport uses."""
    async with guarded_transport(AddressPolicy(), 1, Names([INSIDE])) as transport:
        with pytest.raises(FetchRefused, match="loopback"):
            await transport.handle_async_request(httpx.Request("GET", "http://inside.example/"))


async def test_a_slow_name_server_does_not_hold_up_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lookups run beside each other in threads of their own."""
    loop = asyncio.get_running_loop()
    fast_done = asyncio.Event()

    def lookup(host: str, port: int) -> list[str]:
        if host == "slow.example":
            asyncio.run_coroutine_threadsafe(fast_done.wait(), loop).result(10)
        return [PUBLIC] if port else []

    monkeypatch.setattr("marsad.fetching.network._lookup", lookup)
    guarded = GuardedBackend(AddressPolicy(), None, FakeNetwork())
    slow = asyncio.create_task(guarded.checked("slow.example", 80))
    await guarded.checked("fast.example", 80)
    assert not slow.done()
    fast_done.set()
    assert [str(address) for address in await slow] == [PUBLIC]
