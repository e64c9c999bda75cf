"""Facts about how a robots.txt is had, and for how long (RFC 9309)."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from marsad.fetching import robots
from marsad.fetching.client import Client
from marsad.fetching.failures import FetchRefused
from marsad.fetching.robots import ALLOW_ALL, MAX_BYTES, Robots, Rules
from unit.fetching.doubles import SITE, Reply, Web, loop_clock, make_settings, redirect, simulate

PAGE = httpx.URL(f"{SITE}/news/1")
Runs = Callable[[Coroutine[Any, Any, Rules]], Rules]


def fetch_from(reply: Reply, url: httpx.URL = PAGE, run: Runs = simulate) -> tuple[Rules, Web]:
    """Return the rules that a web gives for a URL, and what was asked."""

    async def main() -> Rules:
        return await Robots(Client(web, make_settings()), loop_clock, 30).fetch(url)

    web = Web(reply)
    return run(main()), web


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_missing_file_allows_everything(status: int) -> None:
    """4xx is `unavailable` (RFC 9309, 2.3.1.3)."""
    rules, _ = fetch_from(lambda _: httpx.Response(status, text="User-agent: *\nDisallow: /"))
    assert rules is ALLOW_ALL


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599, 304, 999])
def test_an_unreachable_file_forbids_everything(status: int) -> None:
    """5xx is `unreachable` (RFC 9309, 2.3.1.4); so is a host that wants fewer requests."""
    rules, _ = fetch_from(lambda _: httpx.Response(status))
    assert not rules.allows(PAGE)
    assert str(status) in rules.trouble


def test_a_connection_that_fails_forbids_everything() -> None:
    """Unreachable is not the same as free; the log says which site, and why."""

    def reply(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with capture_logs() as lines:
        rules, _ = fetch_from(reply)

    assert not rules.allows(PAGE)
    assert rules.trouble.startswith("connection: ")
    assert [(line["event"], line["site"], line["why"]) for line in lines] == [
        ("robots_unreachable", "https://ajil.example", rules.trouble)
    ]


def test_a_host_that_may_not_be_connected_to_is_no_question_of_robots() -> None:
    """The refusal of the address reaches the task as such."""

    def reply(_: httpx.Request) -> httpx.Response:
        raise FetchRefused("address", "ajil.example: 10.0.0.1 is private")

    with pytest.raises(FetchRefused, match="private"):
        fetch_from(reply)


def test_a_file_is_asked_for_at_the_root_of_its_origin() -> None:
    """Scheme, host and port of the page, without its path and parameters."""
    _, web = fetch_from(lambda _: httpx.Response(404), httpx.URL("http://ajil.example:8080/a/b?c=d"))
    assert web.urls() == ["http://ajil.example:8080/robots.txt"]


def test_only_the_first_500_kib_are_read() -> None:
    """RFC 9309, 2.5: what stands behind the limit is not there."""
    filler = b"# " + b"x" * 1_000 + b"\n"
    text = b"User-agent: *\nDisallow: /early\n" + filler * (MAX_BYTES // len(filler) + 1) + b"Disallow: /late\n"
    rules, _ = fetch_from(lambda _: httpx.Response(200, content=text), run=asyncio.run)  # parsed in a thread
    assert not rules.allows(httpx.URL(f"{SITE}/early"))
    assert rules.allows(httpx.URL(f"{SITE}/late"))


def test_five_redirects_are_followed_across_hosts() -> None:
    """RFC 9309, 2.3.1.2."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.host == "h5.example":
            return httpx.Response(200, text="User-agent: *\nDisallow: /news")
        number = int(request.url.host[1]) + 1 if request.url.host.startswith("h") else 1
        return redirect(f"https://h{number}.example/robots.txt")

    rules, web = fetch_from(reply)
    assert len(web.asked) == 6
    assert not rules.allows(PAGE)


@pytest.mark.parametrize("location", ["/robots.txt", "/robots.txt?again", "http://[::1", "ftp://ajil.example/r"])
def test_redirects_that_lead_nowhere_count_as_a_missing_file(location: str) -> None:
    """A loop, more than five, or a Location that is no URL; at most six requests are made."""
    rules, web = fetch_from(lambda request: redirect(location if "?" not in location else f"{request.url}x"))
    assert rules is ALLOW_ALL
    assert len(web.asked) <= 6


def test_a_redirect_into_a_closed_network_refuses_the_site() -> None:
    """Its rules will never be had, so another attempt would not help; who is named there is not concerned."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.host == "inside.example":
            raise FetchRefused("address", "inside.example: 127.0.0.1 is loopback")
        return redirect("http://inside.example/robots.txt")

    rules = fetch_from(reply)[0]
    assert not rules.allows(PAGE)
    with pytest.raises(FetchRefused, match="loopback") as refused:
        rules.require(PAGE)
    assert refused.value.reason == "address"


def remembered(status: int, after_s: float) -> bool:
    """Whether the rules of an answer are still known after some time."""

    async def main() -> bool:
        known = Robots(Client(Web(lambda _: httpx.Response(status, text="")), make_settings()), loop_clock, 30)
        assert known.known(PAGE) is None
        await known.fetch(PAGE)
        await asyncio.sleep(after_s)
        return known.known(PAGE) is not None

    return simulate(main())


def test_rules_are_known_for_a_day_and_failures_for_ten_minutes() -> None:
    """RFC 9309, 2.4; then the file is asked for again."""
    assert remembered(200, 24 * 3_600 - 1)
    assert not remembered(200, 24 * 3_600)
    assert remembered(404, 24 * 3_600 - 1)
    assert remembered(503, 599)
    assert not remembered(503, 600)


def test_a_file_that_http_shares_with_https_is_asked_for_once() -> None:
    """Most sites lead http to https; a file of another host is that host's own."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "http":
            return redirect(f"https://{request.url.host}/robots.txt")
        return httpx.Response(200, text="User-agent: *\nDisallow: /x")

    async def main() -> tuple[Rules | None, Rules | None]:
        known = Robots(Client(Web(reply), make_settings()), loop_clock, 30)
        await known.fetch(httpx.URL("http://ajil.example/a"))
        return known.known(httpx.URL("https://ajil.example/a")), known.known(httpx.URL("https://other.example/"))

    shared, foreign = simulate(main())
    assert shared is not None
    assert not shared.allows(httpx.URL("https://ajil.example/x"))
    assert foreign is None


def test_a_site_that_leads_on_slowly_has_one_deadline_for_all_hops() -> None:
    """Six hops do not hold the host's turn for six deadlines."""

    async def main() -> tuple[Rules, float]:
        web = Web(lambda request: redirect(f"{request.url}x"), takes_s=lambda _: 20)
        rules = await Robots(Client(web, make_settings(deadline_s=30)), loop_clock, 30).fetch(PAGE)
        return rules, asyncio.get_running_loop().time()

    rules, took = simulate(main())
    assert rules.trouble == "timeout: nothing came within 30 s"
    assert took == pytest.approx(30)


def test_memory_is_bounded_by_sites_and_by_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sites unused for longest are forgotten first."""
    monkeypatch.setattr(robots, "MAX_SITES", 10)
    monkeypatch.setattr(robots, "MAX_RULES_KEPT", 1_000)

    def reply(request: httpx.Request) -> httpx.Response:
        rules = 300 if request.url.host.startswith("big") else 1
        return httpx.Response(200, text="User-agent: *\n" + "Disallow: /x\n" * rules)

    async def main() -> None:
        known = Robots(Client(Web(reply), make_settings()), loop_clock, 30)
        first = httpx.URL("https://first.example/")
        await known.fetch(first)
        for number in range(30):
            await known.fetch(httpx.URL(f"https://small{number}.example/"))
            assert known.known(first) is not None
            assert len(known._sites) <= 10
        for number in range(8):
            await known.fetch(httpx.URL(f"https://big{number}.example/"))
        assert len(known._sites) == 3
        assert known._lines == sum(rules.lines for _, rules in known._sites.values()) <= 1_000
        await known.fetch(httpx.URL("https://big7.example/"))
        assert known._lines == sum(rules.lines for _, rules in known._sites.values())

    simulate(main())
