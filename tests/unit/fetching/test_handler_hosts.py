"""Facts about the way from host to host: redirects, each host's rules, and the pause that wins."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from marsad.contracts.states import State
from marsad.contracts.topics import LANES
from marsad.contracts.urls import UrlDiscovered
from marsad.outlets import Outlet, Outlets
from marsad.streaming.outcome import Emit, Retry
from unit.fetching.doubles import (
    Rig,
    Web,
    at_pages,
    decide,
    ended,
    make_discovered,
    make_page,
    make_rig,
    redirect,
    simulate,
)

URL = "https://www.ajil.com/1"


def test_a_redirect_to_another_domain_goes_on_under_its_key() -> None:
    """The other domain is not contacted here: its owner goes on with the same task."""
    web = at_pages(lambda _: redirect("https://www.wakala.com/1"))
    data = make_discovered("https://r.ajil.com/x")
    outcome = decide(web, data)
    assert isinstance(outcome, Emit)
    (record,) = outcome.records
    assert (record.topic, record.key) == ("urls.discovered", "wakala.com")
    assert isinstance(record.data, UrlDiscovered)
    assert (record.data.target, record.data.hops) == ("https://www.wakala.com/1", 1)
    assert record.data.task.task_id == data.task.task_id
    assert {request.url.host for request, _, _ in web.asked} == {"r.ajil.com"}


def test_a_redirect_to_another_host_of_the_domain_obeys_that_hosts_rules() -> None:
    """Its robots.txt and its clock; the short link becomes an alias."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            forbidden = "/secret" if request.url.host == "www.ajil.com" else ""
            return httpx.Response(200, text=f"User-agent: *\nDisallow: {forbidden}")
        if request.url.host == "r.ajil.com":
            return redirect(f"https://www.ajil.com{request.url.path}")
        return make_page()

    web = Web(reply)
    outcome = decide(web, make_discovered("https://r.ajil.com/1"))
    assert isinstance(outcome, Emit)
    assert outcome.records[0].data.model_dump()["task"]["aliases"] == ("https://r.ajil.com/1",)
    assert "https://www.ajil.com/robots.txt" in web.urls()
    assert ended(decide(web, make_discovered("https://r.ajil.com/secret"))) == (State.REFUSED, "robots")
    assert "https://www.ajil.com/secret" not in web.urls()


def test_a_redirect_inside_a_host_obeys_its_rules() -> None:
    """A forbidden path is not reached by way of an allowed one."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(200, text="User-agent: *\nDisallow: /private")
        return redirect("/private/1")

    web = Web(reply)
    assert ended(decide(web, make_discovered(URL))) == (State.REFUSED, "robots")
    assert "https://www.ajil.com/private/1" not in web.urls()


def test_http_that_leads_to_https_is_followed_in_the_same_turn() -> None:
    """robots.txt led there too, so its rules are known for both."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "http":
            return redirect(str(request.url.copy_with(scheme="https")))
        return httpx.Response(404) if request.url.path == "/robots.txt" else make_page()

    web = Web(reply)
    outcome = decide(web, make_discovered("http://www.ajil.com/1"))
    assert isinstance(outcome, Emit)
    assert web.urls() == [
        "http://www.ajil.com/robots.txt",
        "https://www.ajil.com/robots.txt",
        "http://www.ajil.com/1",
        "https://www.ajil.com/1",
    ]


def pause_of(robots: str = "", outlets: Outlets | None = None, **settings: Any) -> float:
    """Return the pause between two pages of a host."""

    def reply(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=robots) if request.url.path == "/robots.txt" else make_page()

    async def main() -> float:
        web = Web(reply)
        rig: Rig = make_rig(web, outlets, **settings)
        todo = [make_discovered(URL), make_discovered(f"{URL}2")]
        while todo:
            outcome = await rig.decide(todo[0])
            if isinstance(outcome, Retry):
                assert isinstance(outcome.data, UrlDiscovered)
                todo[0] = outcome.data
                await asyncio.sleep(LANES[outcome.lane])
            else:
                todo.pop(0)
        first, second = (started for request, started, _ in web.asked if request.url.path != "/robots.txt")
        return second - first

    return simulate(main())


@pytest.fixture
def make_outlets() -> Callable[[float | None], Outlets]:
    """Return a maker of one outlet that asks for a pause."""

    def make(crawl_delay_s: float | None) -> Outlets:
        outlet = {
            "id": "ajil", "name": {"ar": "عاجل", "en": "Ajil"}, "country": "EG", "kind": "site", "languages": ["ar"],
            "time_zone": "Africa/Cairo", "domains": ["ajil.com"], "crawl_delay_s": crawl_delay_s,
            "checked": {"on": "2026-11-22", "against": "an invented site"},
        }  # fmt: skip
        return Outlets([Outlet.model_validate(outlet)])

    return make


def test_the_longest_pause_that_anybody_asks_for_wins(make_outlets: Callable[[float | None], Outlets]) -> None:
    """The operator, the outlet file, robots.txt; a Crawl-delay of hours counts as a minute, an outlet's as it is."""
    delay_5 = "User-agent: *\nCrawl-delay: 5"
    assert pause_of() == pytest.approx(2, abs=0.01)
    assert pause_of(spacing_s=7) == pytest.approx(7, abs=0.01)
    assert pause_of(delay_5) == pytest.approx(5, abs=0.01)
    assert pause_of(delay_5, make_outlets(3)) == pytest.approx(5, abs=0.01)
    assert pause_of(delay_5, make_outlets(8)) == pytest.approx(8, abs=0.01)
    assert 60 <= pause_of("User-agent: *\nCrawl-delay: 86400") < 90
    assert 100 <= pause_of("", make_outlets(100)) < 150
