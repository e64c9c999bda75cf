"""Every page of the newsroom, as served, through the extraction: what it finds is what the page's gold says."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from marsad import outlets
from marsad.extraction.extract import extract
from marsad.extraction.result import Extraction
from marsad.newsroom import Expected, Newsroom
from marsad.newsroom.content import houses

AFTER_ALL = 100.0
BEFORE_CHANGES = 45.0
EXACT = [
    *("title", "text", "authors", "credit", "published", "language", "outlet", "section", "tags", "lead", "image"),
    "modified",
]
Move = Callable[[float], None]


async def extracted(room: Newsroom, client: httpx.AsyncClient, url: str, seconds: float = AFTER_ALL) -> Extraction:
    """Return what extraction finds on a page, fetched an hour after all is over, with the newsroom's outlet files."""
    answer = await client.get(url)
    known = outlets.load([room.outlets_dir], builtin=False)
    fetched_at = room.started + timedelta(seconds=seconds, hours=1)
    return extract(
        answer.content, url, content_type=answer.headers["content-type"], fetched_at=fetched_at, outlets=known
    )


def promised(gold: Expected) -> dict[str, object]:
    """Return what the gold says of each field."""
    return {name: getattr(gold, name) for name in EXACT if name not in {"text", "credit"}} | {
        "text": gold.paragraphs,
        "credit": gold.credit_shown,
    }


def seen(found: Extraction) -> dict[str, object]:
    """Return what extraction says of the same; the lead is the first paragraph wherever it stands."""
    lead = (found.lead,) if found.lead else ()
    return {name: getattr(found, name) for name in EXACT} | {"text": (*lead, *found.text.split("\n"))}


@pytest.mark.parametrize("outlet", houses())
async def test_every_page_is_read_exactly(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move, outlet: str
) -> None:
    """Body, headline, authors, credit, dates, language, section, tags, lead, picture: no field of any differs."""
    golds = [one for one in room.expected() if one.outlet == outlet and one.outcome in {"indexed", "withdrawn"}]
    differences = {}
    for gold in golds:
        move_to(BEFORE_CHANGES if gold.outcome == "withdrawn" else AFTER_ALL)
        found, right = seen(await extracted(room, client, gold.url)), promised(gold)
        differences.update(
            {(gold.article, name): (right[name], found[name]) for name in EXACT if found[name] != right[name]}
        )

    assert differences == {}
    assert golds


@pytest.mark.parametrize("outlet", houses())
async def test_load_articles_are_read_exactly(room: Newsroom, client: httpx.AsyncClient, outlet: str) -> None:
    """In every language and shape, in every field."""
    for number in range(3):
        gold = room.load_article(outlet, 20, number)
        found, right = seen(await extracted(room, client, gold.url)), promised(gold)
        for name in EXACT:
            assert found[name] == right[name], (gold.url, name)


@pytest.mark.parametrize("sentences", [1, 1_500])
@pytest.mark.parametrize("outlet", houses())
async def test_corrected_load_articles_are_read_exactly(
    room: Newsroom, client: httpx.AsyncClient, outlet: str, sentences: int
) -> None:
    """A paragraph that was added is the last one, however long it is."""
    gold = room.correct_load_article(outlet, 21, 0, " ".join(["zorila menat ukobo rimesa kotu."] * sentences))

    assert seen(await extracted(room, client, gold.url))["text"] == gold.paragraphs


@pytest.mark.parametrize(("outlet", "article", "reason"), [("sabah-nil", "wall", "wall"), ("ajil", "tag", "listing")])
async def test_what_is_no_article_is_known(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move, outlet: str, article: str, reason: str
) -> None:
    """A consent wall in windows-1256 and a listing, with the reason that the ledger shows."""
    move_to(AFTER_ALL)
    (gold,) = [one for one in room.expected() if (one.outlet, one.article) == (outlet, article)]

    found = await extracted(room, client, gold.url)

    assert (found.state, found.reason) == ("not_article", reason)


async def test_front_pages_are_no_articles(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """Of no house, with a feed or without."""
    move_to(AFTER_ALL)
    for outlet in room.outlets:
        assert (await extracted(room, client, f"{room.origin_of(outlet)}/")).reason == "listing", outlet


async def test_each_version_of_a_corrected_page_is_another_text(
    room: Newsroom, client: httpx.AsyncClient, move_to: Move
) -> None:
    """Three texts and, after each correction, the moment of it to the minute."""
    (gold,) = [one for one in room.expected() if one.revisions == 3]
    texts = []
    for second in (54.0, 56.0, 71.0):
        move_to(second)
        texts.append(seen(await extracted(room, client, gold.url, second))["text"])

    assert len(set(map(str, texts))) == 3
    assert texts[-1] == gold.paragraphs
