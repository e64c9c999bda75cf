"""Both handlers on a real Elasticsearch, with the real mappings."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch

from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.states import State
from marsad.indexing.handler import ArticleHandler, LedgerHandler
from marsad.search.counts import counts
from marsad.search.names import Names
from marsad.search.queries import Query, search
from marsad.search.sink import Sink
from marsad.streaming.outcome import DONE, Outcome, Quarantine, Settle
from support.payloads import ARTICLE_ID, make_event, make_task, minutes
from unit.indexing.makers import ENRICHMENT, make_enriched, make_entry, make_retraction

pytestmark = pytest.mark.stack


class Bench:
    """Handlers and what they left."""

    def __init__(self, client: AsyncElasticsearch, names: Names) -> None:
        self._sink = Sink(client)
        self.client = client
        self.names = names

    async def index(self, *articles: ArticleEnriched) -> Sequence[Outcome]:
        return await ArticleHandler(self._sink, self.names)([make_event(article) for article in articles])

    async def report(self, *entries: Any) -> Sequence[Outcome]:
        return await LedgerHandler(self._sink, self.names)([make_event(entry) for entry in entries])

    async def document(self) -> Mapping[str, Any]:
        """Return the article as the index holds it."""
        (source,) = await self._sink.read([(f"{self.names.news}-v1-2026.03", ARTICLE_ID)])
        assert source is not None
        return source


@pytest.fixture
def bench(search_client: AsyncElasticsearch, search_names: Names) -> Bench:
    """Empty indices."""
    return Bench(search_client, search_names)


def states(outcomes: Sequence[Outcome]) -> list[tuple[State, str]]:
    """Return how tasks ended."""
    return [(outcome.state, outcome.reason) for outcome in outcomes if isinstance(outcome, Settle)]


async def test_a_full_article_fits_the_mapping_and_is_found(bench: Bench) -> None:
    """Every field that we fill is accepted, and the article is found by text and by facets."""
    article = make_enriched(
        "اجتمع مجلس المدينة لبحث خطة المياه.",
        outlet="ajil", published=minutes(-5), published_precision="minute", modified=minutes(-1), lead="مقدمة",
        authors=("سلمى",), tags=("مياه",), section="محليات", image="https://ajil.example/a.jpg", language="ar-EG",
        enrichment=ENRICHMENT | {"later": {"deep": [{"x": None}, [1, "a"], {"": 0}]}},
    )  # fmt: skip

    assert states(await bench.index(article)) == [(State.INDEXED, "first")]

    await bench.client.indices.refresh(index=bench.names.news)
    query = Query("المياه", language="ar", outlet="ajil", country="EG", since=minutes(-60))
    found = await search(bench.client, bench.names, query)
    assert [hit.article_id for hit in found.hits] == [ARTICLE_ID]
    assert found.hits[0].published == "2026-03-01T11:55:00.000+00:00"


async def test_redelivery_edit_and_late_comer(bench: Bench) -> None:
    """The external version settles every order of arrival; a redelivery ends as the first time."""
    first, edit = make_enriched(), make_enriched("نص ثان", revision=2, change="edited", task=make_task("edit"))

    assert states(await bench.index(first)) == [(State.INDEXED, "first")]
    assert states(await bench.index(first)) == [(State.INDEXED, "first")]
    assert states(await bench.index(edit)) == [(State.INDEXED, "edited")]
    assert states(await bench.index(first, edit)) == [(State.DUPLICATE, "newer_version"), (State.INDEXED, "edited")]
    assert (await bench.document())["text"] == "نص ثان"


async def test_newer_code_wins_within_a_revision(bench: Bench) -> None:
    """A higher generation overwrites; the older one, delivered again, does not."""
    again = make_enriched(task=make_task("replay", generation=1), change="reprocessed")

    await bench.index(make_enriched())
    assert states(await bench.index(again)) == [(State.REPROCESSED, "reprocessed")]
    assert states(await bench.index(make_enriched())) == [(State.DUPLICATE, "newer_version")]
    assert (await bench.document())["generation"] == 1


async def test_a_retraction_is_a_flag(bench: Bench) -> None:
    """The text stays, the flag is set; also when both come in one batch, and when they come again."""
    retraction = make_retraction(task=make_task("a revisit"))

    for _ in range(2):
        outcomes = await bench.index(make_enriched(), retraction)
        assert states(outcomes)[1] == (State.INDEXED, "withdrawn")
        document = await bench.document()
        assert document["withdrawn"] is True
        assert document["text"] == "نص الخبر."
        assert document["withdrawn_at"]


async def test_a_bare_retraction_fits_the_mapping(bench: Bench) -> None:
    """In a month without an index the retraction makes it."""
    assert states(await bench.index(make_retraction())) == [(State.INDEXED, "withdrawn")]
    assert "text" not in await bench.document()


async def test_long_and_strange_values_are_taken(bench: Bench) -> None:
    """What a hostile page can put into the fields is stored; facets that are too long are just not indexed."""
    article = make_enriched(
        "ا" * 100_000 + "\x00\u202e\ud7ff",
        title="😀" * 5_000, authors=("م" * 40_000,), tags=tuple(f"tag{number}" for number in range(2_000)),
        section="س" * 40_000, site_name="😀" * 20_000, credit="x" * 100_000, language="x" * 10_000,
        url="https://ajil.example/" + "م" * 8_000, image="https://ajil.example/" + "م" * 8_000,
        enrichment={"any.dotted.key": {"..": 1}, "": {}, "list": [[], [[1]]], "big": 2**63},
    )  # fmt: skip

    assert states(await bench.index(article)) == [(State.INDEXED, "first")]


async def test_what_cannot_be_json_is_quarantined_alone(bench: Bench) -> None:
    """A number that no index can carry concerns its article, not the batch."""
    bad = make_enriched(article_id="b" * 32, task=make_task("bad"), enrichment={"x": {"n": 2**70}})

    outcomes = await bench.index(bad, make_enriched())

    assert isinstance(outcomes[0], Quarantine)
    assert "64-bit" in outcomes[0].detail
    assert states(outcomes[1:]) == [(State.INDEXED, "first")]


async def test_the_ledger_keeps_the_strongest_report(bench: Bench) -> None:
    """Reports in any order, repeated, in one batch or several: one document a task, its strongest state."""
    entries = [make_entry(state) for state in (State.INDEXED, State.DISCOVERED, State.GONE, State.INDEXED)]
    other = make_entry(State.DISCOVERED, "another task")
    nameless = make_entry(State.QUARANTINED, "another task", task=None, reason="undecodable")

    assert await bench.report(*entries, other) == [DONE] * 5
    assert await bench.report(*reversed(entries), nameless) == [DONE] * 5

    found = await counts(bench.client, bench.names, fresh=True)
    assert found.pages == {State.INDEXED: 1, State.QUARANTINED: 1}
    assert found.latency_ms[50.0] == pytest.approx(30_000)
