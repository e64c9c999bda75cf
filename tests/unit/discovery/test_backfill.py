"""What a sitemap names that is not fresh."""

from datetime import datetime

import pytest

from marsad.contracts.codec import Record
from marsad.contracts.urls import UrlDiscovered
from marsad.discovery.backfill import Archive
from marsad.discovery.listings import Dated
from marsad.outlets import Outlets
from support.payloads import make_event, make_feed, make_task, minutes
from support.state import MemoryState
from unit.discovery.desks import outlet

LISTED = "https://ajil.example/robots.txt"
TASK = make_task(
    "s", kind="feed", reads_as="sitemap", url="https://ajil.example/s", outlet="ajil", found_in="feed", referrer=LISTED
)
SITEMAP = make_feed(task=TASK)
OLD = "https://ajil.example/old"
DAY = 24 * 60.0


class Desk:
    """An archive over state in memory."""

    def __init__(self) -> None:
        self.seen = MemoryState()
        self.archive = Archive(self.seen, Outlets([outlet(sitemaps=[LISTED])]), 3_600, 7)

    async def pages(self, minute: float, *old: Dated, cause: str = "one") -> list[UrlDiscovered]:
        return sent(await self.archive.pages(make_event(SITEMAP, cause=cause), old, minutes(minute)))

    async def sitemaps(self, minute: float, *named: Dated, cause: str = "one") -> list[Record]:
        records = await self.archive.sitemaps(make_event(SITEMAP, cause=cause), named, minutes(minute))
        return [record for record in records if isinstance(record.data, UrlDiscovered)]


def sent(records: tuple[Record, ...]) -> list[UrlDiscovered]:
    """Return what was handed on."""
    return [record.data for record in records if isinstance(record.data, UrlDiscovered)]


@pytest.fixture
def desk() -> Desk:
    """Return an archive that has seen nothing."""
    return Desk()


async def test_a_page_is_handed_on_once(desk: Desk) -> None:
    """Behind everything fresh, as a page of its outlet that this sitemap named; never again without a change."""
    (first,) = await desk.pages(0, Dated(OLD, None), Dated(OLD + "?utm_source=x", None))

    assert (first.backfill, first.known, first.task.kind, first.task.outlet) == (True, False, "page", "ajil")
    assert (first.task.referrer, first.task.generation) == (SITEMAP.task.url, 7)
    assert await desk.pages(900 * DAY, Dated(OLD, None), cause="two") == []


async def test_a_redelivery_hands_on_the_same_tasks(desk: Desk) -> None:
    """The entry names the task that wrote it."""
    first = await desk.pages(0, Dated(OLD, None))

    assert await desk.pages(1, Dated(OLD, None)) == first


async def test_a_page_that_changed_since_is_handed_on_again(desk: Desk) -> None:
    """Once the revisit interval is over, however often the sitemap says so, and whatever year it writes."""
    await desk.pages(0, Dated(OLD, None))

    assert await desk.pages(30, Dated(OLD, minutes(20)), cause="soon") == []
    assert await desk.pages(90, Dated(OLD, minutes(-20)), cause="before") == []
    (again,) = await desk.pages(90, Dated(OLD, minutes(20)), cause="later")
    assert again.known
    assert await desk.pages(100, Dated(OLD, minutes(900 * DAY)), cause="dated ahead") == []


async def test_a_sitemap_speaks_for_its_own_site_alone(desk: Desk) -> None:
    """The site's other hosts count as its own, a stranger's do not: nobody sends us where he likes."""
    urls = ["https://www.ajil.example/1", "https://cdn.ajil.example/2", "https://victim.example/3"]

    assert [one.target for one in await desk.pages(0, *(Dated(url, None) for url in urls))] == urls[:2]


@pytest.mark.parametrize(
    ("modified", "topic"),
    [(minutes(-60), "urls.discovered"), (minutes(-5 * DAY), "urls.backfill"), (None, "urls.backfill")],
)
async def test_further_sitemaps_are_fetch_tasks(desk: Desk, modified: datetime | None, topic: str) -> None:
    """One that changed lately may hold news; the others wait with the archive."""
    (record,) = await desk.sitemaps(0, Dated("https://ajil.example/s2", modified))

    assert record.topic == topic
    assert isinstance(record.data, UrlDiscovered)
    assert (record.data.task.kind, record.data.task.reads_as) == ("feed", "sitemap")


async def test_sitemaps_that_name_each_other_end(desk: Desk) -> None:
    """Even where each claims to have changed this moment: at most once in the revisit interval."""
    named = Dated("https://ajil.example/s", minutes(0))
    assert len(await desk.sitemaps(0, named)) == 1

    for minute in range(1, 60):
        assert await desk.sitemaps(minute, Dated(named.url, minutes(minute)), cause=str(minute)) == []


async def test_a_maze_of_sitemaps_is_left(desk: Desk) -> None:
    """A robots.txt leads to an index and that to sitemaps; one that these make up for each answer is never asked."""
    named, now = [Dated("https://ajil.example/s?now=1", minutes(0))], minutes(0)
    ways = {"schedule": LISTED, "feed": LISTED, "deeper": "https://ajil.example/index.xml"}
    led = {}
    for way, referrer in ways.items():
        update = {"found_in": "schedule" if way == "schedule" else "feed", "referrer": referrer}
        sitemap = make_feed(task=TASK.model_copy(update=update))
        led[way] = len(sent(await Desk().archive.sitemaps(make_event(sitemap), named, now)))

    assert led == {"schedule": 1, "feed": 1, "deeper": 0}
    deeper = make_feed(task=TASK.model_copy(update={"referrer": ways["deeper"]}))
    assert len(sent(await desk.archive.pages(make_event(deeper), [Dated(OLD, None)], now))) == 1


async def test_a_sitemap_without_a_date_is_asked_again(desk: Desk) -> None:
    """Once in the revisit interval: nobody says whether it changed."""
    await desk.sitemaps(0, Dated("https://ajil.example/s2", None))

    assert await desk.sitemaps(59, Dated("https://ajil.example/s2", None), cause="soon") == []
    assert len(await desk.sitemaps(61, Dated("https://ajil.example/s2", None), cause="later")) == 1
