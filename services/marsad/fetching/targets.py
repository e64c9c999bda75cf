"""Which URLs may be asked at all, and what politeness and robots.txt count as one host."""

import httpx

from marsad.contracts.model import MAX_URL
from marsad.fetching.failures import FetchRefused
from marsad.urls import clean

DEFAULT_PORTS = {"http": 80, "https": 443}


def check_url(url: str) -> httpx.URL:
    """Return the URL as httpx asks it, without fragment.

    Raises FetchRefused, reason `url`: no http(s), credentials, no host, a host in a spelling that hides an address
    (`2130706433`, `0x7f.1`), a port out of range, too long, or nothing that two parsers agree on. The detail never
    repeats a password.
    """
    try:
        clean(url)
        parsed = httpx.URL(url).copy_with(fragment=None)
    except (ValueError, httpx.InvalidURL) as error:
        raise FetchRefused("url", str(error)) from error
    if parsed.scheme not in DEFAULT_PORTS or parsed.userinfo or not parsed.raw_host:
        raise FetchRefused("url", "the URL is read as http(s) without credentials by one parser and not by the other")
    if b"\\" in parsed.raw_host:  # `clean` ends the host there: one site's page would be filed under another's name
        raise FetchRefused("url", "a backslash stands in the host, which browsers take for its end")
    if len(str(parsed)) > MAX_URL:
        raise FetchRefused("url", f"the URL is longer than {MAX_URL} characters once it is escaped")
    return parsed


def host_of(url: httpx.URL) -> str:
    """Return what the host's clock goes by: the host, with an odd port as a host of its own; scheme and dot aside."""
    host = url.raw_host.decode("ascii").rstrip(".")
    return host if url.port in {None, 80, 443} else f"{host}:{url.port}"


def origin_of(url: httpx.URL) -> str:
    """Return what one robots.txt is valid for: scheme, host and port (RFC 9309, 2.3)."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
