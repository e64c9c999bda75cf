"""Search for articles: from a person's query to hits with their matches marked.

A word counts most where it stands as it was typed (`.norm`: names), less as its stem (`.stem`), least behind an Arabic
preposition. Words that stand side by side as they were typed lift an article; quoted words must. Of more than three
words, three quarters suffice. Articles of equal score stand newest first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elasticsearch import AsyncElasticsearch

from marsad.search.client import mapped
from marsad.search.names import Names
from marsad.search.syntax import Parsed, article_twin, clitic_forms, parse

__all__ = ["Found", "Hit", "Marked", "Query", "search"]

AS_TYPED = ("title.norm^6", "lead.norm^3", "text.norm^2")
AS_STEM = ("title.stem^0.6", "lead.stem^0.4", "text.stem^0.2")  # the strongest stays below the weakest as typed
ENOUGH_WORDS = "3<75%"
BEHIND_CLITIC = 0.3
SIDE_BY_SIDE = 2.0
OTHERS = 0.1  # how much the weaker ways of matching one word add

DEADLINE = "10s"
SNIPPETS = 2
SNIPPET_CHARS = 160
HIGHLIGHTED_CHARS = 200_000  # beyond, an article is searched but not marked; the server refuses more than a million
OPEN, CLOSE = "\ue000", "\ue001"  # private use: no text that people write has them

_SHOWN = ["article_id", "title", "outlet", "site_name", "language", "published", "first_seen", "url", "withdrawn"]

Marked = tuple[tuple[str, bool], ...]
"""A text in pieces; True where a piece matches the query."""

Clause = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked.

    Attributes:
        text: see `syntax`; without a word in it, the newest articles are returned.
        language: ISO 639 code.
        outlet: id of the outlet file.
        country: ISO 3166 code of a country that the article names.
        since: only articles first seen then or later.
        limit: hits to return.
    """

    text: str
    language: str | None = None
    outlet: str | None = None
    country: str | None = None
    since: datetime | None = None
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found; times as ISO 8601 in UTC."""

    article_id: str
    score: float
    title: Marked
    snippets: tuple[Marked, ...]
    url: str
    outlet: str | None
    language: str | None
    published: str | None
    first_seen: str | None
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The answer.

    Attributes:
        total: articles that match, shown or not.
        hits: the best of them.
        complete: False where a shard was away or the deadline passed: there may be more.
    """

    total: int
    hits: tuple[Hit, ...]
    complete: bool


async def search(client: AsyncElasticsearch, names: Names, query: Query) -> Found:
    """Search all articles.

    Raises:
        SearchUnavailable: Elasticsearch is away.
        MarsadError: it refuses the query.
    """
    with mapped(f"searching {names.news}"):
        answer = await client.search(
            index=names.news,
            ignore_unavailable=True,  # before the first article there is no index
            query=_clauses(parse(query.text), _filters(query)),
            sort=["_score", {"first_seen": {"order": "desc", "unmapped_type": "date"}}],
            track_scores=True,
            track_total_hits=True,
            size=query.limit,
            timeout=DEADLINE,
            source_includes=_SHOWN,
            highlight=_HIGHLIGHT,
        )
    return Found(
        total=answer["hits"]["total"]["value"],
        hits=tuple(_hit(item) for item in answer["hits"]["hits"]),
        complete=not answer["timed_out"] and not answer["_shards"]["failed"],
    )


_HIGHLIGHT: Clause = {
    "type": "unified",
    "pre_tags": [OPEN],
    "post_tags": [CLOSE],
    "max_analyzed_offset": HIGHLIGHTED_CHARS,
    "fields": {
        "title": {"matched_fields": ["title.norm", "title.stem"], "number_of_fragments": 0},
        "lead": {
            "matched_fields": ["lead.norm", "lead.stem"],
            "number_of_fragments": 1,
            "fragment_size": SNIPPET_CHARS,
        },
        "text": {
            "matched_fields": ["text.norm", "text.stem"],
            "number_of_fragments": SNIPPETS,
            "fragment_size": SNIPPET_CHARS,
            "no_match_size": SNIPPET_CHARS,
            "order": "score",
        },
    },
}


def _clauses(parsed: Parsed, filters: Sequence[Clause]) -> Clause:
    must: list[Clause] = [_phrase(phrase) for phrase in parsed.phrases]
    if parsed.words:
        words = [_word(word) for word in parsed.words]
        must.append({"bool": {"should": words, "minimum_should_match": ENOUGH_WORDS}})
    together = [_phrase(" ".join(parsed.words), boost=SIDE_BY_SIDE)] if len(parsed.words) > 1 else []
    without = [_phrase(part) for part in parsed.without]
    return {"bool": {"must": must or [{"match_all": {}}], "should": together, "must_not": without, "filter": filters}}


def _word(word: str) -> Clause:
    ways = [_match(word, AS_TYPED, operator="and"), _match(word, AS_STEM, operator="and")]
    if twin := article_twin(word):
        ways.append(_match(twin, AS_STEM))
    if forms := clitic_forms(word):
        ways.append(_match(" ".join(forms), AS_STEM, operator="or", boost=BEHIND_CLITIC))
    return {"dis_max": {"queries": ways, "tie_breaker": OTHERS}}


def _match(text: str, fields: Sequence[str], **options: Any) -> Clause:  # noqa: ANN401 - Elasticsearch's own
    return {"multi_match": {"query": text, "fields": list(fields), **options}}


def _phrase(text: str, **options: Any) -> Clause:  # noqa: ANN401 - Elasticsearch's own
    return _match(text, AS_TYPED, type="phrase", **options)


def _filters(query: Query) -> list[Clause]:
    exact = {"language": query.language, "outlet": query.outlet, "countries": query.country}
    filters: list[Clause] = [{"term": {field: value}} for field, value in exact.items() if value is not None]
    if query.since is not None:
        filters.append({"range": {"first_seen": {"gte": query.since.isoformat()}}})
    return filters


def _hit(item: Mapping[str, Any]) -> Hit:
    source, marked = item["_source"], item.get("highlight", {})
    return Hit(
        article_id=item["_id"],
        score=item["_score"],
        title=_marked(marked["title"][0]) if "title" in marked else ((source.get("title", ""), False),),
        snippets=tuple(_marked(text) for field in ("lead", "text") for text in marked.get(field, [])),
        url=source["url"],
        outlet=source.get("outlet") or source.get("site_name"),
        language=source.get("language"),
        published=source.get("published"),
        first_seen=source.get("first_seen"),
        withdrawn=bool(source.get("withdrawn")),
    )


def _marked(text: str) -> Marked:
    pieces = []
    inside = False
    for part in text.replace(OPEN, f"{CLOSE}{OPEN}").split(CLOSE):
        inside = part.startswith(OPEN)
        if piece := part.removeprefix(OPEN):
            pieces.append((piece, inside))
    return tuple(pieces)
