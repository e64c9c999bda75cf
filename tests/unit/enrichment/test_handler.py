"""Tests of how articles pass enrichment."""

import pytest

from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.codec import to_json
from marsad.enrichment.article import Article, PlainArticle
from marsad.enrichment.handler import EnrichmentHandler
from marsad.enrichment.runner import Enriched, enrich
from marsad.errors import WorkerDied
from marsad.streaming.outcome import Emit, Outcome, Quarantine
from support.payloads import make_event, make_revised


async def in_process(article: Article) -> Enriched:
    """Enrich without a worker."""
    return enrich(article)


def enriched(outcome: Outcome) -> ArticleEnriched:
    """Return the article that goes on; no other outcome will do."""
    assert isinstance(outcome, Emit)
    (record,) = outcome.records
    assert isinstance(record.data, ArticleEnriched)
    return record.data


async def test_an_article_goes_on_with_every_stage() -> None:
    """Each stage's fields and its time are in the payload, and all that came in is still there."""
    article = make_revised("قال متحدث باسم البلدية في عمّان إن أعمال الصيانة ستبدأ يوم الأحد المقبل وتستمر شهرا.")

    (outcome,) = await EnrichmentHandler(in_process)([make_event(article)])

    payload = enriched(outcome)
    assert set(payload.processing.stages_ms) == set(payload.enrichment)
    assert payload.processing.failures == ()
    assert dict(payload).items() >= {**dict(article)}.items()


async def test_a_withdrawn_article_needs_no_worker() -> None:
    """There is no text to look at; the retraction goes on."""

    async def unexpected(_: Article) -> Enriched:
        pytest.fail("no worker is needed")

    (outcome,) = await EnrichmentHandler(unexpected)([make_event(make_revised("", withdrawn=True))])

    assert enriched(outcome).enrichment == {}


async def test_an_article_that_kills_its_worker_is_quarantined() -> None:
    """The others of the batch go on."""
    bad = make_revised("سيئ")

    async def dies(article: Article) -> Enriched:
        if article.text == bad.text:
            raise WorkerDied("signal 9")
        return enrich(article)

    first, second = await EnrichmentHandler(dies)([make_event(bad), make_event(make_revised("نص"))])

    assert first == Quarantine("enrichment_failed", "signal 9")
    assert enriched(second).text == "نص"


async def test_a_worker_gets_what_stages_read_and_no_more() -> None:
    """Every field of it is the article's; tasks, times and hashes stay behind."""
    article = make_revised("نص", outlet="sada", language="ar", credit="وكالة")
    given: list[Article] = []

    async def look(plain: Article) -> Enriched:
        given.append(plain)
        return enrich(plain)

    await EnrichmentHandler(look)([make_event(article)])

    assert given == [PlainArticle(**{name: getattr(article, name) for name in PlainArticle.__dataclass_fields__})]


async def test_fields_of_a_newer_writer_go_on() -> None:
    """What this version does not know is kept and written through, as the contracts promise."""
    article = make_revised("نص").model_copy(update={"mood": "calm"})

    (outcome,) = await EnrichmentHandler(in_process)([make_event(article)])

    assert b'"mood":"calm"' in to_json(enriched(outcome))
