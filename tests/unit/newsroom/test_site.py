"""Tests of what the sites answer, asked over HTTP as a crawler would."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import httpx
import pytest
from protego import Protego

from marsad.newsroom import Expected, Newsroom
from marsad.newsroom.content import houses

Move = Callable[[float], None]
AFTER_ALL = 100.0
BEFORE_CHANGES = 45.0
EARLY = datetime.fromisoformat("2001-01-01T00:00:00+00:00")


def gold_of(room: Newsroom, outlet: str, article: str) -> Expected:
    """Return the gold of one article."""
    (gold,) = [one for one in room.expected() if (one.outlet, one.article) == (outlet, article)]
    return gold


async def test_pages_hold_every_gold_paragraph_once(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move, visible: Callable[[str], str]
) -> None:
    """Each article that ends up indexed is served whole in its last version, under the headline of the gold."""
    move_to(AFTER_ALL)
    golds = [one for one in room.expected() if one.outcome == "indexed"]

    for gold in golds:
        answer = await client.get(gold.url)
        text = visible(answer.text)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == f"text/html; charset={houses()[gold.outlet][0].charset}"
        assert [text.count(paragraph) for paragraph in gold.paragraphs] == [1] * len(gold.paragraphs), gold.url
        assert gold.title in text

    assert len(golds) >= 55


async def test_nothing_is_there_before_it_appears(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """Page and short link of a later article answer 404 first and are served afterwards."""
    gold = gold_of(room, "ajil", "dust")
    assert gold.short_url is not None

    early = [(await client.get(url)).status_code for url in (gold.url, gold.short_url)]
    move_to(40)
    late = [(await client.get(url)).status_code for url in (gold.url, gold.short_url)]

    assert (early, late) == ([404, 404], [200, 301])


@pytest.mark.parametrize(
    ("outlet", "article", "status"),
    [
        ("sada", "premium", 403),
        ("meridian-wire", "gone", 404),
        ("meridian-wire", "harbour", 200),
        ("meridian-wire", "embargo", 200),
        ("ajil", "tag", 200),
    ],
)
async def test_special_articles_answer_as_they_shall(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move, outlet: str, article: str, status: int
) -> None:
    """Blocked, gone, to be withdrawn, closed by robots.txt alone, no article."""
    move_to(BEFORE_CHANGES)

    assert (await client.get(gold_of(room, outlet, article).url)).status_code == status


async def test_the_withdrawn_article_is_gone_for_good(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move, visible: Callable[[str], str]
) -> None:
    """It holds its gold until it answers 410, and then nothing of it."""
    gold = gold_of(room, "meridian-wire", "harbour")
    move_to(64.9)
    before = await client.get(gold.url)
    move_to(65)
    after = await client.get(gold.url)

    assert all(visible(before.text).count(paragraph) == 1 for paragraph in gold.paragraphs)
    assert after.status_code == 410
    assert not any(paragraph in after.text for paragraph in gold.paragraphs)


async def test_the_corrected_article_changes_text_and_validators(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move
) -> None:
    """Before the correction the old lead is served, afterwards the gold; a validator of before gets the new page."""
    gold = gold_of(room, "sada", "quake")
    move_to(54)
    before = await client.get(gold.url)
    conditions = {"If-None-Match": before.headers["etag"], "If-Modified-Since": before.headers["last-modified"]}
    move_to(60)
    after = await client.get(gold.url, headers=conditions)

    assert "١٢٠٠ مسعف" in before.text
    assert gold.title not in before.text
    assert after.status_code == 200
    assert gold.title in after.text
    assert gold.paragraphs[-1] in after.text
    changed = parsedate_to_datetime(after.headers["last-modified"])
    assert changed == room.started + timedelta(seconds=55)


async def test_pages_never_change_without_a_reason(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """But for the two articles that change, a page has the same bytes at every moment."""
    unchanging = [one for one in room.expected() if one.revisions == 1]
    move_to(BEFORE_CHANGES)
    before = [(await client.get(one.url)).content for one in unchanging]
    move_to(AFTER_ALL)
    after = [(await client.get(one.url)).content for one in unchanging]

    assert before == after


async def test_related_headlines_are_older_articles(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """A page links up to three articles that were there before it, and nothing that is still to come."""
    move_to(AFTER_ALL)
    order = room.urls()
    linked = {}

    for gold in [one for one in room.expected() if one.outcome == "indexed"]:
        page = (await client.get(gold.url)).text
        linked[gold.url] = [url for url in order if f'<li><a href="{url}">' in page]

    assert all(order.index(url) < order.index(page) for page, urls in linked.items() for url in urls)
    assert max(map(len, linked.values())) == 3


async def test_short_links_lead_to_the_article(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """From a host of its own, for good; the page names its short link."""
    move_to(AFTER_ALL)
    short = room.short_origin_of("ajil")
    golds = [one for one in room.expected() if one.outlet == "ajil" and one.outcome == "indexed"]

    for gold in golds:
        assert gold.short_url is not None
        answer = await client.get(gold.short_url)
        assert (answer.status_code, answer.headers["location"]) == (301, gold.url)
        assert f"انسخ الرابط{gold.short_url}" in (await client.get(gold.url)).text

    assert short is not None
    assert short != room.origin_of("ajil")
    assert (await client.get(f"{short}/nosuch")).status_code == 404


async def test_tracking_parameters_change_nothing(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """Both listed addresses of one article give its page, which names the plain address as canonical."""
    move_to(AFTER_ALL)
    gold = gold_of(room, "ajil", "wreck")

    pages = {(await client.get(url)).text for url in (*gold.listed_as, gold.url)}

    assert len(gold.listed_as) == 2
    assert len(pages) == 1
    assert f'<link rel="canonical" href="{gold.url}">' in pages.pop()


async def test_the_print_twin_names_its_original(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """It shows the same page, whose canonical address is the other one."""
    move_to(AFTER_ALL)
    twin, original = gold_of(room, "sada", "telescope-print"), gold_of(room, "sada", "telescope")

    page = (await client.get(twin.url)).text

    assert page == (await client.get(original.url)).text
    assert f'<link rel="canonical" href="{original.url}">' in page


async def test_listings_show_headlines_and_no_text(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """The page that is no article, the front page and the sections link what has appeared."""
    move_to(30)
    origin = room.origin_of("ajil")
    golds = [one for one in room.expected() if one.outlet == "ajil" and one.outcome == "indexed"]
    appeared = {event.url for event in room.events}

    for url in (gold_of(room, "ajil", "tag").url, f"{origin}/", f"{origin}/world/"):
        page = (await client.get(url)).text
        assert [one.url for one in golds if f'href="{one.url}"' in page] == [o.url for o in golds if o.url in appeared]
        assert not any(paragraph in page for one in golds for paragraph in one.paragraphs)


async def test_robots_txt_closes_and_slows(room: Newsroom, client: httpx.AsyncClient) -> None:
    """Read by Protego: the embargoed article is closed, all others are open, the delay may be a fraction."""
    for outlet in room.outlets:
        rules = Protego.parse((await client.get(f"{room.origin_of(outlet)}/robots.txt")).text)
        assert rules.crawl_delay("marsad") == 0.2
        for gold in room.expected():
            if gold.outlet == outlet:
                assert rules.can_fetch(gold.url, "marsad") == (gold.outcome != "refused"), gold.url
    short = room.short_origin_of("ajil")
    assert Protego.parse((await client.get(f"{short}/robots.txt")).text).can_fetch(f"{short}/u0eq", "marsad")


@pytest.mark.parametrize("kind", ["feed", "sitemap", "front", "page", "old page", "load"])
async def test_a_known_copy_is_answered_with_304(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move, kind: str
) -> None:
    """By ETag alone and by date alone; another ETag gets the body whatever the date says."""
    move_to(AFTER_ALL)
    urls = {
        "feed": f"{room.feed_of('sada')}",
        "sitemap": f"{room.origin_of('nawa')}/news-sitemap.xml",
        "front": f"{room.origin_of('warraq')}/",
        "page": gold_of(room, "sada", "palm").url,
        "old page": gold_of(room, "sabah-nil", "papyrus").url,
        "load": room.load_article("sada", 1, 0).url,
    }
    first = await client.get(urls[kind])
    etag, changed = first.headers["etag"], first.headers["last-modified"]

    async def ask(**headers: str) -> tuple[int, bytes]:
        answer = await client.get(urls[kind], headers={name.replace("_", "-"): text for name, text in headers.items()})
        return answer.status_code, answer.content

    assert await ask(if_none_match=etag) == (304, b"")
    assert await ask(if_none_match=f'"other", W/{etag}') == (304, b"")
    assert await ask(if_modified_since=changed) == (304, b"")
    assert await ask(if_none_match='"other"', if_modified_since=changed) == (200, first.content)
    assert await ask(if_modified_since=format_datetime(EARLY, usegmt=True)) == (200, first.content)


async def test_304_keeps_the_validators(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """A client that refreshes its copy learns them again."""
    move_to(AFTER_ALL)
    first = await client.get(room.urls()[0])
    again = await client.get(room.urls()[0], headers={"If-None-Match": first.headers["etag"]})

    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["last-modified"] == first.headers["last-modified"]


async def test_a_date_is_told_once_its_second_is_over(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """Within the second of a change, a date would hide the next change in it: only the ETag is given, or believed."""
    feed = f"{room.feed_of('sabah-nil')}"
    move_to(0.5)
    young = await client.get(feed, headers={"If-Modified-Since": format_datetime(room.started, usegmt=True)})
    move_to(1)
    settled = await client.get(feed)

    assert young.status_code == 200
    assert "last-modified" not in young.headers
    assert (await client.get(feed, headers={"If-None-Match": young.headers["etag"]})).status_code == 304
    assert parsedate_to_datetime(settled.headers["last-modified"]) == room.started


async def test_a_feed_gets_a_new_etag_with_each_entry(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """As many states as the outlet has articles, counting the first and its two corrections."""
    etags = []
    for second in range(75):
        move_to(second)
        etags.append((await client.get(f"{room.feed_of('sabah-nil')}")).headers["etag"])
    moments = {event.at for event in room.events if event.outlet == "sabah-nil"}

    assert len(set(etags)) == len(moments)
    assert etags == sorted(etags, key=etags.index)


@pytest.mark.parametrize(
    "path", ["/nosuch", "/%2e%2e/%2e%2e/etc/passwd", "/sada/load/1/x", "/sada/load/-1/3", "/ajil/load/1/1"]
)
async def test_other_paths_are_not_found(room: Newsroom, client: httpx.AsyncClient, path: str) -> None:
    """Unknown pages, numbers that are none and another outlet's articles get the house's own 404."""
    answer = await client.get(room.origin_of("sada") + path)

    assert answer.status_code == 404
    assert "لم نعثر على هذه الصفحة" in answer.text


async def test_head_is_answered(room: Newsroom, client: httpx.AsyncClient) -> None:
    """With the same headers and no body."""
    answer = await client.head(room.urls()[0])

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"] == (await client.get(room.urls()[0])).headers["etag"]
