"""What identifies a page and what identifies a site."""

from hashlib import blake2b

import pytest

from marsad.urls import authority_of, key_of, page_id
from marsad.urls.hosts import registrable_domain


def test_page_id_is_the_hash_of_the_address() -> None:
    """The id is BLAKE2b with 16 bytes over the canonical spelling without its scheme, so that anybody can derive it."""
    expected = blake2b(b"news.example.org/a?id=1", digest_size=16).hexdigest()

    assert page_id("https://news.example.org/a?utm_source=x&id=1#top") == expected
    assert len(expected) == 32


@pytest.mark.parametrize(
    "twin",
    [
        "http://www.example.org/خبر/1",
        "https://example.org/خبر/1",
        "https://m.example.org/خبر/1",
        "https://www.m.example.org/خبر/1?amp=1",
        "https://www.example.org/خبر/1/amp",
        "https://WWW.example.org:443/%d8%ae%d8%a8%d8%b1/1?fbclid=2",
    ],
)
def test_twins_are_one_page(twin: str) -> None:
    """Scheme, `www.`, mobile and AMP hosts and tracking make no new page."""
    assert page_id(twin) == page_id("https://www.example.org/خبر/1")


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/خبر/2",
        "https://example.org/خبر/1/",
        "https://example.org/خبر/1?page=2",
        "https://example.org:8443/خبر/1",
        "https://arabic.example.org/خبر/1",
        "https://www.org.eg/خبر/1",
    ],
)
def test_other_addresses_are_other_pages(other: str) -> None:
    """What may be another page has another id."""
    assert page_id(other) != page_id("https://example.org/خبر/1")


def test_a_site_named_www_is_itself() -> None:
    """`www.` is only left out where a registrable domain remains."""
    assert page_id("https://www.org.eg/") != page_id("https://org.eg/")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://arabic.rt.com/news/1", "rt.com"),
        ("http://gate.ahram.org.eg:8080/a", "ahram.org.eg"),
        ("https://www.sana.sy/", "sana.sy"),
        ("https://writer.github.io/a", "github.io"),
        ("https://news.blogspot.com/a", "blogspot.com"),
        ("https://خبر.موقع.مصر/", "xn--4gbrim.xn--wgbh1c"),
        ("https://sport.example.gov.sy/", "example.gov.sy"),
        ("https://org.eg/", "org.eg"),
        ("http://127.0.0.1:8001/a", "127.0.0.1:8001"),
        ("http://127.0.0.1:8002/a", "127.0.0.1:8002"),
        ("http://127.0.0.1/a", "127.0.0.1:80"),
        ("https://127.0.0.1/a", "127.0.0.1:443"),
        ("http://localhost:9000/a", "localhost:9000"),
        ("http://[::1]/a", "[::1]:80"),
        ("http://[::1]:9000/a", "[::1]:9000"),
        ("http://wiki.intranet/a", "wiki.intranet:80"),
    ],
)
def test_key_is_the_site(url: str, key: str) -> None:
    """Sub-domains share their registrable domain; hosts without one are keyed with their port."""
    assert key_of(url) == key


@pytest.mark.parametrize("function", [page_id, key_of, authority_of])
def test_no_identity_without_a_url(function: object) -> None:
    """What cannot be cleaned has no id and no key."""
    assert callable(function)
    with pytest.raises(ValueError, match="no URL"):
        function("خبر")


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://News.example.org:443/a", "news.example.org"),
        ("http://127.0.0.1:8001/a", "127.0.0.1:8001"),
        ("http://[::1]:80/", "[::1]"),
    ],
)
def test_authority_names_an_odd_port(url: str, authority: str) -> None:
    """The port belongs to the authority only where it is not the scheme's own."""
    assert authority_of(url) == authority


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "news.unknowntld", ""])
def test_hosts_without_a_registrable_domain(host: str) -> None:
    """Addresses, local names and unknown top-level domains have no registrable domain."""
    assert registrable_domain(host) is None
