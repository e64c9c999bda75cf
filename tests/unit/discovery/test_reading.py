"""Tests of what becomes of a list that was fetched."""

import pytest

from marsad.contracts.pages import FeedFetched
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered, UrlFound, Validators
from marsad.discovery.polls import Poll
from marsad.discovery.seen import Seen
from marsad.search.state import Change
from marsad.streaming.outcome import Outcome, Quarantine, Settle
from marsad.urls import page_id
from support.payloads import make_event, make_feed, make_task, minutes
from unit.discovery.desks import FEED, ReadingDesk, outlet

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>عاجل</title>
<item><title>خبر أول</title><link>https://ajil.example/1</link></item>
<item><title>خبر ثان</title><link>https://ajil.example/2</link></item>
<item><title>خبر ثان</title><link>https://ajil.example/2?utm_source=rss</link></item>
</channel></rss>""".encode()


@pytest.fixture
def desk() -> ReadingDesk:
    """Return a handler that has seen nothing."""
    return ReadingDesk()


def urls(outcome: Outcome) -> list[str]:
    """Return the URLs that were found."""
    assert isinstance(outcome, Settle)
    return [record.data.url for record in outcome.records if isinstance(record.data, UrlFound)]


async def test_unknown_links_are_found(desk: ReadingDesk) -> None:
    """Each page is found once, whatever tracking its links carry; the feed's task ends as read."""
    outcome = await desk.fetched(RSS)

    assert urls(outcome) == ["https://ajil.example/1", "https://ajil.example/2"]
    assert isinstance(outcome, Settle)
    assert outcome.state is State.READ


async def test_known_links_do_not_burden_the_topic(desk: ReadingDesk) -> None:
    """A link within its revisit interval is not found again."""
    seen = Seen("https://ajil.example/1", "t", minutes(-10).isoformat(), 1)
    await desk.seen.write({page_id(seen.url): Change(seen.source())})

    assert urls(await desk.fetched(RSS)) == ["https://ajil.example/2"]


async def test_links_that_are_due_again_are_found(desk: ReadingDesk) -> None:
    """After the interval a link is found again: pages are corrected silently."""
    seen = Seen("https://ajil.example/1", "t", minutes(-61).isoformat(), 1)
    await desk.seen.write({page_id(seen.url): Change(seen.source())})

    assert len(urls(await desk.fetched(RSS))) == 2


async def test_a_redelivery_finds_the_same_tasks(desk: ReadingDesk) -> None:
    """Ids of what is found derive from the feed's record and the link."""
    first, second = await desk.fetched(RSS), await desk.fetched(RSS)

    assert isinstance(first, Settle)
    assert isinstance(second, Settle)
    assert [record.task_id for record in first.records] == [record.task_id for record in second.records]
    assert len({record.task_id for record in first.records}) == 2


async def test_what_is_no_feed_is_counted(desk: ReadingDesk) -> None:
    """A page in a feed's place ends as no article, with the parser's reason."""
    outcome = await desk.fetched(b"<html><body>maintenance</body></html>")

    assert isinstance(outcome, Settle)
    assert (outcome.state, outcome.reason) == (State.NOT_ARTICLE, "not_a_feed")
    assert outcome.detail


async def test_a_feed_that_hangs_the_parser_is_quarantined(desk: ReadingDesk) -> None:
    """A worker that was killed costs its feed, with its bytes kept, and nothing else."""
    desk.hangs = True

    assert await desk.fetched(RSS) == Quarantine("unreadable_feed", "killed after 20 s")


async def asked(desk: ReadingDesk, task: str = "a feed", **fields: object) -> None:
    """Put the state of a feed that was asked into the index."""
    poll = Poll(FEED, minutes(5).isoformat(), task_id=make_task(task).task_id, asked_at=minutes(0).isoformat())
    before = desk.feeds.entries.get(page_id(FEED))
    await desk.feeds.write({page_id(FEED): Change({**poll.source(), **fields}, before)})


def kept(desk: ReadingDesk) -> Poll:
    """Return the feed's state."""
    return Poll.of(desk.feeds.sources()[page_id(FEED)])


async def test_a_feed_that_was_not_read_is_asked_for_again_as_a_whole(desk: ReadingDesk) -> None:
    """Were its validators kept, it would answer that nothing has changed, and its links would wait for hours."""
    await asked(desk)
    before = kept(desk)
    desk.hangs = True
    await desk.fetched(RSS, validators=Validators(etag='"v1"', last_modified=None))

    assert kept(desk) == before


async def test_a_page_in_a_feeds_place_leaves_no_validators(desk: ReadingDesk) -> None:
    """It must not be called unchanged while the site is mended."""
    await asked(desk)
    await desk.fetched(b"<html>maintenance</html>", validators=Validators(etag='"v1"', last_modified=None))

    assert (kept(desk).etag, kept(desk).body_hash, kept(desk).barren) == (None, None, 1)


async def test_validators_are_kept_for_the_next_request(desk: ReadingDesk) -> None:
    """ETag, Last-Modified and hash of the answer are in the feed's entry afterwards."""
    await asked(desk)
    await desk.fetched(RSS, validators=Validators(etag='"v1"', last_modified="Sun, 01 Mar 2026 12:00:00 GMT"))

    poll = kept(desk)
    assert (poll.etag, poll.last_modified) == ('"v1"', "Sun, 01 Mar 2026 12:00:00 GMT")
    assert poll.body_hash is not None
    assert poll.answered == poll.task_id


async def test_headers_and_feed_say_how_long_to_wait(desk: ReadingDesk) -> None:
    """The longer of both holds: here an hour of the cache against five minutes of the feed."""
    await asked(desk)
    body = RSS.replace(b"<item>", b"<ttl>5</ttl><item>", 1)
    await desk.fetched(body, headers={"cache-control": "public, max-age=3600"})

    assert kept(desk).least_s == 3_600
    assert minutes(60) <= minutes(0).fromisoformat(kept(desk).next_at) <= minutes(66)


async def test_a_list_that_nobody_schedules_is_not_remembered(desk: ReadingDesk) -> None:
    """A submitted feed has no entry, and gets none."""
    await desk.fetched(RSS)

    assert desk.feeds.entries == {}


async def test_a_front_page_gives_the_outlets_articles() -> None:
    """Links that match the outlet's pattern, on its own hosts, are found; others are not."""
    desk = ReadingDesk(outlet(feeds=[], front_pages=["https://ajil.example/"], article_pattern=r"/news/\d+$"))
    body = b"""<a href="/news/1">one</a><a href="/about">us</a><a href="https://ads.example/news/2">ad</a>"""

    outcome = await desk.fetched(body, "https://ajil.example/", "front_page", content_type="text/html")

    assert urls(outcome) == ["https://ajil.example/news/1"]


async def test_a_front_page_without_a_pattern_is_told() -> None:
    """The outlet file lost its pattern while the task was under way."""
    outcome = await ReadingDesk().fetched(b"<a href=/1>x</a>", "https://ajil.example/", "front_page")

    assert isinstance(outcome, Settle)
    assert outcome.state is State.READ
    assert "article_pattern" in outcome.detail


async def test_a_front_page_without_news_is_read() -> None:
    """It is a page in its place: what it lacks is told, and counted in its state."""
    desk = ReadingDesk(outlet(feeds=[FEED], front_pages=["https://ajil.example/"], article_pattern=r"/news/\d+$"))
    outcome = await desk.fetched(b"<a href=/about>x</a>", "https://ajil.example/", "front_page")

    assert isinstance(outcome, Settle)
    assert outcome.state is State.READ
    assert "none of 1 links matches" in outcome.detail


SITEMAP = b"""<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://ajil.example/new</loc><n:news><n:publication_date>2026-03-01T09:00:00Z</n:publication_date></n:news></url>
<url><loc>https://ajil.example/old</loc><lastmod>2026-02-10</lastmod></url>
<url><loc>https://ajil.example/older</loc><lastmod>2025-02-10</lastmod></url>
<url><loc>https://other.example/old</loc></url></urlset>"""


async def test_news_of_a_sitemap_is_fresh_and_the_rest_is_backfill(desk: ReadingDesk) -> None:
    """Young news is found like a feed's; what is old goes behind everything; too old, or a stranger's, nowhere."""
    outcome = await desk.fetched(SITEMAP, "https://ajil.example/sitemap.xml", "sitemap")

    assert urls(outcome) == ["https://ajil.example/new"]
    assert isinstance(outcome, Settle)
    handed = [(one.topic, one.data) for one in outcome.records if isinstance(one.data, UrlDiscovered)]
    assert [(topic, data.target, data.backfill) for topic, data in handed] == [
        ("urls.backfill", "https://ajil.example/old", True)
    ]


async def test_a_large_archive_comes_back_in_parts(desk: ReadingDesk) -> None:
    """Each part is a sitemap of the same task, and hands on its links alone; none counts as an answer."""
    locs = "".join(f"<url><loc>https://ajil.example/{number}</loc></url>" for number in range(1_200))
    outcome = await desk.fetched(f"<urlset>{locs}</urlset>".encode(), "https://ajil.example/s.xml", "sitemap")
    assert isinstance(outcome, Settle)
    parts = [record for record in outcome.records if isinstance(record.data, FeedFetched)]

    handed = 0
    for part in parts:
        assert isinstance(part.data, FeedFetched)
        settled = await desk.decided(make_event(part.data, cause=part.part, body=part.body or b""))
        assert isinstance(settled, Settle)
        handed += sum(isinstance(record.data, UrlDiscovered) for record in settled.records)

    assert (len(outcome.records), len(parts), handed) == (3, 3, 1_200)


async def test_a_part_says_nothing_of_its_list(desk: ReadingDesk) -> None:
    """Neither of the links that the list has, nor, read after the next request was sent, of how that one ended."""
    sitemap = "https://ajil.example/s.xml"
    poll = Poll(sitemap, minutes(5).isoformat(), task_id="a" * 32, asked_at=minutes(0).isoformat(), marks="00" * 4)
    await desk.feeds.write({page_id(sitemap): Change(poll.source())})

    outcome = await desk.fetched(SITEMAP, sitemap, "sitemap", part=1)

    assert isinstance(outcome, Settle)
    assert outcome.records
    assert desk.feeds.sources() == {page_id(sitemap): poll.source()}


async def test_what_a_hub_answered_ends_its_task(desk: ReadingDesk) -> None:
    """Nothing is read of it: what counts is its call at the callback."""
    outcome = await desk.fetched(b"ok", "https://hub.example/", "subscription", status=202)

    assert isinstance(outcome, Settle)
    assert (outcome.state, outcome.reason, outcome.records) == (State.READ, "subscription", ())


@pytest.mark.parametrize("header", [True, False])
async def test_a_hub_is_remembered_where_one_is_wanted(header: bool) -> None:
    """Named by the feed or by the Link header, with the feed's own address as the topic and a secret of its own."""
    named = b'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="%s" href="%s"/>'
    hub, own = "https://hub.example/", "https://ajil.example/rss?all"
    links = {"link": f'<{hub}>; rel="hub", <{own}>; rel=self'} if header else {}
    inside = b"" if header else named % (b"hub", hub.encode()) + named % (b"self", own.encode())
    for websub in (True, False):
        desk = ReadingDesk(websub=websub)
        await asked(desk)
        await desk.fetched(RSS.replace(b"<item>", inside + b"<item>", 1), headers=links)
        found = kept(desk).websub
        assert (found is not None) is websub
        if found:
            assert (found.hub, found.topic, len(found.secret)) == (hub, own, 64)


@pytest.mark.parametrize(
    ("link", "hub"),
    [
        ("</hub>; rel=hub", "https://ajil.example/hub"),
        ("<http://[>; rel=hub, <https://hub.example/>; rel=hub", "https://hub.example/"),
        ("<mailto:hub@ajil.example>; rel=hub", None),
    ],
)
async def test_a_hub_that_is_written_oddly_costs_no_news(link: str, hub: str | None) -> None:
    """Relative targets are resolved (RFC 8288, 3.1), what is no address is passed over; the links count either way."""
    desk = ReadingDesk(websub=True)
    await asked(desk)
    outcome = await desk.fetched(RSS, headers={"link": link})
    found = kept(desk).websub

    assert len(urls(outcome)) == 2
    assert (found.hub if found else None) == hub


async def test_a_hub_that_stays_keeps_its_subscription() -> None:
    """A later answer that names the same hub and topic changes neither secret nor state."""
    desk = ReadingDesk(websub=True)
    links = {"link": "<https://hub.example/>; rel=hub"}
    await asked(desk)
    await desk.fetched(RSS, headers=links)
    first = kept(desk).websub
    await asked(desk, "the next", websub=desk.feeds.sources()[page_id(FEED)]["websub"])
    await desk.fetched(RSS, headers=links)

    assert kept(desk).websub == first


@pytest.mark.parametrize("url", ["x", "http://", "http://" + "a." * 200 + "example/"])
async def test_a_feed_under_no_url_is_quarantined_alone(desk: ReadingDesk, url: str) -> None:
    """Nobody scheduled it: it must not break the batch that it comes in."""
    stranger = make_feed(task=make_task("a feed", kind="feed", url=url, found_in="schedule"))
    outcomes = await desk.handler([make_event(stranger, body=RSS), make_event(make_feed(), body=RSS)])

    assert isinstance(outcomes[0], Quarantine)
    assert outcomes[0].reason == "bad_url"
    assert len(urls(outcomes[1])) == 2
