"""Facts about what a page itself says to whoever asks for it: refreshes, robots tags, walls."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from marsad.fetching.client import Answer, Client, Redirect, Terms
from marsad.fetching.failures import FetchBlocked
from marsad.fetching.walls import Wall
from unit.fetching.doubles import Web, make_page, make_settings, redirect, simulate
from unit.fetching.test_client import TERMS, URL, answer, get

PAGE_TERMS = Terms("text/html", 10_000, page=True)


def refreshing(content: str) -> httpx.Response:
    """Return a page that refreshes itself so."""
    return make_page(f"<html><head><meta http-equiv='Refresh' content='{content}'></head></html>")


@pytest.mark.parametrize("reply", [refreshing("0; url=/2"), make_page(refresh="0;url=https://ajil.example/2")])
def test_an_immediate_refresh_is_a_redirect(reply: httpx.Response) -> None:
    """By a meta tag or by the field that it stands for."""
    assert get(Web(lambda _: reply), terms=PAGE_TERMS) == Redirect(URL, "https://ajil.example/2")


@pytest.mark.parametrize("content", ["300; url=/2", "5", "0", "0; url=app://open", "0; url=http://[::1", "0; url=/1"])
def test_other_refreshes_are_no_redirects(content: str) -> None:
    """Pages that load themselves anew, notices, links into apps: the page itself is what was asked for."""
    assert answer(lambda _: refreshing(content), terms=PAGE_TERMS).status == 200


def test_only_a_pages_refresh_is_followed() -> None:
    """A feed's or a robots.txt's would be a trick."""
    assert answer(lambda _: refreshing("0; url=/2")).status == 200


def test_robots_tags_are_noted() -> None:
    """Those of the fields and those of the page, each once."""
    page = "<head><meta name=robots content='noarchive, nofollow'></head>"
    got = answer(lambda _: make_page(page, x_robots_tag="noindex, noarchive"), terms=PAGE_TERMS)
    assert got.robots == ("noarchive", "nofollow", "noindex")
    assert answer(lambda _: make_page(page, x_robots_tag="none")).robots == ("none",)


def test_a_redirect_to_a_consent_wall_is_not_followed() -> None:
    """They keep us out; what led there is told."""
    wall = "https://consent.google.com/ml?continue=https://ajil.example/1"
    with pytest.raises(FetchBlocked) as blocked:
        get(Web(lambda _: redirect(wall)))
    assert blocked.value.reason == "consent_wall"
    assert URL in blocked.value.detail


@pytest.mark.parametrize("status", [202, 403, 405, 429, 503])
def test_of_a_refusal_the_start_is_looked_at(status: int) -> None:
    """It may be a captcha; what breaks on the way there changes nothing about the status."""
    assert answer(lambda _: make_page("x" * 200_000, status)).body == b"x" * 65_536
    assert answer(lambda _: make_page("x", status, content_encoding="gzip")).status == status
    challenge = "<title>Just a moment...</title><script>window._cf_chl_opt = {}</script>"
    got = answer(lambda _: make_page(challenge, status))
    assert got.wall == Wall("captcha", "Cloudflare")


def test_a_refusal_that_drips_is_not_waited_for() -> None:
    """The status says enough."""

    async def drip() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.5)
            yield b"x"

    async def main() -> float:
        reply = httpx.Response(503, headers={"content-type": "text/html"}, content=drip())
        got = await Client(Web(lambda _: reply), make_settings()).get(URL, TERMS)
        assert isinstance(got, Answer)
        assert (got.status, got.body) == (503, b"")
        return asyncio.get_running_loop().time()

    assert simulate(main()) == pytest.approx(2)
