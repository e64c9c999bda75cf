"""Host names: one spelling, and the registrable domain."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna
from tld import get_fld

MAX_HOST = 253  # characters, RFC 1035
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def spell_host(host: str) -> str:
    """Return the host in lower case, international names as A-labels (UTS 46), IPv6 compressed and in brackets.

    Raises ValueError for what no host may be. IPv4 counts in its four-part decimal form alone: `2130706433` and
    `0x7f.1` are ways to write 127.0.0.1 past a guard.
    """
    if host.startswith("["):
        return _spell_ipv6(host)
    if len(host) > MAX_HOST:
        raise ValueError(f"the host is longer than {MAX_HOST} characters")
    name = host.lower() if host.isascii() else _to_ascii(host)
    labels = name.removesuffix(".").split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"{host!r} is no host name")
    name = ".".join(labels)
    if _NUMBER.fullmatch(labels[-1]):
        return _spell_ipv4(name)
    return name


def _to_ascii(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"{host!r} is no international host name: {error}") from error


def _spell_ipv4(name: str) -> str:
    try:
        return str(IPv4Address(name))
    except AddressValueError as error:
        raise ValueError(f"{name!r} ends in a number but is no IPv4 address in its usual form") from error


def _spell_ipv6(host: str) -> str:
    inner = host[1:-1]
    if not host.endswith("]") or "%" in inner:
        raise ValueError("brackets around something else than a plain IPv6 address")
    try:
        return f"[{IPv6Address(inner).compressed}]"
    except AddressValueError as error:
        raise ValueError("brackets around something else than an IPv6 address") from error


def registrable_domain(host: str) -> str | None:
    """Return the part of a spelled host that its owner registered, or None (an address, localhost, an unknown TLD).

    From the public suffix list that the package `tld` ships; its private part (github.io and the like) is left out.
    A public suffix itself (org.eg) counts as its own.
    """
    return get_fld(f"http://{host}/", fail_silently=True, search_private=False)
