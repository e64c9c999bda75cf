"""Statuses that were not asked for, storms, and walls."""

from support.hostile.talk import Answer, forever, says, status
from support.hostile.web import Behaviour
from support.wall_pages import CAPTCHAS, CONSENTS

ENDLESS = b"HTTP/1.1 %d Said\r\nContent-Type: text/html\r\n\r\n"
ABSURD = (
    b"99999999999999999999",
    b"-5",
    b"soon",
    b"Fri, 31 Dec 9999 23:59:59 GMT",
    b"Thu, 01 Jan 1970 00:00:00 GMT",
    b"",
)


def ends(name: str, state: str, code: int, answer: Answer) -> Behaviour:
    """Return a host whose status is the reason."""
    return Behaviour(name, state, frozenset({f"http_{code}"}), answer)


STATUSES = (
    *(ends(f"{code} unasked", "refused", code, status(code)) for code in (201, 204, 205, 206, 300, 304, 400, 418, 999)),
    *(ends(f"{code}", "blocked", code, status(code)) for code in (401, 402, 403, 407, 451)),
    *(ends(f"{code}", "gone", code, status(code)) for code in (404, 410)),
    *(ends(f"{code}", "retry", code, status(code)) for code in (408, 425, 429, 500, 502, 503, 504, 599)),
    *(ends(f"429 for {wait!r}", "retry", 429, status(429, b"Retry-After: " + wait)) for wait in ABSURD),
    ends("429 with two waits", "retry", 429, status(429, b"Retry-After: 1", b"Retry-After: 2")),
    ends("404 with an endless body", "gone", 404, says(ENDLESS % 404, then=forever(b"x" * 65_536))),
    ends("403 with an endless body", "blocked", 403, says(ENDLESS % 403, then=forever(b"x" * 65_536))),
    ends("503 that drips", "retry", 503, says(ENDLESS % 503, then=forever(b"x", 0.05))),
    Behaviour(
        "a captcha with 503", "blocked", frozenset({"captcha_wall"}), status(503, body=CAPTCHAS["Cloudflare"].encode())
    ),
    Behaviour(
        "a captcha with 200", "blocked", frozenset({"captcha_wall"}), status(200, body=CAPTCHAS["Arabic"].encode())
    ),
    Behaviour("a consent wall", "blocked", frozenset({"consent_wall"}), status(200, body=CONSENTS["Arabic"].encode())),
)
