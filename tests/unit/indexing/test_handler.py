"""The decisions about batches, over a sink in memory."""

from collections.abc import Sequence
from typing import Any

import pytest

from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.states import State
from marsad.errors import SearchUnavailable
from marsad.indexing.handler import ArticleHandler, LedgerHandler
from marsad.search.names import Names
from marsad.search.sink import Sink
from marsad.streaming.outcome import DONE, Outcome, Quarantine, Settle
from support.payloads import ARTICLE_ID, NOON, make_event, make_task, minutes
from support.sink import MemorySink
from unit.indexing.makers import make_enriched, make_entry, make_retraction

NAMES = Names("t-")


@pytest.fixture
def sink() -> MemorySink:
    """An empty sink."""
    return MemorySink()


async def index(sink: Sink, *articles: ArticleEnriched) -> Sequence[Outcome]:
    """Give the articles to the handler as one batch."""
    return await ArticleHandler(sink, NAMES)([make_event(article) for article in articles])


async def test_a_new_article_is_indexed(sink: MemorySink) -> None:
    """The document stands in the month of its first sighting; the task ends as indexed, the change as reason."""
    article = make_enriched(revision=1_772_000_000_000, task=make_task(generation=3))

    outcomes = await index(sink, article)

    assert outcomes == [Settle(State.INDEXED, "first", article.task, article_id=ARTICLE_ID)]
    (document,) = sink.held.values()
    assert (document.index, document.id) == ("t-news-v1-2026.03", ARTICLE_ID)
    assert document.version == 1_772_000_000_000_003


async def test_a_later_revision_lands_in_the_first_one_s_month(sink: MemorySink) -> None:
    """An edit in April of an article of March replaces the document of March."""
    await index(sink, make_enriched())

    outcomes = await index(sink, make_enriched("نص آخر", revision=2, change="edited", fetched_at=minutes(60 * 24 * 40)))

    assert [outcome.reason for outcome in outcomes if isinstance(outcome, Settle)] == ["edited"]
    assert sink.only()["text"] == "نص آخر"


async def test_newer_code_ends_as_reprocessed(sink: MemorySink) -> None:
    """The same revision under a higher generation is no news."""
    await index(sink, make_enriched())
    again = make_enriched(task=make_task("a replay", generation=1), change="reprocessed")

    assert await index(sink, again) == [Settle(State.REPROCESSED, "reprocessed", again.task, article_id=ARTICLE_ID)]
    assert sink.only()["generation"] == 1


async def test_a_redelivery_ends_as_it_did_the_first_time(sink: MemorySink) -> None:
    """The document names our task: the write had succeeded, only its acknowledgement was lost."""
    first = await index(sink, make_enriched())

    assert await index(sink, make_enriched()) == first


async def test_an_older_revision_is_a_duplicate(sink: MemorySink) -> None:
    """Another task has written a newer version: nothing is overwritten, and this task ends."""
    await index(sink, make_enriched(revision=9, task=make_task("newer")))
    late = make_enriched("قديم", revision=5)

    assert await index(sink, late) == [Settle(State.DUPLICATE, "newer_version", late.task, article_id=ARTICLE_ID)]
    assert sink.only()["revision"] == 9


async def test_two_revisions_in_one_batch_are_both_indexed(sink: MemorySink) -> None:
    """Each is a task of its own, and each has been the newest."""
    outcomes = await index(
        sink, make_enriched(), make_enriched("نص ثان", revision=2, change="edited", task=make_task("second"))
    )

    assert [outcome.state for outcome in outcomes if isinstance(outcome, Settle)] == [State.INDEXED] * 2
    assert sink.only()["text"] == "نص ثان"


async def test_one_article_twice_in_a_batch_is_indexed_once(sink: MemorySink) -> None:
    """A redelivery within the batch finds its own task's document."""
    outcomes = await index(sink, make_enriched(), make_enriched())

    assert outcomes[0] == outcomes[1]
    assert isinstance(outcomes[0], Settle)
    assert outcomes[0].state is State.INDEXED


async def test_a_document_that_the_index_rejects_is_quarantined_alone(sink: MemorySink) -> None:
    """Its neighbours are indexed; the dead letter carries the server's words."""
    bad = make_enriched(article_id="b" * 32, task=make_task("bad"))
    sink.rejects = {bad.task.task_id}

    outcomes = await index(sink, bad, make_enriched())

    assert outcomes[0] == Quarantine("rejected_by_index", "400 document_parsing_exception: bad")
    assert isinstance(outcomes[1], Settle)


async def test_a_retraction_flags_the_document(sink: MemorySink) -> None:
    """The text stays readable; the task ends as indexed with the change as reason."""
    await index(sink, make_enriched())
    retraction = make_retraction(task=make_task("a revisit"))

    assert await index(sink, retraction) == [Settle(State.INDEXED, "withdrawn", retraction.task, article_id=ARTICLE_ID)]
    assert sink.only()["withdrawn"] is True
    assert sink.only()["text"] == "نص الخبر."


async def test_a_retraction_sees_its_article_in_the_same_batch(sink: MemorySink) -> None:
    """Article and retraction read together end as if they had come one by one."""
    await index(sink, make_enriched(), make_retraction(task=make_task("a revisit")))

    assert sink.only()["withdrawn"] is True
    assert sink.only()["title"] == "عنوان"


async def test_a_retraction_of_what_was_never_indexed_is_bare(sink: MemorySink) -> None:
    """Its article may be among the dead letters; the retraction is recorded all the same."""
    (outcome,) = await index(sink, make_retraction())

    assert isinstance(outcome, Settle)
    assert outcome.state is State.INDEXED
    assert "text" not in sink.only()


async def test_a_late_retraction_loses_to_the_page_that_came_back(sink: MemorySink) -> None:
    """A revision that is newer than the retraction stays as it is."""
    await index(sink, make_enriched("عاد", revision=3, task=make_task("back")))

    (outcome,) = await index(sink, make_retraction(task=make_task("a revisit")))

    assert isinstance(outcome, Settle)
    assert outcome.state is State.DUPLICATE
    assert sink.only()["withdrawn"] is False


async def test_elasticsearch_away_holds_the_batch(sink: MemorySink) -> None:
    """The handler decides nothing that it does not know."""
    sink.away = True

    with pytest.raises(SearchUnavailable):
        await index(sink, make_enriched())
    with pytest.raises(SearchUnavailable):
        await LedgerHandler(sink, NAMES)([make_event(make_entry(State.INDEXED))])


async def report(sink: Sink, *entries: Any) -> Sequence[Outcome]:
    """Give reports to the handler as one batch."""
    return await LedgerHandler(sink, NAMES)([make_event(entry) for entry in entries])


async def test_nothing_follows_from_a_report(sink: MemorySink) -> None:
    """A ledger entry is nobody's task: settling it would write the ledger without end."""
    assert await report(sink, make_entry(State.DISCOVERED), make_entry(State.INDEXED)) == [DONE, DONE]


@pytest.mark.parametrize("order", [(State.DISCOVERED, State.GONE, State.INDEXED), (State.INDEXED, State.DISCOVERED)])
@pytest.mark.parametrize("together", [True, False])
async def test_the_strongest_report_stays(sink: MemorySink, order: Sequence[State], together: bool) -> None:
    """Whatever the order and the batches, a task's document is its strongest report; a weaker one is fine too."""
    entries = [make_entry(state) for state in order]
    batches = [entries] if together else [[entry] for entry in entries]

    outcomes = [outcome for batch in batches for outcome in await report(sink, *batch)]

    assert outcomes == [DONE] * len(order)
    assert sink.only()["state"] == "indexed"
    assert [place[0] for place in sink.held] == ["t-ledger-v1"]


@pytest.mark.parametrize("together", [True, False])
async def test_a_report_without_its_task_keeps_the_url(sink: MemorySink, together: bool) -> None:
    """What is known of a task survives the report of a record that nobody could read."""
    known, nameless = make_entry(State.DISCOVERED), make_entry(State.QUARANTINED, task=None)

    for batch in [[known, nameless]] if together else [[known], [nameless]]:
        await report(sink, *batch)

    assert sink.only()["state"] == "quarantined"
    assert sink.only()["url"] == "https://ajil.example/a"
    assert sink.only()["discovered_at"].startswith(f"{NOON:%Y-%m-%d}")


async def test_a_rejected_report_is_quarantined(sink: MemorySink) -> None:
    """A report that the index refuses is a dead letter of indexing."""
    entry = make_entry(State.INDEXED)
    sink.rejects = {entry.task_id}

    (outcome,) = await report(sink, entry)

    assert isinstance(outcome, Quarantine)
    assert outcome.reason == "rejected_by_index"


@pytest.mark.parametrize("first_seen", ["0002-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "9998-12-31T00:00:00Z"])
async def test_an_impossible_month_gets_no_index(sink: MemorySink, first_seen: str) -> None:
    """Every month is an index, and a cluster holds so many: the article is quarantined, its neighbour is written."""
    far, near = make_enriched(first_seen=first_seen), make_enriched(article_id="0" * 32)

    outcomes = await index(sink, far, near)

    assert [type(outcome) for outcome in outcomes] == [Quarantine, Settle]
    assert [document.id for document in sink.held.values()] == ["0" * 32]
