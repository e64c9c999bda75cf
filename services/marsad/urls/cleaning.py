"""The canonical spelling of a URL and what identifies its page and its site."""

import re
from functools import lru_cache
from hashlib import blake2b

from marsad.urls.hosts import registrable_domain
from marsad.urls.rules import DEFAULT_PORTS, RULES, Parts

MAX_LENGTH = 8_192  # characters of the canonical spelling; as long as a record may carry
MAX_INPUT = 16_384  # characters that are looked at at all
REMEMBERED = 256  # URLs of late: each is cleaned for its page, its site and its outlet, and a batch names it again
# What copying a link out of a text drags along: spaces, byte order and direction marks.
_EDGES = (
    "".join(map(chr, range(0x21)))
    + "\x7f\xa0\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    + ("\u2066\u2067\u2068\u2069\u061c\ufeff")
)
_BREAKS = str.maketrans("", "", "\t\r\n")  # browsers drop them anywhere in a URL (WHATWG URL, 4.4)
_SHAPE = re.compile(r"([a-z][a-z0-9+.-]*):[/\\]{2}([^/\\?#]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE | re.DOTALL)
_PORT = re.compile(r":([0-9]{0,5})$")


@lru_cache(maxsize=REMEMBERED)
def clean(url: str) -> str:
    """Return the URL's canonical spelling, in ASCII and at most MAX_LENGTH characters.

    The answer is its own canonical spelling. Lower-case scheme and host, international names as A-labels, no default
    port, fragment, tracking parameter or session number; percent-encoding as in `escapes.respell`; dot segments
    resolved, parameters sorted by name; AMP and mobile twins folded into the page they show. `www.` stays, since
    some sites answer under one name alone.
    Sources: RFC 3986 section 6, WHATWG URL for what browsers forgive.

    Raises ValueError (and nothing else) for what is no http(s) URL, for one with credentials, and for one too long.
    The message never repeats a password.
    """
    parts = _split(url)
    for rule in RULES:
        parts = rule(parts)
    spelled = str(parts)
    if len(spelled) > MAX_LENGTH:
        raise ValueError(f"the URL is longer than {MAX_LENGTH} characters in its canonical spelling")
    return spelled


def page_id(url: str) -> str:
    """Return the page's id: 128-bit BLAKE2b of the canonical spelling, 32 hex digits.

    The scheme and a leading `www.` are left out: http and https twins, and hosts with and without `www.` (where a
    folded mobile twin points), are the same page. Raises ValueError as `clean` does.
    """
    address = clean(url).partition("://")[2]
    host = _authority(address)
    if host.startswith("www.") and registrable_domain(host) not in {host, None}:
        address = address.removeprefix("www.")
    return blake2b(address.encode("ascii"), digest_size=16).hexdigest()


def key_of(url: str) -> str:
    """Return the key of the URL's site: its registrable domain, or `host:port` for an address or a local name.

    Raises ValueError as `clean` does.
    """
    scheme, _, address = clean(url).partition("://")
    authority = _authority(address)
    host = _PORT.sub("", authority)
    domain = registrable_domain(host)
    if domain is not None:
        return domain
    return authority if host != authority else f"{host}:{DEFAULT_PORTS[scheme]}"


def authority_of(url: str) -> str:
    """Return `host`, or `host:port` for an odd port, of the canonical spelling. Raises ValueError as `clean` does."""
    return _authority(clean(url).partition("://")[2])


def _authority(address: str) -> str:
    return address.partition("/")[0]


def _split(url: str) -> Parts:
    if len(url) > MAX_INPUT:
        raise ValueError(f"the URL is longer than {MAX_INPUT} characters")
    url = url.translate(_BREAKS).strip(_EDGES)
    if not url.isascii() and any("\ud800" <= char <= "\udfff" for char in url):
        raise ValueError("the URL holds half a character (a lone surrogate)")
    match = _SHAPE.match(url)
    if match is None:
        raise ValueError("no URL: http:// or https:// and a host must stand at its start")
    scheme, authority, path, query = match.groups()
    if scheme.lower() not in DEFAULT_PORTS:
        raise ValueError(f"the scheme {scheme[:20]!r} is neither http nor https")
    host, port = _split_authority(authority)
    parameters = tuple((query or "").split("&"))
    return Parts(scheme.lower(), host, port, path.replace("\\", "/") or "/", parameters)


def _split_authority(authority: str) -> tuple[str, int | None]:
    if "@" in authority:
        raise ValueError("the URL carries credentials: leave out what stands before the @")
    match = _PORT.search(authority)
    host = authority[: match.start()] if match else authority
    if not host:
        raise ValueError("the URL names no host")
    port = int(match[1]) if match and match[1] else None
    if port is not None and not 0 < port <= 65_535:  # noqa: PLR2004 - the range of TCP's ports
        raise ValueError(f"{port} is no port")
    return host, port
