"""Tests of what becomes of a feed that was fetched."""

from datetime import datetime

import pytest

from marsad.contracts.states import State
from marsad.contracts.urls import UrlFound, Validators
from marsad.discovery.feeds import Feed
from marsad.discovery.reading import Answer, FeedFetchedHandler, parse
from marsad.discovery.schedule import Feed as ScheduledFeed
from marsad.discovery.seen import Seen
from marsad.errors import WorkerTimeout
from marsad.search.state import Change
from marsad.streaming.outcome import Outcome, Quarantine, Settle
from marsad.urls import page_id
from support.payloads import make_event, make_feed, make_task, minutes
from support.state import MemoryState

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>عاجل</title>
<item><title>خبر أول</title><link>https://ajil.example/1</link></item>
<item><title>خبر ثان</title><link>https://ajil.example/2</link></item>
<item><title>خبر ثان</title><link>https://ajil.example/2?utm_source=rss</link></item>
</channel></rss>""".encode()


class Desk:
    """A handler whose worker is a plain call, over state in memory."""

    def __init__(self) -> None:
        self.seen, self.feeds = MemoryState(), MemoryState()
        self.handler = FeedFetchedHandler(self.read, self.seen, self.feeds, revisit_s=3_600, clock=self.clock)
        self.hangs = False

    def clock(self) -> datetime:
        return minutes(0)

    async def read(self, answer: Answer) -> Feed:
        if self.hangs:
            raise WorkerTimeout("killed after 20 s")
        return parse(answer)

    async def fetched(self, body: bytes, **fields: object) -> Outcome:
        event = make_event(make_feed(content_type="application/rss+xml", **fields), body=body)
        (outcome,) = await self.handler([event])
        return outcome


@pytest.fixture
def desk() -> Desk:
    """Return a handler that has seen nothing."""
    return Desk()


def urls(outcome: Outcome) -> list[str]:
    """Return the URLs that were found."""
    assert isinstance(outcome, Settle)
    return [record.data.url for record in outcome.records if isinstance(record.data, UrlFound)]


async def test_unknown_links_are_found(desk: Desk) -> None:
    """Each page is found once, whatever tracking its links carry; the feed's task ends as read."""
    outcome = await desk.fetched(RSS)

    assert urls(outcome) == ["https://ajil.example/1", "https://ajil.example/2"]
    assert isinstance(outcome, Settle)
    assert outcome.state is State.READ


async def test_known_links_do_not_burden_the_topic(desk: Desk) -> None:
    """A link within its revisit interval is not found again."""
    seen = Seen("https://ajil.example/1", "t", minutes(-10).isoformat(), 1)
    await desk.seen.write({page_id(seen.url): Change(seen.source())})

    assert urls(await desk.fetched(RSS)) == ["https://ajil.example/2"]


async def test_links_that_are_due_again_are_found(desk: Desk) -> None:
    """After the interval a link is found again: pages are corrected silently."""
    seen = Seen("https://ajil.example/1", "t", minutes(-61).isoformat(), 1)
    await desk.seen.write({page_id(seen.url): Change(seen.source())})

    assert len(urls(await desk.fetched(RSS))) == 2


async def test_a_redelivery_finds_the_same_tasks(desk: Desk) -> None:
    """Ids of what is found derive from the feed's record and the link."""
    first, second = await desk.fetched(RSS), await desk.fetched(RSS)

    assert isinstance(first, Settle)
    assert isinstance(second, Settle)
    assert [record.task_id for record in first.records] == [record.task_id for record in second.records]
    assert len({record.task_id for record in first.records}) == 2


async def test_what_is_no_feed_is_counted(desk: Desk) -> None:
    """A page in a feed's place ends as no article, with the parser's reason."""
    outcome = await desk.fetched(b"<html><body>maintenance</body></html>")

    assert isinstance(outcome, Settle)
    assert (outcome.state, outcome.reason) == (State.NOT_ARTICLE, "not_a_feed")
    assert outcome.detail


async def test_a_feed_that_hangs_the_parser_is_quarantined(desk: Desk) -> None:
    """A worker that was killed costs its feed, with its bytes kept, and nothing else."""
    desk.hangs = True

    assert await desk.fetched(RSS) == Quarantine("unreadable_feed", "killed after 20 s")


async def test_a_feed_that_was_not_read_is_asked_for_again_as_a_whole(desk: Desk) -> None:
    """Were its validators kept, it would answer that nothing has changed, and its links would wait for hours."""
    task = make_feed().task
    await desk.feeds.write({page_id(task.url): Change({"url": task.url, "next_at": minutes(5).isoformat()})})
    desk.hangs = True
    await desk.fetched(RSS, validators=Validators(etag='"v1"', last_modified=None))

    assert desk.feeds.sources()[page_id(task.url)].keys() == {"url", "next_at"}


async def test_validators_are_kept_for_the_next_request(desk: Desk) -> None:
    """ETag and Last-Modified of the answer are in the feed's entry afterwards."""
    scheduled = ScheduledFeed("https://ajil.example/rss", "ajil")
    await desk.feeds.write({scheduled.id: Change({"url": scheduled.url, "next_at": minutes(5).isoformat()})})

    await desk.fetched(RSS, validators=Validators(etag='"v1"', last_modified="Sun, 01 Mar 2026 12:00:00 GMT"))

    entry = desk.feeds.sources()[scheduled.id]
    assert entry["etag"] == '"v1"'
    assert entry["last_modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert entry["next_at"] == minutes(5).isoformat()


@pytest.mark.parametrize("url", ["x", "http://", "http://" + "a." * 200 + "example/"])
async def test_a_feed_under_no_url_is_quarantined_alone(desk: Desk, url: str) -> None:
    """Nobody scheduled it: it must not break the batch that it comes in."""
    stranger = make_feed(task=make_task("a feed", kind="feed", url=url, found_in="schedule"))
    outcomes = await desk.handler([make_event(stranger, body=RSS), make_event(make_feed(), body=RSS)])

    assert isinstance(outcomes[0], Quarantine)
    assert outcomes[0].reason == "bad_url"
    assert len(urls(outcomes[1])) == 2
