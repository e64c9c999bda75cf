"""Heads that are late, endless, broken or no HTTP at all."""

from support.hostile.talk import OK, PAGE, Answer, forever, hangs, page, resets, says, streams
from support.hostile.web import Behaviour

LINE = b"HTTP/1.1 200 OK\r\n"
BROKEN = frozenset({"protocol"})
CUT = frozenset({"protocol", "connection"})
LATE = frozenset({"timeout"})
FINE = frozenset({"http_200"})


def retry(name: str, reasons: frozenset[str], answer: Answer) -> Behaviour:
    """Return a host that may do better another time."""
    return Behaviour(name, "retry", reasons, answer)


def fetched(name: str, answer: Answer) -> Behaviour:
    """Return a host that is odd, and understood."""
    return Behaviour(name, "fetched", FINE, answer)


HEADS = (
    retry("says nothing", LATE, hangs),
    retry("closes at once", CUT, says()),
    retry("resets at once", CUT, resets),
    retry("resets within the head", CUT, says(LINE, then=resets)),
    retry("closes within the head", CUT, says(LINE + b"Content-Type: text/ht")),
    retry("hangs within the head", LATE, says(LINE, then=hangs)),
    retry("drips its status line", LATE, streams([b"HTTP/1.1 200 ", *[b"O"] * 10_000], 0.05)),
    retry("drips header fields", LATE, says(LINE, then=forever(b"X: 1\r\n", 0.05))),
    retry("drips one header field", LATE, says(LINE + b"X: ", then=forever(b"x", 0.05))),
    retry("never ends its header fields", BROKEN, says(LINE, then=forever(b"X-Pad: " + b"x" * 8_000 + b"\r\n"))),
    retry("one field of 20 MB", BROKEN, says(LINE + b"X: ", then=streams([b"x" * 65_536] * 320))),
    retry("20 MB of fields", BROKEN, says(LINE, then=streams([b"X-Pad: " + b"x" * 65_536 + b"\r\n"] * 320))),
    retry("10,000 fields", BROKEN, says(LINE + b"X-Padding: 12345\r\n" * 10_000 + b"\r\n", PAGE)),
    retry("speaks HTTP/0.9", BROKEN, says(PAGE)),
    retry("speaks noise", BROKEN, says(bytes(range(256)) * 40)),
    retry("speaks SMTP", BROKEN, says(b"220 mail.ajil.example ESMTP\r\n")),
    retry("speaks HTTP/2 unasked", BROKEN, says(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18))),
    retry("a zero byte in a field", BROKEN, says(LINE + b"X: a\0b\r\n\r\n", PAGE)),
    retry("a field without a colon", BROKEN, says(LINE + b"nonsense\r\n\r\n", PAGE)),
    retry("a space before the colon", BROKEN, says(LINE + b"Content-Type : text/html\r\n\r\n", PAGE)),
    retry("a carriage return within a field", BROKEN, says(LINE + b"X: a\rSet-Cookie: b\r\n\r\n", PAGE)),
    retry("a status of two digits", BROKEN, says(b"HTTP/1.1 20 OK\r\n\r\n", PAGE)),
    retry("a status in words", BROKEN, says(b"HTTP/1.1 OK\r\n\r\n", PAGE)),
    retry("interim answers for ever", LATE, forever(b"HTTP/1.1 100 Continue\r\n\r\n", 0.005)),
    retry("early hints for ever", LATE, forever(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0.005)),
    fetched("early hints, then a page", says(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", then=page())),
    fetched("folded fields", page(PAGE, b"X: a\r\n b")),
    fetched(
        "lines that end in LF alone", says((OK + b"Content-Length: %d\r\n\r\n" % len(PAGE)).replace(b"\r", b""), PAGE)
    ),
    fetched("a reason in no ASCII", says(OK.replace(b"OK", "تمام".encode()) + b"\r\n", PAGE)),
    fetched("fields of no ASCII", page(PAGE, "X-Title: خبر".encode(), b"X-Raw: \xff\xfe")),
)
