"""Tests of the news sitemaps, read as XML."""

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import pytest
from lxml import etree

from marsad.newsroom import Newsroom

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
PATHS = {"nawa": "/news-sitemap.xml", "sabah-nil": "/sitemaps/news.xml", "polus-ru": "/sitemap-news.xml"}

Move = Callable[[float], None]


async def entries(room: Newsroom, client: httpx.AsyncClient, outlet: str) -> list[dict[str, str]]:
    """Return what a sitemap says of each address, by the local names of its elements."""
    root = etree.fromstring((await client.get(room.origin_of(outlet) + PATHS[outlet])).content)
    assert root.tag == f"{SITEMAP}urlset"
    assert all(url.tag == f"{SITEMAP}url" and url.find(f"{NEWS}news") is not None for url in root)
    return [
        {etree.QName(part).localname: part.text or "" for part in url.iter() if not len(part) and part is not url}
        for url in root
    ]


@pytest.mark.parametrize("outlet", PATHS)
async def test_a_sitemap_lists_what_has_appeared(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move, outlet: str
) -> None:
    """Newest first; nothing that is still to come."""
    for second in (0, 20, 40):
        move_to(second)
        appeared = [event.url for event in room.events if event.outlet == outlet and event.kind == "published"]
        assert [entry["loc"] for entry in await entries(room, client, outlet)] == appeared[::-1]


@pytest.mark.parametrize("outlet", PATHS)
async def test_entries_say_what_google_asks_for(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move, outlet: str
) -> None:
    """Publication with its language, date, headline, keywords."""
    move_to(40)
    gold = {one.url: one for one in room.expected()}

    for entry in await entries(room, client, outlet):
        one = gold[entry["loc"]]
        assert datetime.fromisoformat(entry["publication_date"]) == one.published
        assert entry["language"] == one.language
        assert entry["title"] == one.title or one.revisions > 1
        assert set(one.tags) <= set(entry["keywords"].split(", "))
        assert entry["name"]


async def test_a_correction_moves_lastmod_and_headline(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move
) -> None:
    """Each of two corrections; the date of publication stays."""
    (gold,) = [one for one in room.expected() if one.revisions == 3]
    seen = []
    for second in (54, 56, 71):
        move_to(second)
        seen += [entry for entry in await entries(room, client, gold.outlet) if entry["loc"] == gold.url]

    assert len({entry["title"] for entry in seen}) == 3
    assert len({entry["publication_date"] for entry in seen}) == 1
    assert [datetime.fromisoformat(entry["lastmod"]) for entry in seen] == [
        gold.published,
        room.started + timedelta(seconds=55),
        room.started + timedelta(seconds=70),
    ]
