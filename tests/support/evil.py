"""Values that nobody means well with: where a field may hold anything, one of these is in it some day."""

import gzip
import random

LONG = "a" * 300_000
HIDDEN = ("127.0.0.2", "127.2", "0x7f000002", "2130706434", "0177.0.0.2", "[::ffff:127.0.0.2]", "[::1]", "127.0.0.2.")
"""Spellings of addresses that no network setting of the tests opens."""

STRINGS = (
    "", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "\u202eabc\u2066", "\x1b[2J\x1b]0;x\x07", "\r\nX: y", "ـ" * 3_000,
    "ﷺ" * 500, "e" + "\u0301" * 2_000, "\ufeff", "{{7*7}}", "%s%n", "../../etc/passwd", "null", "1e999", "🧨" * 9,
)  # fmt: skip
NUMBERS = (
    0,
    -1,
    1,
    2**31,
    2**53 + 1,
    2**63 - 1,
    2**63,
    2**64,
    -(2**63) - 1,
    10**30,
    10**4_000,
    0.1,
    -0.0,
    1e308,
    1e-320,
)
NO_NUMBERS = (float("nan"), float("inf"), float("-inf"))
MOMENTS = (
    "0001-01-01T00:00:00Z", "0002-01-01T00:00:00+23:59", "1582-10-10T00:00:00Z", "1969-12-31T23:59:59Z",
    "9998-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-23:59", "+12026-01-01T00:00:00Z", "2026-02-30T00:00:00Z",
    "2026-05-03T24:00:00Z", "2026-05-03T08:00:60Z", "2026-05-03", "2026-05-03T08:00:00", "yesterday", 1e18,
    -62135596800,
)  # fmt: skip
IDS = (
    "",
    "0" * 32,
    "f" * 31,
    "F" * 32,
    "g" * 32,
    "0" * 33,
    "0" * 31 + "\n",
    "٠" * 32,
    "a" * 500,
    "../" * 10 + "ab",
    "_" * 32,
)
URLS = (
    "", "http://", "https://", "//host/x", "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x",
    "ftp://a.example/",
    "gopher://127.0.0.1:70/_x", "http://[::1", "http://[fe80::1%25eth0]/", "http://a.example:99999/",
    "http://a.example:-1/",
    "http://user:secret@a.example/", "http://a.example\\@b.example/", "http://a.example#@b.example/",
    "http:///x", "http:a",
    "http://a.example/\0", "http://a.example/\r\nHost: b", "http://a\u202e.example/",
    "http://ⓔxample.example/", "http://xn--a/",
    "http://xn--" + "9" * 300 + ".example/", "http://" + "a." * 200 + "example/",
    "http://" + "a" * 70 + ".example/", "http://../",
    "http://a.example/" + "%" * 500, "http://a.example/" + "x" * 20_000, "http://a.example/?" + "a=1&" * 2_000,
    "http://%00/",
    "http://a.example/%ed%a0%80", "http://a.example/\ud800", "HTTP://A.EXAMPLE:80/../..//a/./b;c?#",
    "http://0/", "http://0.0.0.0/",
    "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://192.168.0.1/",
    "http://100.64.0.1/", "http://224.0.0.1/",
    "http://255.255.255.255/", "http://localhost/", "http://localhost.localdomain/",
    "http://[64:ff9b::7f00:2]/", "http://٣.example/",
)  # fmt: skip


def bodies(dice: random.Random) -> bytes:
    """Return a body that is no page and no feed, or one that is hard to read."""
    depth = dice.choice((50, 2_000, 30_000))
    kind = dice.randrange(len(_BODIES) + 3)
    if kind < len(_BODIES):
        return _BODIES[kind]
    if kind == len(_BODIES):
        return dice.randbytes(dice.choice((1, 100, 70_000)))
    if kind == len(_BODIES) + 1:
        return b"<div>" * depth + "نص".encode() + b"</div>" * dice.choice((0, depth))
    return b"<p>" + dice.choice((b"a ", b"\xd9\x86", b"<", b"&", b"&#x110000;", b"&amp;", b"\x00")) * depth


_LAUGHS = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 9))
_BODIES = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00\x00\xfe\xff<\x00h", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n",
    b"PK\x03\x04",
    gzip.compress(bytes(3_000_000)), b"{}", b"[" * 20_000, b"<html>", b"<!--", b"<![CDATA[",
    b"<script>" + b"x" * 200_000, b"<" * 50_000,
    b"<?xml version='1.0' encoding='utf-7'?><rss/>", b"<?xml version='1.0' encoding='no-such'?><rss/>",
    b'<!DOCTYPE r [<!ENTITY a0 "ha">' + _LAUGHS + b"]><rss><channel><title>&a8;</title></channel></rss>",
    b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>',
    b"<rss><channel>" + b"<item><link>http://a.example/1</link></item>" * 3_000, b"<table>" + b"<tr><td>" * 10_000,
    b"<a href=x>" * 20_000, b"<p " + b"a=b " * 50_000, b"<style>" + b"}" * 50_000, b"<svg><desc><math><mtext>" * 500,
    b"<html lang='" + b"x" * 100_000 + b"'><title>" + b"\xd8\xa7 " * 100_000,
    b'<script type="application/ld+json">' + b'{"@graph":[' * 5_000,
    b'<script type="application/ld+json">{"datePublished":1e999}</script>',
)  # fmt: skip
