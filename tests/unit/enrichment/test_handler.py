"""Tests of how articles pass enrichment."""

import pytest

from marsad.contracts.articles import ArticleEnriched, ArticleRevised
from marsad.enrichment.handler import EnrichmentHandler
from marsad.enrichment.runner import Enriched, enrich
from marsad.errors import WorkerDied
from marsad.streaming.outcome import Emit, Outcome, Quarantine
from support.payloads import make_event, make_revised


async def in_process(article: ArticleRevised) -> Enriched:
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

    async def unexpected(_: ArticleRevised) -> Enriched:
        pytest.fail("no worker is needed")

    (outcome,) = await EnrichmentHandler(unexpected)([make_event(make_revised("", withdrawn=True))])

    assert enriched(outcome).enrichment == {}


async def test_an_article_that_kills_its_worker_is_quarantined() -> None:
    """The others of the batch go on."""
    bad = make_revised("سيئ")

    async def dies(article: ArticleRevised) -> Enriched:
        if article == bad:
            raise WorkerDied("signal 9")
        return enrich(article)

    first, second = await EnrichmentHandler(dies)([make_event(bad), make_event(make_revised("نص"))])

    assert first == Quarantine("enrichment_failed", "signal 9")
    assert enriched(second).text == "نص"
