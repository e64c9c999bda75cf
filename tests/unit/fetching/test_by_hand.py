"""Facts about fetches by hand, on a made-up web."""

import asyncio

import httpx
import pytest

from marsad.fetching import by_hand
from marsad.fetching.by_hand import ByHand, Report
from marsad.fetching.client import Client
from marsad.fetching.robots import Robots
from marsad.outlets import Outlets
from unit.fetching.doubles import Web, at_pages, loop_clock, make_page, make_settings, redirect, simulate
from unit.fetching.outlet_files import outlet_at

URL = "https://ajil.example/1"


def fetch(web: Web, *urls: str, outlets: Outlets | None = None, **settings: object) -> list[Report]:
    """Return what comes of URLs, in virtual time."""
    own = make_settings(**settings)

    async def main() -> list[Report]:
        by_hand.monotonic = asyncio.get_running_loop().time  # type: ignore[attr-defined]  # virtual, like all of it
        client = Client(web, own)
        hand = ByHand(client, Robots(client, loop_clock, own.deadline_s), outlets or Outlets(), own)
        return await asyncio.gather(*map(hand.fetch, urls))

    return simulate(main())


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the module its clock back afterwards."""
    monkeypatch.setattr(by_hand, "monotonic", by_hand.monotonic)  # type: ignore[attr-defined]  # imported there


def started(web: Web) -> list[float]:
    """Return when requests began, in seconds."""
    return [start for _, start, _ in web.asked]


def test_the_way_is_told() -> None:
    """Redirects and refreshes on any host, robots.txt asked for on each."""
    steps = {"short.example": redirect(URL), "ajil.example": make_page(refresh="0;url=https://www.ajil.example/1")}
    web = at_pages(lambda request: steps.get(request.url.host, make_page()))
    (report,) = fetch(web, "https://short.example/x")
    assert (report.state, report.final_url) == ("fetched", "https://www.ajil.example/1")
    assert report.aliases == ("https://short.example/x", URL)
    assert [url for url in web.urls() if url.endswith("robots.txt")] == [
        f"https://{host}/robots.txt" for host in (*steps, "www.ajil.example")
    ]


def test_a_host_has_its_pauses_and_others_do_not_wait() -> None:
    """After robots.txt and after each page; what an outlet file asks for counts."""
    web = Web(lambda _: make_page())
    fetch(web, URL, "https://ajil.example/2", outlets=outlet_at("ajil.example", crawl_delay_s=7), spacing_s=2)
    assert started(web) == pytest.approx([0, 7, 14])
    both = Web(lambda _: make_page())
    fetch(both, URL, "https://other.example/1", spacing_s=2)
    assert started(both) == pytest.approx([0, 0, 2, 2])


def test_hops_share_the_time_of_one_exchange() -> None:
    """Waiting for turns is not counted; what was asked last is told."""
    web = Web(lambda request: redirect(f"{request.url}x") if request.url.path != "/robots.txt" else make_page(),
              takes_s=lambda _: 4)  # fmt: skip
    (report,) = fetch(web, URL, deadline_s=10, spacing_s=100)
    assert (report.state, report.reason, report.final_url) == ("retry", "timeout", f"{URL}x")
    assert report.seconds == pytest.approx(10)
    assert report.answer is None


def test_robots_that_take_all_the_time_are_unreachable() -> None:
    """As they are for the service."""
    (report,) = fetch(Web(lambda _: make_page(), takes_s=lambda _: 99), URL, deadline_s=10)
    assert (report.state, report.reason, report.final_url) == ("retry", "robots_unreachable", None)


def test_a_host_without_rules_is_asked_for_them_once() -> None:
    """However many of its URLs were given: they end together."""
    web = Web(lambda _: make_page(), takes_s=lambda _: 99)
    reports = fetch(web, *(f"{URL}{number}" for number in range(5)), deadline_s=10)
    assert {(report.state, report.reason) for report in reports} == {("retry", "robots_unreachable")}
    assert sum(report.seconds for report in reports) == pytest.approx(10)


def test_a_host_that_names_a_time_is_asked_no_more() -> None:
    """Its other URLs end at once; one that names none is asked for the next after the usual pause."""
    pages = {"ajil.example": make_page(status=429, retry_after="60"), "other.example": make_page(status=503)}
    web = at_pages(lambda request: pages[request.url.host])
    others = ("https://other.example/1", "https://other.example/2")
    first, second, *busy = fetch(web, URL, f"{URL}0", *others)
    assert (first.reason, second.reason, second.state) == ("http_429", "host_busy", "retry")
    assert {report.reason for report in busy} == {"http_503"}
    assert [url for url in web.urls() if "ajil" in url and "robots" not in url] == [URL]


def test_hops_are_counted_and_circles_seen() -> None:
    """Over all hosts."""
    ring = at_pages(lambda request: redirect(URL if request.url.path == "/2" else "https://other.example/2"))
    (report,) = fetch(ring, URL)
    assert (report.state, report.reason, report.aliases) == ("refused", "redirects", (URL,))
    endless = at_pages(lambda request: redirect(f"{request.url}1"))
    (report,) = fetch(endless, URL, max_redirects=3)
    assert (report.reason, len(report.aliases)) == ("redirects", 3)


def test_what_nobody_foresaw_is_a_report_too() -> None:
    """The others must come to their ends."""

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/2":
            raise KeyError("a bug below httpx")
        return make_page()

    broken, fine = fetch(at_pages(reply), "https://ajil.example/2", URL)
    assert (broken.state, broken.reason) == ("retry", "unknown")
    assert fine.state == "fetched"
    assert fine.as_json()["bytes"] == len(make_page().content)
