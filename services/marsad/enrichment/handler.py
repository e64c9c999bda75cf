"""Decides batches of `articles.revised`: every article goes on, with what the stages found."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from marsad import __version__
from marsad.contracts.articles import ArticleEnriched, ArticleRevised, Processing
from marsad.contracts.codec import Event, Record
from marsad.contracts.model import grown
from marsad.enrichment.article import Article, PlainArticle
from marsad.enrichment.runner import Enriched
from marsad.errors import StageError
from marsad.streaming.outcome import Emit, Outcome, Quarantine
from marsad.telemetry import bind
from marsad.telemetry.metrics import observe_stages

SERVICE = "enrichment"


class EnrichmentHandler:
    """Sends articles to the workers and adds what they found."""

    def __init__(self, enrich: Callable[[Article], Awaitable[Enriched]]) -> None:
        self._enrich = enrich

    async def __call__(self, events: Sequence[Event[ArticleRevised]]) -> Sequence[Outcome]:
        """Return an outcome for each."""
        return await asyncio.gather(*(self._decide(event.data) for event in events))

    async def _decide(self, article: ArticleRevised) -> Outcome:
        bind(task_id=article.task.task_id, article_id=article.article_id)  # this article's own asyncio task
        if article.withdrawn:  # no text is left to look at
            return _emit(article, {}, Processing(version=__version__, stages_ms={}))
        try:
            found = await self._enrich(_what_stages_read(article))
        except StageError as error:
            return Quarantine("enrichment_failed", str(error))
        observe_stages(found.stages_ms)
        processing = Processing(version=__version__, stages_ms=found.stages_ms, failures=found.failures)
        return _emit(article, found.enrichment, processing)


def _emit(article: ArticleRevised, enrichment: dict[str, object], processing: Processing) -> Emit:
    payload = grown(ArticleEnriched, article, enrichment=enrichment, processing=processing)
    return Emit((Record("articles.enriched", article.article_id, payload, task_id=article.task.task_id),))


def _what_stages_read(article: ArticleRevised) -> PlainArticle:
    """Return the part that a worker needs: less to carry there, and packed faster than the whole model."""
    return PlainArticle(**{name: getattr(article, name) for name in PlainArticle.__dataclass_fields__})
