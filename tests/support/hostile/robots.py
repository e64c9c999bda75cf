"""robots.txt of 2 MB and without end, in circles, late, broken, closed."""

from support.hostile.bodies import CHUNK, CHUNKED, GZIP_BOMB, coded
from support.hostile.heads import FINE
from support.hostile.talk import OK, PAGE, Answer, forever, hangs, moved, page, resets, says, status
from support.hostile.web import Behaviour

UNREACHABLE, CLOSED = frozenset({"robots_unreachable"}), frozenset({"robots"})
RULES = b"User-agent: *\nDisallow: /2\n"


def robots(name: str, state: str, reasons: frozenset[str], answer: Answer) -> Behaviour:
    """Return a host with such a robots.txt, and a page."""
    return Behaviour(f"robots.txt: {name}", state, reasons, page(), robots=answer)


ROBOTS = (
    robots("2 MB", "fetched", FINE, page(RULES + b"# nothing\n" * 200_000)),
    robots("without end", "fetched", FINE, says(CHUNKED, then=forever(CHUNK))),
    robots("a bomb", "fetched", FINE, coded(b"gzip", GZIP_BOMB)),
    robots("noise", "fetched", FINE, page(bytes(range(256)) * 100)),
    robots("a page", "fetched", FINE, page(PAGE)),
    robots("empty", "fetched", FINE, page(b"")),
    robots("in a circle", "fetched", FINE, moved(b"/robots.txt")),
    robots("401", "fetched", FINE, status(401)),
    robots("leads nowhere", "fetched", FINE, moved(b"http://[::1")),
    robots("closes the page", "refused", CLOSED, page(b"User-agent: *\nDisallow: /1")),
    robots(
        "closes everything to us",
        "refused",
        CLOSED,
        page(b"User-agent: marsad\nDisallow: /\n\nUser-agent: *\nAllow: /"),
    ),
    robots("closes all, after a mark", "refused", CLOSED, page("\ufeffUser-agent: *\r\nDisallow: *".encode())),
    robots("100,000 rules", "retry", UNREACHABLE, page(b"User-agent: *\n" + b"Disallow: /x\n" * 100_000)),
    robots("hangs", "retry", UNREACHABLE, hangs),
    robots("drips", "retry", UNREACHABLE, says(OK + b"\r\n", then=forever(b"#", 0.05))),
    robots("500", "retry", UNREACHABLE, status(500)),
    robots("429", "retry", UNREACHABLE, status(429, b"Retry-After: 1")),
    robots("resets", "retry", UNREACHABLE, resets),
    robots("no HTTP", "retry", UNREACHABLE, says(b"User-agent: *\nAllow: /")),
    robots("leads to a private network", "refused", frozenset({"address"}), moved(b"http://10.0.0.1/robots.txt")),
)
