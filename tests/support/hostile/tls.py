"""TLS that is none, breaks, hangs, or cannot be trusted."""

from support.hostile.talk import Answer, hangs, page, resets, says
from support.hostile.web import Behaviour

UNREACHABLE = frozenset({"robots_unreachable"})  # robots.txt is asked for first, with the same result
ALERT = b"\x15\x03\x03\x00\x02\x02\x28"  # handshake_failure
HELLO = b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc"  # a ServerHello of 16 KB, of which nothing follows


def https(name: str, answer: Answer, kind: str = "raw") -> Behaviour:
    """Return a host that is asked by https."""
    return Behaviour(f"TLS: {name}", "retry", UNREACHABLE, answer, tls=kind)


TLS = (
    https("plain HTTP", says(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    https("noise", says(bytes(range(256)) * 20)),
    https("an alert", says(ALERT)),
    https("hangs", hangs),
    https("hangs within the handshake", says(HELLO, then=hangs)),
    https("closes", says()),
    https("resets", resets),
    https("a certificate that nobody vouches for", page(), "self-signed"),
    Behaviour("TLS asked in plain", "retry", frozenset({"protocol"}), says(ALERT)),
)
