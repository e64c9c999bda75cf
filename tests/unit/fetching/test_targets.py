"""Facts about the URLs that may be asked."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.model import MAX_URL
from marsad.fetching.failures import FetchRefused
from marsad.fetching.targets import check_url, host_of, origin_of

HOSTILE = [
    "",
    "news.example/1",
    "//news.example/1",
    "ftp://news.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:///x",
    "http://user@news.example/",
    "http://user:secret@news.example/",
    "http://:@news.example/",
    "http://127.0.0.1\\@news.example/",
    "http://news.example\\@127.0.0.1/",
    "http://news.example\\x.other.example/",
    "http://news.example\\.other.example:8080/1",
    "http://news.example\\",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.0.1.5/",
    "http://%31%32%37.0.0.1/",
    "http://[fe80::1%25eth0]/",
    "http://[::1",
    "http://[127.0.0.1]/",
    "http://news.example:0/",
    "http://news.example:65536/",
    "http://news.example:99999999999/",
    "http://a b/",
    "http://a..b/",
    "http://" + "a" * 64 + ".example/",
    "http://news.example/\ud800",
    "http://news.example/" + "ا" * MAX_URL,
]


@pytest.mark.parametrize("url", HOSTILE)
def test_what_is_no_plain_http_url_is_refused(url: str) -> None:
    """Other schemes, credentials, hidden spellings of addresses and what no parser agrees on are never asked."""
    with pytest.raises(FetchRefused) as refused:
        check_url(url)
    assert refused.value.reason == "url"


def test_a_name_that_only_looks_international_is_asked_as_it_stands() -> None:
    """Letters after `xn--` that decode to nothing are the resolver's affair: the check raises nothing foreign."""
    assert host_of(check_url("http://xn--a.example/")) == "xn--a.example"


@given(st.text())
def test_whatever_is_given_it_is_refused_or_http(text: str) -> None:
    """No text makes the check raise anything else, and what passes is http(s) without credentials."""
    for url in (text, f"http://{text}", f"https://news.example/{text}"):
        try:
            parsed = check_url(url)
        except FetchRefused:
            continue
        assert parsed.scheme in {"http", "https"}
        assert parsed.raw_host
        assert not parsed.userinfo
        assert len(str(parsed)) <= MAX_URL


def test_a_password_is_never_repeated() -> None:
    """The refusal's text goes to the ledger."""
    with pytest.raises(FetchRefused) as refused:
        check_url("https://editor:kalimat-sirr@news.example/")
    assert "kalimat-sirr" not in str(refused.value)


def test_a_url_is_asked_as_it_is_but_for_its_fragment() -> None:
    """Parameters stay, also those that identity leaves out; Arabic is escaped; the fragment never leaves us."""
    asked = check_url("https://www.news.example/أخبار?utm_source=x&b=2&a=1#top")
    assert str(asked) == "https://www.news.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1?utm_source=x&b=2&a=1"


@pytest.mark.parametrize(
    ("url", "host", "origin"),
    [
        ("http://News.Example/1", "news.example", "http://news.example"),
        ("https://news.example:443/", "news.example", "https://news.example"),
        ("https://news.example:80/", "news.example", "https://news.example:80"),
        ("http://news.example.:8080/", "news.example:8080", "http://news.example.:8080"),
        ("http://[2606:4700::1]/", "2606:4700::1", "http://[2606:4700::1]"),
        ("https://خبر.example/", "xn--ngblk.example", "https://xn--ngblk.example"),
    ],
)
def test_both_schemes_share_a_clock_and_not_a_robots_file(url: str, host: str, origin: str) -> None:
    """Politeness goes by the host, robots.txt by scheme, host and port (RFC 9309)."""
    assert host_of(httpx.URL(url)) == host
    assert origin_of(httpx.URL(url)) == origin
