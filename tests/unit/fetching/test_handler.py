"""Facts about the decision on one URL: the whole service but for network and Kafka, in virtual time."""

import asyncio

import httpx
import pytest

from marsad.contracts.states import State
from marsad.contracts.topics import LANES
from marsad.contracts.urls import UrlDiscovered, Validators
from marsad.fetching.failures import FetchRefused
from marsad.streaming.outcome import Emit, Outcome, Settle
from support.payloads import NOON, make_event
from unit.fetching.doubles import (
    Reply,
    Web,
    at_pages,
    decide,
    ended,
    loop_clock,
    make_discovered,
    make_page,
    make_rig,
    redirect,
    retried,
    simulate,
)

URL = "https://www.ajil.com/1"


def delay_of(data: UrlDiscovered) -> float:
    """Return the seconds from noon to the payload's slot."""
    assert data.not_before is not None
    return (data.not_before - NOON).total_seconds()


def test_a_page_is_asked_after_robots_with_a_pause_before_each() -> None:
    """robots.txt is a request like any other: the host rests before it and after it."""
    web = at_pages(lambda _: make_page())
    outcome = decide(web, make_discovered(URL))
    assert isinstance(outcome, Emit)
    assert web.urls() == ["https://www.ajil.com/robots.txt", URL]
    assert [started for _, started, _ in web.asked] == pytest.approx([2, 4])


def test_a_batch_has_an_outcome_for_each_event_in_order() -> None:
    """Hosts do not wait for each other."""

    async def main() -> tuple[list[Outcome], float]:
        rig = make_rig(at_pages(lambda request: make_page(status=int(request.url.path[1:]))))
        events = [make_event(make_discovered(f"https://h{status}.com/{status}")) for status in (403, 200, 404)]
        return list(await rig.fetch(events)), asyncio.get_running_loop().time()

    outcomes, took = simulate(main())
    assert [type(outcome) for outcome in outcomes] == [Settle, Emit, Settle]
    assert ended(outcomes[0]) == (State.BLOCKED, "http_403")
    assert took == pytest.approx(4)


def test_what_robots_forbids_is_refused_without_being_asked() -> None:
    """And once the rules are known, without waiting for the host."""

    async def main() -> None:
        web = Web(lambda _: httpx.Response(200, text="User-agent: marsad\nDisallow: /private"))
        rig = make_rig(web)
        assert ended(await rig.decide(make_discovered("https://www.ajil.com/private/1"))) == (State.REFUSED, "robots")
        before = loop_clock()
        assert ended(await rig.decide(make_discovered("https://www.ajil.com/private/2"))) == (State.REFUSED, "robots")
        assert loop_clock() == before
        assert web.urls() == ["https://www.ajil.com/robots.txt"]

    simulate(main())


def test_tasks_that_wait_for_one_host_ask_for_its_robots_once() -> None:
    """Whoever has the turn next knows what the one before learnt."""

    async def main() -> list[str]:
        web = at_pages(lambda _: make_page())
        rig = make_rig(web)
        await asyncio.gather(*(rig.decide(make_discovered(f"{URL}{number}")) for number in range(3)))
        return web.urls()

    assert simulate(main()).count("https://www.ajil.com/robots.txt") == 1


def test_without_robots_a_task_is_retried_and_then_unreachable() -> None:
    """The page itself is never asked for."""
    web = Web(lambda _: httpx.Response(503))
    lane, data, reason = retried(decide(web, make_discovered(URL)))
    assert (lane, data.attempt, reason) == ("10s", 1, "robots_unreachable")
    assert ended(decide(web, make_discovered(URL, attempt=4))) == (State.UNREACHABLE, "robots_unreachable")
    assert set(web.urls()) == {"https://www.ajil.com/robots.txt"}


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_failed_attempts_come_back_later_each_time_and_end(status: int) -> None:
    """Through growing lanes; the last failure ends the task with its cause."""
    web = at_pages(lambda _: make_page(status=status))
    lanes = []
    data = make_discovered(URL)
    for attempt in range(1, 5):
        lane, data, reason = retried(decide(web, data.model_copy(update={"not_before": None})))
        assert (data.attempt, reason) == (attempt, f"http_{status}")
        assert delay_of(data) == pytest.approx(4 + LANES[lane], abs=0.01)
        lanes.append(lane)
    assert lanes == ["10s", "1m", "10m", "1h"]
    assert ended(decide(web, data.model_copy(update={"not_before": None}))) == (State.UNREACHABLE, f"http_{status}")


def test_the_number_of_attempts_is_the_operators() -> None:
    """One attempt means no retry."""
    web = at_pages(lambda _: make_page(status=500))
    assert ended(decide(web, make_discovered(URL), attempts=1)) == (State.UNREACHABLE, "http_500")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (httpx.ConnectError("refused"), "connection"),
        (httpx.ReadTimeout("slow"), "timeout"),
        (RuntimeError(), "unknown"),
    ],
)
def test_failures_of_the_line_are_retried(error: Exception, reason: str) -> None:
    """Whatever the libraries raise is one task's outcome."""

    def reply(_: httpx.Request) -> httpx.Response:
        raise error

    lane, data, got = retried(decide(at_pages(reply), make_discovered(URL)))
    assert (lane, data.attempt, got) == ("10s", 1, reason)


def test_retry_after_is_honoured_by_the_task_and_by_its_host() -> None:
    """Another task of the host does not get in before it."""

    async def main() -> None:
        rig = make_rig(at_pages(lambda _: make_page(status=429, retry_after="300")))
        lane, data, _ = retried(await rig.decide(make_discovered(URL)))
        assert lane == "1m"
        assert delay_of(data) == pytest.approx(304, abs=0.01)
        lane, other, reason = retried(await rig.decide(make_discovered(f"{URL}2")))
        assert (lane, other.attempt, reason) == ("1m", 0, "host_busy")
        assert delay_of(other) >= 304

    simulate(main())


def test_an_overloaded_host_rests_although_it_names_no_time() -> None:
    """Ten seconds, whichever attempt it was: one bad page does not silence a host for an hour."""

    async def main() -> float:
        rig = make_rig(at_pages(lambda _: make_page(status=503)))
        await rig.decide(make_discovered(URL, attempt=3))
        _, other, _ = retried(await rig.decide(make_discovered(f"{URL}2")))
        return delay_of(other) - 4

    assert 10 <= simulate(main()) < 20


def test_a_task_before_its_slot_takes_the_next_lane_and_keeps_the_slot() -> None:
    """It asks for nothing and counts no attempt."""
    web = at_pages(lambda _: make_page())
    slot = NOON.replace(minute=7)
    lane, data, reason = retried(decide(web, make_discovered(URL, not_before=slot)))
    assert (lane, data.not_before, data.attempt, reason) == ("1m", slot, 0, "host_busy")
    assert web.asked == []


def test_what_may_not_be_asked_is_refused() -> None:
    """URLs by their form, hosts by their address: each with its reason."""
    web = at_pages(lambda _: make_page())
    assert ended(decide(web, make_discovered("http://2130706433/"))) == (State.REFUSED, "url")
    assert ended(decide(web, make_discovered("gopher://ajil.com/"))) == (State.REFUSED, "url")
    assert web.asked == []

    def closed(_: httpx.Request) -> httpx.Response:
        raise FetchRefused("address", "www.ajil.com: 10.0.0.1 is private")

    assert ended(decide(Web(closed), make_discovered(URL))) == (State.REFUSED, "address")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (lambda _: make_page("x" * 2_000), "size"),
        (lambda _: make_page(content_type="image/png"), "type"),
        (lambda _: redirect("http://[::1"), "redirects"),
        (lambda request: redirect(f"{request.url}x"), "redirects"),
    ],
)
def test_answers_that_break_our_rules_are_refused(reply: Reply, reason: str) -> None:
    """Another attempt would not help."""
    assert ended(decide(at_pages(reply), make_discovered(URL), max_bytes=1_000)) == (State.REFUSED, reason)


@pytest.mark.parametrize("form", [None, "front_page", "sitemap"])
def test_a_sitemap_may_be_larger_than_a_page(form: str | None) -> None:
    """One of 50,000 entries is twice as large as any page: it has a cap of its own."""
    data = make_discovered(URL, kind="feed")
    data = data.model_copy(update={"task": data.task.model_copy(update={"reads_as": form})})
    outcome = decide(at_pages(lambda _: make_page("x" * 2_000)), data, max_bytes=1_000)

    assert isinstance(outcome, Emit if form == "sitemap" else Settle)


def test_how_far_a_refused_task_went_is_kept() -> None:
    """The short link and the hops before the refusal are its aliases."""
    hops = {"/1": redirect("/2"), "/2": redirect("/3"), "/3": redirect("/2")}
    outcome = decide(at_pages(lambda request: hops[request.url.path]), make_discovered(URL))
    assert ended(outcome) == (State.REFUSED, "redirects")
    assert isinstance(outcome, Settle)
    assert outcome.task is not None
    assert outcome.task.aliases == (URL, "https://www.ajil.com/2", "https://www.ajil.com/3")


def test_validators_are_sent_for_feeds_alone() -> None:
    """A page is always asked for whole: its text is compared, not its bytes."""
    validators = Validators(etag='"7"', last_modified="Sun, 01 Mar 2026 11:00:00 GMT")
    sent = {}
    for kind in ("feed", "page"):
        web = at_pages(lambda _: make_page(content_type="application/rss+xml"))
        decide(web, make_discovered(URL, kind=kind, validators=validators))
        sent[kind] = web.asked[-1][0].headers
    assert sent["feed"]["if-none-match"] == '"7"'
    assert sent["feed"]["if-modified-since"] == "Sun, 01 Mar 2026 11:00:00 GMT"
    assert sent["feed"]["accept"].startswith("application/rss+xml")
    assert not {"if-none-match", "if-modified-since"} & set(sent["page"])
    assert sent["page"]["accept"].startswith("text/html")


def test_validators_that_are_no_ascii_are_not_sent() -> None:
    """They would break the request."""
    web = at_pages(lambda _: make_page(status=304))
    data = make_discovered(URL, kind="feed", validators=Validators(etag="é", last_modified=None))
    assert ended(decide(web, data)) == (State.UNCHANGED, "http_304")
    assert "if-none-match" not in web.asked[-1][0].headers


def test_a_slot_that_no_queue_gave_holds_neither_the_task_nor_its_host() -> None:
    """Else a record of the year 9998 would circle through the lanes for ever, and all of its host's with it."""
    far = make_discovered(URL, not_before="9998-01-01T00:00:00Z")
    web = at_pages(lambda _: make_page())

    async def main() -> list[Outcome]:
        rig = make_rig(web)
        return [await rig.decide(far), await rig.decide(make_discovered(URL))]

    assert [type(outcome) for outcome in simulate(main())] == [Emit, Emit]
