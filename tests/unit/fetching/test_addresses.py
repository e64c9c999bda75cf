"""Facts about the addresses that may be connected to."""

from ipaddress import IPv4Network, IPv6Network, ip_address

import pytest

from marsad.fetching.addresses import CLOSED, AddressPolicy, closed_as, parse_address
from marsad.fetching.failures import FetchRefused
from unit.fetching.doubles import make_settings
from unit.fetching.outlet_files import outlet_at

HOSTILE = [
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("0.0.0.0", "this network"),  # noqa: S104 - nothing is bound
    ("10.1.2.3", "private"),
    ("172.31.255.255", "private"),
    ("192.168.0.1", "private"),
    ("169.254.169.254", "link-local"),
    ("168.63.129.16", "host agent"),
    ("100.64.0.1", "carrier-grade"),
    ("100.100.100.200", "carrier-grade"),
    ("192.0.0.192", "protocol"),
    ("198.18.0.1", "benchmarking"),
    ("203.0.113.9", "documentation"),
    ("192.88.99.1", "6to4"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.250", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("::ffff:127.0.0.1", "IPv4-mapped"),
    ("::ffff:8.8.8.8", "IPv4-mapped"),
    ("::127.0.0.1", "no global unicast"),
    ("64:ff9b::7f00:1", "NAT64"),
    ("64:ff9b:1::a00:1", "NAT64"),
    ("2002:7f00:1::", "6to4"),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"),
    ("2001:db8::1", "documentation"),
    ("3fff::1", "documentation"),
    ("fc00::1", "private"),
    ("fd00:ec2::254", "private"),
    ("fe80::1", "link-local"),
    ("fe80::1%eth0", "link-local"),
    ("fec0::1", "site-local"),
    ("ff02::1", "multicast"),
    ("100::1", "no global unicast"),
    ("5f00::1", "no global unicast"),
    ("4000::1", "no global unicast"),
    ("2606:4700::1111%eth0", "no global unicast"),
]


@pytest.mark.parametrize(("address", "name"), HOSTILE)
def test_an_address_inside_is_refused_and_named(address: str, name: str) -> None:
    """Every kind of address that leads into a network of ours is refused, and the message says what it is."""
    with pytest.raises(FetchRefused, match=name) as refused:
        AddressPolicy().check(ip_address(address), 443)
    assert refused.value.reason == "address"


@pytest.mark.parametrize("network", [network for network, _ in CLOSED], ids=str)
def test_closed_networks_are_closed_from_end_to_end(network: IPv4Network | IPv6Network) -> None:
    """The first and the last address of each listed network are refused."""
    assert closed_as(network[0]) is not None
    assert closed_as(network[-1]) is not None


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1111"])
def test_public_addresses_are_allowed(address: str) -> None:
    """Neighbours of closed networks are public."""
    AddressPolicy().check(ip_address(address), 80)
    AddressPolicy().check(ip_address(address), 443)


def test_other_ports_are_closed_until_opened() -> None:
    """A port is opened for public addresses alone: it opens no network."""
    public, inside = ip_address("8.8.8.8"), ip_address("10.0.0.1")
    with pytest.raises(FetchRefused, match="port 8080"):
        AddressPolicy().check(public, 8080)
    policy = AddressPolicy.of(make_settings(allow_ports=[8080]))
    policy.check(public, 8080)
    with pytest.raises(FetchRefused, match="private"):
        policy.check(inside, 8080)
    with pytest.raises(FetchRefused, match="port 8081"):
        policy.check(public, 8081)


def test_an_outlet_file_opens_the_port_of_its_host_alone() -> None:
    """Named with its port among the domains; sub-domains belong to it, other hosts and closed networks do not."""
    policy = AddressPolicy.of(make_settings(), outlet_at("ajil.example:8080", "plain.example"))
    public = ip_address("8.8.8.8")
    for host in ("ajil.example", "www.ajil.example", "rss.ajil.example."):
        policy.check(public, 8080, host)
    for host, port in (("plain.example", 8080), ("ajil.example", 8081), ("evil.example", 8080), ("2001:db8::1", 8080)):
        with pytest.raises(FetchRefused, match=f"port {port}"):
            policy.check(public, port, host)
    with pytest.raises(FetchRefused, match="private"):
        policy.check(ip_address("10.0.0.1"), 8080, "ajil.example")


def test_an_opened_network_opens_its_ports_and_nothing_else() -> None:
    """The demo's newsroom listens on any port of loopback; the private network beside it stays closed."""
    policy = AddressPolicy.of(make_settings(allow_networks=["127.0.0.0/8"]))
    policy.check(ip_address("127.0.0.1"), 8123)
    for address in ("::1", "::ffff:127.0.0.1", "10.0.0.1"):
        with pytest.raises(FetchRefused):
            policy.check(ip_address(address), 80)
    with pytest.raises(FetchRefused, match="port 8123"):
        policy.check(ip_address("8.8.8.8"), 8123)


@pytest.mark.parametrize("text", ["", "localhost", "0x7f.1", "2130706433", "127.1", "0177.0.0.1", "1.2.3.4/32"])
def test_a_resolver_that_answers_no_address_is_refused(text: str) -> None:
    """Only the usual form of an address is read; nothing else reaches the connection."""
    with pytest.raises(FetchRefused, match="no address"):
        parse_address(text)
