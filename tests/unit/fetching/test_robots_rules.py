"""Facts about the rules of a robots.txt (RFC 9309)."""

import httpx
import pytest

from marsad.fetching.failures import FetchFailed, FetchRefused
from marsad.fetching.robots import ALLOW_ALL, Rules, parse_rules
from unit.fetching.doubles import SITE, allows

PAGE = httpx.URL(f"{SITE}/news/1")


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /private", "/private/a", False),
        ("User-agent: *\nDisallow: /private", "/public", True),
        ("User-agent: *\nDisallow: /\nAllow: /news", "/news/1", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x", True),
        ("User-agent: *\nDisallow: /أخبار", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1", False),
        ("User-agent: *\nDisallow: /أخبار", "/أخبار/1", False),
        ("User-agent: *\nDisallow: /%d8%a3%D8%AE%D8%A8%D8%A7%D8%B1", "/أخبار/1", False),
        ("User-agent: *\nDisallow: /\nAllow: /أخبار/*.html$", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1.html", True),
        ("User-agent: *\nDisallow: /%C7%CE%C8%C7%D1", "/%c7%ce%c8%c7%d1/1", False),  # windows-1256
        ("User-agent: *\nDisallow: /%C7%CE%C8%C7%D1", "/أخبار/1", True),
        ("User-agent: *\nDisallow: /a?b", "/a?b=1", False),
        ("user-agent: MARSAD\ndisallow: /", "/a", False),
        ("User-agent: Marsad/0.1\nDisallow: /", "/a", False),
        ("User-agent: mars\nDisallow: /", "/a", True),
        ("User-agent: marsadbot\nDisallow: /", "/a", True),
        ("User-agent: *bot\nDisallow: /", "/a", True),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: other\n\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: marsad\nDisallow: /x", "/a", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: marsad\nDisallow: /x", "/x", False),
        ("User-agent: marsad\nUser-agent: other\nDisallow: /", "/a", False),
        ("User-agent: other\nUser-agent: marsad\nDisallow: /", "/a", False),
        ("User-agent: marsad\nSitemap: https://a/s.xml\nUser-agent: other\nDisallow: /", "/a", False),
        ("User-agent: marsad # us\n# a comment\n\nUser-agent: other\nDisallow: /", "/a", False),
        ("User-agent: marsad\nDisallow: /x\nUser-agent: other\nDisallow: /", "/a", True),
        ("User-agent: marsad\nDisallow: /x\n\nUser-agent: marsad\nDisallow: /y", "/x", False),
        ("User-agent:\nDisallow: /", "/a", True),
        ("Disallow: /", "/a", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\r\nDisallow: /a\r\n", "/a", False),
        ("<html><body>Not found</body></html>", "/a", True),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
    ],
)
def test_a_file_allows_what_the_standard_says(text: str, path: str, allowed: bool) -> None:
    """Groups by whole product tokens, the longest rule wins, comments and sitemaps end no group."""
    assert allows(text, path) is allowed


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 5", 5),
        ("User-agent: *\nCrawl-delay: 0.5\nDisallow: /x", 0.5),
        ("User-agent: marsad\nCrawl-delay: 7\n\nUser-agent: *\nCrawl-delay: 20", 7),
        ("User-agent: other\nCrawl-delay: 5", 0),
        ("User-agent: *\nCrawl-delay: 86400", 60),
        ("User-agent: *\nCrawl-delay: soon", 0),
        ("User-agent: *\nCrawl-delay: -1", 0),
        ("User-agent: *\nCrawl-delay: nan", 0),
        ("User-agent: *\nCrawl-delay: inf", 0),
        ("User-agent: *\nRequest-rate: 1/10", 10),
        ("User-agent: *\nRequest-rate: 2/1m", 30),
        ("User-agent: *\nRequest-rate: 1/7 0600-0845", 7),
        ("User-agent: *\nRequest-rate: 1/7\nCrawl-delay: 3", 7),
        ("User-agent: *\nRequest-rate: 1/7\nCrawl-delay: 9", 9),
        ("User-agent: *\nRequest-rate: 1/1h", 60),
        ("User-agent: *\nRequest-rate: 0/5", 0),
        ("User-agent: *\nRequest-rate: 5/0", 0),
        ("User-agent: *\nRequest-rate: often", 0),
        (f"User-agent: *\nRequest-rate: 1/{'9' * 400}", 60),
        (f"User-agent: *\nRequest-rate: {'9' * 400}/1", 0),
        ("", 0),
    ],
)
def test_crawl_delay_and_request_rate_are_honoured_up_to_a_minute(text: str, delay: float) -> None:
    """Ours before everybody's; what is no number says nothing."""
    assert parse_rules(text.encode()).delay_s == delay


def test_bytes_in_no_utf8_are_read_as_far_as_they_go() -> None:
    """A file in windows-1256 still has its ASCII rules."""
    rules = parse_rules("User-agent: *\n# ممنوع\nDisallow: /x".encode("windows-1256"))
    assert not rules.allows(httpx.URL(f"{SITE}/x"))


def test_a_file_of_many_agents_times_many_rules_stays_small() -> None:
    """Such a file of 500 KiB would otherwise become hundreds of millions of rules."""
    agents = "".join(f"User-agent: a{number}\n" for number in range(15_000))
    text = agents + "Disallow: /a\n" * 15_000 + "User-agent: *\nDisallow: /b\n"
    rules = parse_rules(text.encode())
    assert rules.lines < 10
    assert not rules.allows(httpx.URL(f"{SITE}/b"))


def test_a_file_with_more_rules_for_us_than_can_be_followed_is_unreachable() -> None:
    """Every rule costs time at every URL; we stay out rather than guess."""
    text = "User-agent: *\n" + "".join(f"Disallow: /*{number:x}*a\n" for number in range(12_000))
    rules = parse_rules(text.encode())
    assert "concern us" in rules.trouble
    assert not rules.allows(PAGE)


def test_a_refusal_by_rules_is_final_and_one_for_lack_of_rules_is_not() -> None:
    """Robots is a reason of ours; an unreachable file may be had later."""
    ALLOW_ALL.require(PAGE)
    with pytest.raises(FetchRefused) as refused:
        parse_rules(b"User-agent: *\nDisallow: /news").require(PAGE)
    assert refused.value.reason == "robots"
    assert refused.value.detail == "https://ajil.example/robots.txt does not allow /news/1"
    with pytest.raises(FetchFailed) as failed:
        Rules(trouble="dns: ajil.example cannot be resolved").require(PAGE)
    assert failed.value.reason == "robots_unreachable"
    assert "https://ajil.example/robots.txt cannot be had" in failed.value.detail
    assert "dns: ajil.example cannot be resolved" in failed.value.detail
