"""Redirects in circles, into closed networks, to other schemes, and to what is no URL."""

import asyncio

from support.hostile.heads import FINE
from support.hostile.talk import ASKED, PAGE, Answer, forever, moved, page, says
from support.hostile.web import Behaviour

RULE, ADDRESS = frozenset({"redirects"}), frozenset({"address"})
CLOSED = {
    "a private network": b"http://10.0.0.1/",
    "a cloud's metadata": b"http://169.254.169.254/latest/meta-data/",
    "IPv6 loopback": b"http://[::1]/",
    "an IPv4-mapped address": b"http://[::ffff:10.0.0.1]/",
    "NAT64": b"http://[64:ff9b::a00:1]/",
    "6to4": b"http://[2002:a00:1::]/",
    "carrier-grade NAT": b"//100.64.0.1/",
    "multicast": b"http://224.0.0.1/",
    "a port of a public address": b"http://93.184.215.14:22/",
}
NONE = {
    "a decimal address": b"http://2130706433/",
    "an octal address": b"http://0177.0.0.1/",
    "a hexadecimal address": b"http://0x7f.1/",
    "a file": b"file:///etc/passwd",
    "a script": b"javascript:alert(1)",
    "FTP": b"ftp://ajil.example/1",
    "gopher": b"gopher://127.0.0.1:11211/_stats",
    "credentials": b"http://user:secret@ajil.example/",
    "an open bracket": b"http://[::1",
    "no host": b"http://",
    "a host of spaces": b"http://a b/",
    "a port of letters": b"http://ajil.example:port/",
    "a port too high": b"http://ajil.example:99999/",
    "a backslash host": b"http://ajil.example\\@evil.example/",
    "a zone": b"http://[fe80::1%25eth0]/",
    "a broken international name": b"http://xn--\xff.example/",
    "20 KB": b"/" + b"x" * 20_000,
    "nothing": b"",
}


def to(name: str, state: str, reasons: frozenset[str], answer: Answer, path: str = "/1") -> Behaviour:
    """Return a host that leads elsewhere."""
    return Behaviour(f"leads to {name}", state, reasons, answer, path=path)


def steps(hops: int) -> Answer:
    """Return a chain of redirects, one path each, with a page at its end."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        step = int(ASKED.get()[1:])
        await (page() if step > hops else moved(b"/%d" % (step + 1)))(reader, writer)

    return answer


def refresh(target: bytes) -> Answer:
    """Return a page that refreshes itself at once."""
    return page(b"<head><meta http-equiv=refresh content='0; url=" + target + b"'></head>")


REDIRECTS = (
    *(to(name, "refused", ADDRESS, moved(location)) for name, location in CLOSED.items()),
    *(to(name, "refused", RULE, moved(location)) for name, location in NONE.items()),
    to("itself", "refused", RULE, moved(b"/1")),
    to("itself for ever longer", "refused", RULE, moved(b"?x")),
    to("a circle of two", "refused", RULE, moved(b"/2"), path="/2"),
    to("a page by ten hops", "fetched", FINE, steps(10)),
    to("a page by eleven hops", "refused", RULE, steps(11)),
    to(
        "itself, with an endless body",
        "refused",
        RULE,
        says(b"HTTP/1.1 301 M\r\nLocation: /1\r\n\r\n", then=forever(PAGE)),
    ),
    to("a private network by a refresh", "refused", ADDRESS, refresh(b"http://10.0.0.1/")),
    to("an app by a refresh", "fetched", FINE, refresh(b"intent://ajil")),
    to("itself by a refresh", "fetched", FINE, refresh(b"/1")),
    to("consent.google.com", "blocked", frozenset({"consent_wall"}), moved(b"https://consent.google.com/m?continue=x")),
    to("a captcha's home", "blocked", frozenset({"captcha_wall"}), moved(b"https://geo.captcha-delivery.com/captcha/")),
)
