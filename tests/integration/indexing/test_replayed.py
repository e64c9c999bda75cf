"""Replayed articles on a real Elasticsearch: newer code wins over older, nothing over what is newer."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch

from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.codec import Record, encode
from marsad.contracts.states import State
from marsad.indexing.handler import ArticleHandler
from marsad.search.names import Names
from marsad.search.sink import Sink
from marsad.streaming.effects import RawMessage
from marsad.streaming.outcome import Settle
from marsad.streaming.replay import Span, remake
from marsad.streaming.selection import readable
from support.payloads import ARTICLE_ID, NOON, make_event, make_task
from unit.indexing.makers import make_enriched, make_retraction

pytestmark = pytest.mark.stack

FIRST = make_enriched("النص الأول")
EDIT = make_enriched("النص الثاني", revision=2, previous_revision=1, change="edited", task=make_task("t2"))
GONE = make_retraction(revision=3, previous_revision=2, task=make_task("t3"))
DUPLICATE, REPROCESSED = (State.DUPLICATE, "newer_version"), (State.REPROCESSED, "reprocessed")


def replayed(article: ArticleEnriched, generation: int = 1) -> ArticleEnriched:
    """Return an article as a replay of `articles.enriched` gives it to indexing."""
    wire = encode(Record("articles.enriched", ARTICLE_ID, article), cause="c", source="test", at=NOON)
    event = readable(RawMessage(wire.topic, 0, 0, 0, wire.key, wire.value, wire.headers))
    assert event is not None
    span = Span("articles.enriched", NOON, NOON + timedelta(days=1), generation)
    again, _ = remake(span, RawMessage(wire.topic, 0, 0, 0, wire.key, wire.value, wire.headers), event, NOON)
    made = readable(RawMessage(again.topic, 0, 1, 0, again.key, again.value, again.headers))
    assert made is not None
    assert isinstance(made.data, ArticleEnriched)
    return made.data


class Bench:
    """The handler and what it left."""

    def __init__(self, client: AsyncElasticsearch, names: Names) -> None:
        self.client, self.names, self.sink = client, names, Sink(client)

    async def index(self, *articles: ArticleEnriched) -> list[tuple[State, str]]:
        outcomes = await ArticleHandler(self.sink, self.names)([make_event(article) for article in articles])
        return [(outcome.state, outcome.reason) for outcome in outcomes if isinstance(outcome, Settle)]

    async def document(self) -> Mapping[str, Any]:
        """Return the one article that the index holds."""
        await self.client.indices.refresh(index=self.names.news)
        found = (await self.client.search(index=self.names.news))["hits"]["hits"]
        (hit,) = found
        return dict(hit["_source"])

    async def forget(self) -> None:
        """Lose the index, as a disk may."""
        await self.client.indices.delete(index=f"{self.names.news}-v1-2026.03")


@pytest.fixture
def bench(search_client: AsyncElasticsearch, search_names: Names) -> Bench:
    """Empty indices."""
    return Bench(search_client, search_names)


def place(document: Mapping[str, Any]) -> Sequence[Any]:
    """Return a document's place in its article's history."""
    return [document[name] for name in ("revision", "previous_revision", "first_seen", "change", "generation")]


async def test_newer_code_replaces_the_last_revision_alone(bench: Bench) -> None:
    """Older revisions come too late; the last one keeps its place; a second time nothing changes."""
    await bench.index(FIRST, EDIT)

    first = await bench.index(replayed(FIRST), replayed(EDIT))
    document = await bench.document()
    second = await bench.index(replayed(FIRST), replayed(EDIT))

    assert first == second == [DUPLICATE, REPROCESSED]
    assert place(document) == [2, 1, "2026-03-01T12:00:00.000+00:00", "reprocessed", 1]
    assert document["replays"] == EDIT.task.task_id
    assert await bench.document() == document


async def test_an_edit_that_comes_later_wins_over_any_generation(bench: Bench) -> None:
    """Revisions order first: a replay that is late overwrites nothing."""
    await bench.index(FIRST)
    await bench.index(replayed(FIRST, 999), EDIT)

    assert await bench.index(replayed(FIRST, 999)) == [DUPLICATE]
    assert place(await bench.document())[0] == 2


async def test_a_retraction_stays_one(bench: Bench) -> None:
    """Text, mark and time of the retraction are as they were, whatever generation says it again."""
    await bench.index(FIRST, EDIT, GONE)
    before = await bench.document()

    assert await bench.index(replayed(FIRST), replayed(EDIT), replayed(GONE)) == [DUPLICATE, DUPLICATE, REPROCESSED]

    after = await bench.document()
    assert (after["withdrawn"], after["text"]) == (True, "النص الثاني")
    assert after["withdrawn_at"] == before["withdrawn_at"]


async def test_an_index_that_was_lost_is_filled_again(bench: Bench) -> None:
    """Revisions come in order, so a retraction finds the text under it."""
    await bench.index(FIRST, EDIT, GONE)
    before = await bench.document()
    await bench.forget()

    assert await bench.index(*map(replayed, (FIRST, EDIT, GONE))) == [REPROCESSED] * 3

    after = await bench.document()
    assert {name for name in before if before[name] != after[name]} == {"change", "generation", "task_id"}
    assert (after["text"], after["withdrawn"]) == ("النص الثاني", True)
