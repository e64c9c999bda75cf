"""What is no URL that can be fetched, and why."""

import pytest

from marsad.urls import clean

REFUSALS = [
    ("", "no URL"),
    ("خبر عاجل", "no URL"),
    ("news.example.org/a", "no URL"),
    ("//news.example.org/a", "no URL"),
    ("javascript:alert(1)", "no URL"),
    ("https:/news.example.org/a", "no URL"),
    ("ftp://news.example.org/a", "'ftp' is neither http nor https"),
    ("file:///etc/passwd", "'file' is neither"),
    ("https:///a", "names no host"),
    ("https://:80/a", "names no host"),
    ("https://reader@news.example.org/", "carries credentials"),
    ("https://reader:word@news.example.org/", "carries credentials"),
    ("https://news.example.org:65536/", "65536 is no port"),
    ("https://news.example.org:0/", "0 is no port"),
    ("https://news.example.org:٨٠/", "no international host name"),
    ("https://news.example.org:abc/", "is no host name"),
    ("https://news..example.org/", "is no host name"),
    ("https://ne ws.example.org/", "is no host name"),
    ("https://news%2eexample.org/", "is no host name"),
    (f"https://{'a' * 64}.org/", "is no host name"),
    (f"https://{'a.' * 127}org/", "longer than 253"),
    (f"https://{'عربي.' * 40}org/", "Domain too long"),
    ("https://.../", "is no host name"),
    ("https://خبرabc.org/", "no international host name"),
    ("http://2130706433/", "no IPv4 address"),
    ("http://0x7f.1/", "no IPv4 address"),
    ("http://127.0.0.0x1/", "no IPv4 address"),
    ("http://127.1/", "no IPv4 address"),
    ("http://256.0.0.1/", "no IPv4 address"),
    ("http://[::1/", "brackets"),
    ("http://[::g]/", "brackets"),
    ("http://[fe80::1%eth0]/", "brackets"),
    ("https://news.example.org/\ud800", "lone surrogate"),
    (f"https://news.example.org/{'a' * 8_192}", "longer than 8192"),
    (f"https://news.example.org/{'ع' * 2_000}", "longer than 8192"),
    ("https://news.example.org/" + "a" * 1_000_000, "longer than 16384"),
]


@pytest.mark.parametrize(("url", "message"), REFUSALS)
def test_refusal_says_why(url: str, message: str) -> None:
    """What is no http(s) URL is refused with a message that names the reason."""
    with pytest.raises(ValueError, match=message):
        clean(url)
