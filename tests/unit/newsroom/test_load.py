"""Tests of the load articles."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from marsad.errors import OutletError
from marsad.newsroom import Newsroom
from marsad.newsroom.content import houses
from marsad.newsroom.gold import load_expected
from marsad.newsroom.items import Addresses
from marsad.newsroom.load import load_page, load_path
from marsad.newsroom.shapes import render
from marsad.newsroom.shapes.common import Page

OUTLETS = tuple(houses())
START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ADDRESSES = Addresses("http://127.0.0.1:7001", "http://127.0.0.1:7002")
MANY = 200


def made(outlet: str, seed: int, number: int) -> Page:
    """Return one load article."""
    return load_page(houses()[outlet][0], ADDRESSES, seed, number, START)


def sentences(page: Page) -> set[str]:
    """Return the sentences of a text."""
    return {part for text in page.paragraphs for part in re.split(r"(?<=[.!?])\s+", text)}


@pytest.mark.parametrize("outlet", OUTLETS)
def test_titles_differ_within_and_between_seeds(outlet: str) -> None:
    """No two of 400 articles share a headline."""
    titles = [made(outlet, seed, number).title for seed in (1, 2) for number in range(MANY)]

    assert len(set(titles)) == len(titles)


def test_every_article_has_a_sentence_of_its_own() -> None:
    """Among 800 articles of two seeds and the two outlets that share a language."""
    pages = [made(outlet, seed, number) for outlet in ("ajil", "sada") for seed in (1, 11) for number in range(MANY)]
    counts = Counter(sentence for page in pages for sentence in sentences(page))

    assert all(any(counts[sentence] == 1 for sentence in sentences(page)) for page in pages)


@pytest.mark.parametrize("outlet", OUTLETS)
def test_texts_are_long_and_varied(outlet: str) -> None:
    """100 to 300 words each; no two of 200 texts are the same, and few share their first body paragraph."""
    pages = [made(outlet, 5, number) for number in range(MANY)]
    lengths = [len(" ".join(page.paragraphs).split()) for page in pages]

    assert min(lengths) >= 100
    assert max(lengths) <= 300
    assert len({page.paragraphs for page in pages}) == MANY
    assert len({page.paragraphs[1] for page in pages}) > MANY * 0.9


@pytest.mark.parametrize("outlet", OUTLETS)
def test_paragraphs_of_one_article_differ(outlet: str) -> None:
    """So that each can be looked for in its page."""
    for number in range(MANY):
        paragraphs = made(outlet, 3, number).paragraphs
        assert len(set(paragraphs)) == len(paragraphs) == 6


@pytest.mark.parametrize("outlet", OUTLETS)
def test_no_slot_of_the_grammar_stays_open(outlet: str) -> None:
    """Every word was filled in, and nothing doubled a space."""
    text = " ".join(" ".join((page.title, *page.paragraphs)) for page in (made(outlet, 4, n) for n in range(MANY)))

    assert not re.search(r"[{}]", text)
    assert not re.search(r"\s{2,}", text)


def test_a_load_article_follows_from_outlet_seed_and_number() -> None:
    """The same three give the same article; another of any gives another."""
    first = made("ajil", 7, 12)

    assert made("ajil", 7, 12) == first
    assert made("ajil", 7, 13).paragraphs != first.paragraphs
    assert made("ajil", 8, 12).paragraphs != first.paragraphs
    assert made("sada", 7, 12).paragraphs != first.paragraphs


@pytest.mark.parametrize("outlet", OUTLETS)
def test_load_articles_are_recent(outlet: str) -> None:
    """Dated within the week before the start, in the house's zone."""
    for number in range(50):
        published = made(outlet, 1, number).published
        assert timedelta(0) < START - published <= timedelta(days=8)
        assert published.tzinfo == ZoneInfo(houses()[outlet][0].time_zone)


@pytest.mark.parametrize("outlet", OUTLETS)
def test_pages_of_load_articles_hold_their_gold(outlet: str, visible: Callable[[str], str]) -> None:
    """Every paragraph once, in the shape of the outlet."""
    for number in range(30):
        page = made(outlet, 2, number)
        gold, text = load_expected(page), visible(render(page))
        assert [text.count(paragraph) for paragraph in gold.paragraphs] == [1] * len(gold.paragraphs)
        assert gold.title in text
        assert (gold.outcome, gold.revisions, gold.url) == ("indexed", 1, page.url)


@pytest.mark.parametrize("outlet", OUTLETS)
async def test_load_articles_are_served_at_once(
    room: Newsroom, client: httpx.AsyncClient, visible: Callable[[str], str], outlet: str
) -> None:
    """From the start, whatever the clock of publishing; `load_article` gives their gold."""
    for number in range(3):
        gold = room.load_article(outlet, 42, number)
        answer = await client.get(f"{room.origin_of(outlet)}{load_path(outlet, 42, number)}")
        assert (answer.status_code, gold.url, gold.outlet) == (200, str(answer.url), outlet)
        assert all(visible(answer.text).count(paragraph) == 1 for paragraph in gold.paragraphs)


async def test_short_links_of_load_articles_redirect(room: Newsroom, client: httpx.AsyncClient) -> None:
    """Where the outlet has a short-link host, its load articles have short links too."""
    gold = room.load_article("ajil", 9, 301)
    assert gold.short_url is not None

    answer = await client.get(gold.short_url)

    assert (answer.status_code, answer.headers["location"]) == (301, gold.url)
    assert gold.short_url in (await client.get(gold.url)).text
    assert room.load_article("sada", 9, 301).short_url is None


@pytest.mark.parametrize("outlet", OUTLETS)
async def test_a_corrected_load_article_is_served_with_its_new_paragraph(
    room: Newsroom, client: httpx.AsyncClient, visible: Callable[[str], str], outlet: str
) -> None:
    """As its last one, in gold and page alike; its neighbour stays as it was."""
    before, neighbour = room.load_article(outlet, 6, 1), room.load_article(outlet, 6, 2)
    first = room.correct_load_article(outlet, 6, 1, "تصحيح: كان الرقم خطأ.")
    second = room.correct_load_article(outlet, 6, 1, "تصحيح ثان: عاد الرقم كما كان.")
    text = visible((await client.get(second.url)).text)

    assert first.paragraphs == (*before.paragraphs, "تصحيح: كان الرقم خطأ.")
    assert second.paragraphs == (*first.paragraphs, "تصحيح ثان: عاد الرقم كما كان.")
    assert [text.count(paragraph) for paragraph in second.paragraphs] == [1] * len(second.paragraphs)
    assert room.load_article(outlet, 6, 1) == second
    assert room.load_article(outlet, 6, 2) == neighbour


async def test_a_correction_moves_the_validators(
    room: Newsroom, client: httpx.AsyncClient, move_to: Callable[[float], None]
) -> None:
    """Whoever asks conditionally is told of it, by the moment of the correction."""
    move_to(10)
    before = await client.get(room.load_article("ajil", 6, 3).url)
    gold = room.correct_load_article("ajil", 6, 3, "تصحيح: كان الرقم خطأ.")
    move_to(20)
    after = await client.get(gold.url, headers={"If-None-Match": before.headers["etag"]})
    stale = await client.get(gold.url, headers={"If-Modified-Since": before.headers["last-modified"]})

    assert (after.status_code, stale.status_code) == (200, 200)
    assert after.headers["last-modified"] == "Mon, 04 May 2026 12:00:10 GMT"
    assert "2026-05-04T12:00+00:00" in after.text


def test_an_unknown_outlet_has_no_load_articles() -> None:
    """The error names those that there are."""
    with pytest.raises(OutletError, match=r"no outlet 'nosuch'; it has ajil, manara,"):
        Newsroom().load_article("nosuch", 1, 1)
    with pytest.raises(OutletError, match="no outlet 'nosuch'"):
        Newsroom().correct_load_article("nosuch", 1, 1, "text")
