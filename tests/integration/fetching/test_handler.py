"""Facts about whole decisions against sites on loopback."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from integration.fetching.servers import Handler, serve
from integration.fetching.test_client import make_settings
from marsad.contracts.codec import Event
from marsad.contracts.ids import hash_bytes
from marsad.contracts.pages import FeedFetched, PageFetched
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered, Validators
from marsad.fetching.client import open_client
from marsad.fetching.handler import Fetch
from marsad.fetching.politeness import HostClocks
from marsad.fetching.robots import Robots
from marsad.fetching.turns import Turns
from marsad.outlets import Outlets
from marsad.streaming.outcome import Emit, Outcome, Retry, Settle
from marsad.streaming.processor import now
from marsad.urls import key_of, page_id
from support.payloads import make_event, make_task

PAGE = "<html><p>خبر عاجل</p></html>".encode("windows-1256")
RSS = "<rss version='2.0'><channel><title>عاجل</title></channel></rss>".encode()


@pytest.fixture
async def fetch() -> AsyncIterator[Fetch]:
    """Return a handler that makes no pauses."""
    own = make_settings(spacing_s=0)
    async with open_client(own) as client:
        yield Fetch(client, Robots(client, now, own.deadline_s), Turns(HostClocks(), now), Outlets(), own, now)


def discovered(url: str, *, kind: str = "page", **fields: object) -> Event[UrlDiscovered]:
    """Return an event for a URL."""
    task = make_task(url, url=url, kind=kind)
    return make_event(UrlDiscovered.model_validate({"task": task, "target": url, **fields}))


async def decide(fetch: Fetch, event: Event[UrlDiscovered]) -> Outcome:
    """Return the outcome of one event."""
    return (await fetch([event]))[0]


def gives(status: int = 200, body: bytes = PAGE, **headers: str) -> Handler:
    """Return a path that answers so."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent.setdefault("Content-Type", "text/html; charset=windows-1256")

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers=sent)

    return answer


async def test_a_page_comes_with_its_bytes_and_facts(fetch: Fetch) -> None:
    """As the site sent them."""
    async with serve({"/1": gives(ETag='"7"')}) as base:
        outcome = await decide(fetch, discovered(f"{base}/1"))
    assert isinstance(outcome, Emit)
    (record,) = outcome.records
    assert isinstance(record.data, PageFetched)
    assert (record.topic, record.key, record.body) == ("pages.fetched", page_id(f"{base}/1"), PAGE)
    assert (record.data.status, record.data.body_hash) == (200, hash_bytes(PAGE))
    assert record.data.content_type == "text/html; charset=windows-1256"
    assert record.data.validators.etag == '"7"'


async def test_a_feed_is_asked_for_conditionally(fetch: Fetch) -> None:
    """What the last answer's validators match is unchanged."""

    async def feed(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"7"':
            return web.Response(status=304)
        return web.Response(body=RSS, content_type="application/rss+xml", headers={"ETag": '"7"'})

    async with serve({"/rss": feed}) as base:
        first = await decide(fetch, discovered(f"{base}/rss", kind="feed"))
        assert isinstance(first, Emit)
        (record,) = first.records
        assert isinstance(record.data, FeedFetched)
        assert (record.topic, record.key, record.body) == ("feeds.fetched", key_of(base), RSS)
        again = discovered(f"{base}/rss", kind="feed", validators=record.data.validators)
        second = await decide(fetch, again)
    assert isinstance(second, Settle)
    assert (second.state, second.reason) == (State.UNCHANGED, "http_304")
    assert record.data.validators == Validators(etag='"7"', last_modified=None)


@pytest.mark.parametrize(
    ("robots", "state", "reason"),
    [
        (gives(200, b"User-agent: *\nDisallow: /"), State.REFUSED, "robots"),
        (gives(200, b"User-agent: Marsad\nDisallow: /1\n\nUser-agent: *\nAllow: /"), State.REFUSED, "robots"),
        (gives(200, b"User-agent: other\nDisallow: /"), State.BLOCKED, "http_403"),
        (gives(200, b"<html>no robots here</html>"), State.BLOCKED, "http_403"),
        (gives(403, b"User-agent: *\nDisallow: /"), State.BLOCKED, "http_403"),
        (gives(302, b"", Location="/moved.txt"), State.REFUSED, "robots"),
        (gives(302, b"", Location="/robots.txt"), State.BLOCKED, "http_403"),
        (gives(500, b""), State.UNREACHABLE, "robots_unreachable"),
    ],
)
async def test_robots_txt_decides_first(fetch: Fetch, robots: Handler, state: State, reason: str) -> None:
    """What it allows is asked for and, on this site, forbidden by its status."""
    routes = {"/robots.txt": robots, "/1": gives(403), "/moved.txt": gives(200, b"User-agent: *\nDisallow: /1")}
    async with serve(routes) as base:
        outcome = await decide(fetch, discovered(f"{base}/1", attempt=4))
    assert isinstance(outcome, Settle)
    assert (outcome.state, outcome.reason) == (state, reason)


async def test_a_site_that_wants_fewer_requests_gets_fewer(fetch: Fetch) -> None:
    """429 with Retry-After: the task comes back later, and so does every other task of the host."""
    async with serve({"/1": gives(429, Retry_After="120"), "/2": gives()}) as base:
        outcome = await decide(fetch, discovered(f"{base}/1"))
        other = await decide(fetch, discovered(f"{base}/2"))
    assert isinstance(outcome, Retry)
    assert (outcome.lane, outcome.reason) == ("1m", "http_429")
    assert isinstance(other, Retry)
    assert (other.lane, other.reason) == ("1m", "host_busy")


async def test_a_redirect_to_another_site_is_handed_on(fetch: Fetch) -> None:
    """Two ports of loopback are two sites with two owners."""
    async with serve({"/2": gives()}) as other, serve({"/1": gives(302, b"", Location=f"{other}/2")}) as base:
        outcome = await decide(fetch, discovered(f"{base}/1"))
        assert isinstance(outcome, Emit)
        (record,) = outcome.records
        assert (record.topic, record.key) == ("urls.discovered", key_of(other))
        assert isinstance(record.data, UrlDiscovered)
        outcome = await decide(fetch, make_event(record.data))
    assert isinstance(outcome, Emit)
    (record,) = outcome.records
    assert isinstance(record.data, PageFetched)
    assert record.data.final_url == f"{other}/2"
    assert record.data.task.aliases == (f"{base}/1",)


async def test_a_known_page_that_is_gone_is_handed_on_and_another_is_gone(fetch: Fetch) -> None:
    """A retraction is the article's owner's business."""
    async with serve({}) as base:
        known = await decide(fetch, discovered(f"{base}/1", known=True))
        unknown = await decide(fetch, discovered(f"{base}/1"))
    assert isinstance(known, Emit)
    assert isinstance(known.records[0].data, PageFetched)
    assert (known.records[0].data.status, known.records[0].body) == (404, b"")
    assert isinstance(unknown, Settle)
    assert (unknown.state, unknown.reason) == (State.GONE, "http_404")


async def test_a_site_that_is_not_there_is_tried_again(fetch: Fetch) -> None:
    """robots.txt cannot be had there either, so nothing is known about what is allowed."""
    async with serve({}) as base:
        pass
    outcome = await decide(fetch, discovered(f"{base}/1"))
    assert isinstance(outcome, Retry)
    assert (outcome.lane, outcome.reason) == ("10s", "robots_unreachable")
