"""Which network addresses may be connected to: a fetcher of strangers' URLs must not be led into its own network.

Sources: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates). For IPv6 the list is
of what is allowed: global unicast alone, and in it nothing that carries an IPv4 address inside.
"""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from marsad.fetching.failures import FetchRefused
from marsad.outlets import Outlets
from marsad.settings import Fetching

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = frozenset({80, 443})
GLOBAL_UNICAST = IPv6Network("2000::/3")

CLOSED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), name)
    for network, name in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud's host agent"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What an operator opened.

    Attributes:
        networks: opened although they are closed to everybody; an address inside may be asked at any port.
        ports: opened beside 80 and 443, at every public address.
        outlets: those whose domains are listed with a port are asked at that port.
    """

    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset()
    outlets: Outlets = field(default_factory=Outlets)

    @classmethod
    def of(cls, settings: Fetching, outlets: Outlets | None = None) -> "AddressPolicy":
        """Return the policy that the settings and the outlet files describe."""
        return cls(settings.allow_networks, frozenset(settings.allow_ports), outlets or Outlets())

    def check(self, address: Address, port: int, host: str = "") -> None:
        """Raise FetchRefused, reason `address`, for one that may not be connected to, under this name."""
        if any(address in network for network in self.networks):
            return
        if name := closed_as(address):
            raise FetchRefused(
                "address", f"{address} is {name}; MARSAD_FETCHING__ALLOW_NETWORKS opens a network on purpose"
            )
        if port not in PORTS | self.ports and not self._names(host, port):
            raise FetchRefused(
                "address",
                f"port {port} is neither 80 nor 443; the domains of an outlet file open it for one host "
                "(news.example:8080), MARSAD_FETCHING__ALLOW_PORTS for all",
            )

    def _names(self, host: str, port: int) -> bool:
        """Whether an outlet file lists the host with this port."""
        spelled = f"[{host}]" if ":" in host else host
        return self.outlets.for_url(f"http://{spelled}:{port}/") is not None


def closed_as(address: Address) -> str | None:
    """Return what closes the address to everybody, or None for a public one."""
    for network, name in CLOSED:
        if address in network:
            return name
    if isinstance(address, IPv6Address) and (address not in GLOBAL_UNICAST or address.scope_id):
        return "no global unicast address"
    return None


def parse_address(text: str) -> Address:
    """Return the address. Raises FetchRefused for what is none (a resolver that answers nonsense)."""
    try:
        return ip_address(text)
    except ValueError as error:
        raise FetchRefused("address", f"the resolver answered {text!r}, which is no address") from error
