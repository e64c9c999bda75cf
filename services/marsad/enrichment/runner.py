"""Run all stages over one article, inside a worker process."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from marsad.contracts.articles import StageFailure
from marsad.enrichment.article import Article, Document, Fields, PlainArticle, Stage
from marsad.enrichment.registry import stages

__all__ = ["Enriched", "enrich", "run", "warm_up"]

MAX_NAME = 200  # characters of an exception's type, as in the contract
MAX_MESSAGE = 500  # of its text: it may quote the article


@dataclass(frozen=True, slots=True)
class Enriched:
    """What the stages made of one article.

    Attributes:
        enrichment: JSON values by stage name; a stage that failed is missing.
        stages_ms: milliseconds by stage name, failed ones included.
        failures: stages that raised, in order.
    """

    enrichment: dict[str, Any]
    stages_ms: dict[str, float]
    failures: tuple[StageFailure, ...]


def enrich(article: Article) -> Enriched:
    """Run the registered stages in order. Raises nothing that a stage raises."""
    return run(stages(), article)


def run(chain: Sequence[Stage], article: Article) -> Enriched:
    """Run these stages in order; one that raises leaves its fields out and is named among the failures."""
    found: dict[type[Fields], Fields] = {}
    enrichment: dict[str, Any] = {}
    stages_ms: dict[str, float] = {}
    failures: list[StageFailure] = []
    for stage in chain:
        started = perf_counter()
        try:
            fields = stage.apply(Document(article, dict(found)))
            enrichment[stage.name] = fields.model_dump(mode="json")
            found[type(fields)] = fields
        except Exception as error:  # noqa: BLE001 - whatever a stage raises is its failure, not the article's
            failures.append(_failure(stage.name, error))
        stages_ms[stage.name] = round((perf_counter() - started) * 1000, 3)
    return Enriched(enrichment, stages_ms, tuple(failures))


def warm_up() -> None:
    """Load what the stages need and run each once, before the first article's deadline starts."""
    for text in (
        "أعلنت الوزارة في القاهرة اليوم نتائج المشاورات.",
        "The ministry announced the results in Cairo today.",
    ):
        enrich(PlainArticle(title=text, text=f"{text}\n" * 3))


def _failure(stage: str, error: Exception) -> StageFailure:
    message = str(error).encode("utf-8", "replace").decode()[:MAX_MESSAGE]
    return StageFailure(stage=stage, error=type(error).__name__[:MAX_NAME], message=message)
