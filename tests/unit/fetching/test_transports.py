"""Facts about the operator's proxy: asked where one is set, and never past the guard."""

import httpx
import pytest

from marsad.fetching.addresses import AddressPolicy
from marsad.fetching.failures import FetchFailed, FetchRefused
from marsad.fetching.network import GuardedBackend
from marsad.fetching.pools import Pools
from marsad.fetching.transports import Proxied, open_transport
from unit.fetching.doubles import Web, make_page, make_settings
from unit.fetching.test_network import INSIDE, PUBLIC, Names


async def asked_through(url: str, *exceptions: str, address: str = PUBLIC) -> str:
    """Return which way a request went."""
    ways = {"direct": Web(lambda _: make_page()), "proxy": Web(lambda _: make_page())}
    guard = GuardedBackend(AddressPolicy(), Names([address]))
    transport = Proxied(ways["direct"], ways["proxy"], guard, exceptions)
    await transport.handle_async_request(httpx.Request("GET", url))
    (way,) = [name for name, web in ways.items() if web.asked]
    return way


@pytest.mark.parametrize(
    ("url", "exceptions", "way"),
    [
        ("https://ajil.example/", (), "proxy"),
        ("https://ajil.example/", ("other.example",), "proxy"),
        ("https://ajil.example/", ("ajil.example",), "direct"),
        ("https://www.ajil.example/", (" .Ajil.example",), "direct"),
        ("https://notajil.example/", ("ajil.example",), "proxy"),
        ("http://93.184.215.14/", ("93.184.0.0/16",), "direct"),
        ("http://93.184.215.14/", ("10.0.0.0/8", "ajil.example"), "proxy"),
        ("https://ajil.example/", ("10.0.0.0/8",), "proxy"),
    ],
)
async def test_hosts_are_asked_through_the_proxy_but_for_exceptions(
    url: str, exceptions: tuple[str, ...], way: str
) -> None:
    """A name with its sub-domains, or a network of literal addresses."""
    assert await asked_through(url, *exceptions) == way


async def test_the_guard_looks_before_the_proxy_is_asked() -> None:
    """A proxy stands inside: it must not be used to reach its neighbours."""
    with pytest.raises(FetchRefused, match="loopback"):
        await asked_through("http://inside.example/", address=INSIDE)
    with pytest.raises(FetchRefused, match="port 8080"):
        await asked_through("http://ajil.example:8080/")
    with pytest.raises(FetchRefused, match="private"):
        await asked_through("http://10.0.0.1/", address="10.0.0.1")


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a shell happens to have set."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.invalid:3128")
    async with open_transport(AddressPolicy(), make_settings(), Names([INSIDE])) as transport:
        assert isinstance(transport, Pools)
        with pytest.raises(FetchRefused, match="loopback"):
            await transport.handle_async_request(httpx.Request("GET", "http://ajil.example/"))


async def test_a_proxy_that_is_set_is_used() -> None:
    """Its own address is the operator's word and is not looked at."""
    settings = make_settings(proxy="http://user:secret@127.0.0.1:9", no_proxy=["direct.example"])
    assert "secret" not in repr(settings)
    async with open_transport(AddressPolicy(), settings, Names([PUBLIC])) as transport:
        assert isinstance(transport, Proxied)
        with pytest.raises(httpx.ConnectError):
            await transport.handle_async_request(httpx.Request("GET", "http://ajil.example/"))


async def test_a_name_that_cannot_be_resolved_here_is_not_asked_of_the_proxy() -> None:
    """Nothing could be said about where it leads."""

    async def resolve(host: str, port: int) -> list[str]:
        raise OSError(f"{host}:{port} is unknown")

    guard = GuardedBackend(AddressPolicy(), resolve)
    web = Web(lambda _: make_page())
    with pytest.raises(FetchFailed, match="unknown"):
        await Proxied(web, web, guard, ()).handle_async_request(httpx.Request("GET", "http://ajil.example/"))
    assert web.asked == []
