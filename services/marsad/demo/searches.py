"""The demo's questions to the index, and what an answer must hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from marsad.newsroom import Expected
from marsad.search import queries
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.search.queries import Found, Hit, Query
from marsad.settings import Settings
from marsad.urls import page_id

LIMIT = 4  # hits shown of each


@dataclass(frozen=True, slots=True)
class Search:
    """A question; `finds` are the articles (outlet, article) that must be hits with their matches marked."""

    text: str
    about: str
    finds: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer; `missing` are articles that should be hits and are not, or are without a mark."""

    search: Search
    found: Found
    missing: tuple[str, ...]


SEARCHES = (
    Search(
        "الاسكندريه",
        "an Arabic word in a hasty spelling; the articles write الإسكندرية",
        frozenset({("sada", "ferry"), ("sabah-nil", "ferry")}),
    ),
    Search(
        '"ليلى الحمداني"',
        "an Arabic name as a phrase; an agency and three that print it",
        frozenset({("sada", "water"), ("ajil", "water"), ("nawa", "water"), ("manara", "water")}),
    ),
    Search(
        "antelope motorways",
        "two English words, not in the form in which they are written",
        frozenset({("meridian-wire", "saiga")}),
    ),
)


async def ask(own: Settings, gold: Sequence[Expected], searches: Sequence[Search] = SEARCHES) -> list[Answered]:
    """Ask all questions. Raises SearchUnavailable."""
    names = Names.of(own)
    async with connect(own) as client:
        return [
            answered(search, await queries.search(client, names, Query(search.text, limit=LIMIT)), gold)
            for search in searches
        ]


def answered(search: Search, found: Found, gold: Sequence[Expected]) -> Answered:
    """Return the answer with what it lacks."""
    ids = {(promise.outlet, promise.article): page_id(promise.url) for promise in gold}
    marked = {hit.article_id for hit in found.hits if _is_marked(hit)}
    missing = (f"{outlet}/{article}" for outlet, article in search.finds if ids.get((outlet, article)) not in marked)
    return Answered(search, found, tuple(sorted(missing)))


def _is_marked(hit: Hit) -> bool:
    return any(is_match for pieces in (hit.title, *hit.snippets) for _, is_match in pieces)
