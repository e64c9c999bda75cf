"""Tests of the sites' other habits: a news sitemap, a consent wall, an old character set, no feed."""

from collections.abc import Callable

import httpx
import pytest
from protego import Protego

from marsad.newsroom import Expected, Newsroom

Move = Callable[[float], None]
AFTER_ALL = 100.0


def gold_of(room: Newsroom, article: str) -> Expected:
    """Return the gold of one article of the old site."""
    (gold,) = [one for one in room.expected() if (one.outlet, one.article) == ("sabah-nil", article)]
    return gold


async def test_robots_txt_names_the_news_sitemap(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """Where a house has one: it lists every article that has appeared, and is served as XML."""
    move_to(AFTER_ALL)
    with_sitemap: dict[str, str] = {}
    for outlet in room.outlets:
        rules = Protego.parse((await client.get(f"{room.origin_of(outlet)}/robots.txt")).text)
        with_sitemap.update((outlet, address) for address in rules.sitemaps)

    assert set(with_sitemap) == {"nawa", "polus-en", "polus-ru", "sabah-nil"}
    for outlet, address in with_sitemap.items():
        answer = await client.get(address)
        assert answer.headers["content-type"] == "application/xml; charset=utf-8"
        assert all(f"<loc>{gold.url}</loc>" in answer.text for gold in room.expected() if gold.outlet == outlet)


async def test_a_consent_wall_answers_200_and_tells_nothing(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move
) -> None:
    """Its status says that all is well; neither headline nor link of the article stands on it."""
    move_to(AFTER_ALL)
    gold = gold_of(room, "wall")
    answer = await client.get(gold.url)

    assert answer.status_code == 200
    assert "قبل المتابعة" in answer.text
    assert gold.title not in answer.text


@pytest.mark.parametrize("path", ["/", "/nosuch", "/culture/", "article"])
async def test_an_old_site_speaks_windows_1256(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move, path: str
) -> None:
    """Header, meta element and bytes agree, on every kind of page; as UTF-8 the bytes are none."""
    move_to(AFTER_ALL)
    url = gold_of(room, "papyrus").url if path == "article" else room.origin_of("sabah-nil") + path
    answer = await client.get(url)

    assert answer.headers["content-type"] == "text/html; charset=windows-1256"
    assert "charset=windows-1256" in answer.text or 'charset="windows-1256"' in answer.text
    assert "صباح النيل" in answer.content.decode("windows-1256")
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()


async def test_a_house_without_a_feed_has_a_front_page(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move
) -> None:
    """It links every article and names no feed."""
    move_to(AFTER_ALL)
    page = (await client.get(f"{room.origin_of('warraq')}/")).text

    assert room.feed_of("warraq") is None
    assert 'rel="alternate"' not in page
    assert all(f'href="{gold.url}"' in page for gold in room.expected() if gold.outlet == "warraq")
