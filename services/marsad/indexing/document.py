"""From an enriched article to the document that Elasticsearch holds: a pure projection onto the mapped fields.

The mapping is `deploy/elasticsearch/news.index.json`, and closed: what is not projected here does not get in. What the
stages found goes in twice: whole and unindexed under `enrichment`, and as flat facets where somebody filters by it.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.model import json_of

__all__ = ["project", "version_of", "withdraw"]

GENERATIONS = 1_000  # a task's generation is below
UNKNOWN = "und"  # ISO 639: undetermined

_NOT_KEPT = {"normalised"}  # the text once more, in the spelling that the analysers make themselves


def version_of(article: ArticleEnriched) -> int:
    """Return the external version: revisions order first, and newer code wins over older within a revision."""
    return article.revision * GENERATIONS + article.task.generation


def project(article: ArticleEnriched) -> dict[str, Any]:
    """Return the document of an article; fields without a value are left out, times are UTC."""
    fields = {
        **_identity(article),
        "title": article.title,
        "lead": article.lead,
        "text": article.text,
        "authors": article.authors,
        "section": article.section,
        "tags": article.tags,
        "image": article.image,
        "published": _utc(article.published),
        "published_precision": article.published_precision,
        "modified": _utc(article.modified),
        "content_hash": article.content_hash,
        **_found(article),
    }
    return {name: value for name, value in fields.items() if value not in (None, "", (), [])}


def withdraw(article: ArticleEnriched, existing: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the document of a withdrawn article: what was known of it, marked; bare where nothing was.

    Args:
        article: the retraction revision; its headline and text are empty.
        existing: the document that the index holds.
    """
    fields = _identity(article) | {"withdrawn_at": _utc(article.fetched_at)}
    if existing is not None and existing.get("withdrawn"):
        fields["withdrawn_at"] = existing.get("withdrawn_at", fields["withdrawn_at"])
    return dict(existing or {}) | {name: value for name, value in fields.items() if value not in (None, ())}


def _identity(article: ArticleEnriched) -> dict[str, Any]:
    """Return what a retraction changes too: who wrote the document, which revision it is, and when."""
    return {
        "article_id": article.article_id,
        "task_id": article.task.task_id,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "aliases": article.task.aliases,
        "outlet": article.outlet,
        "site_name": article.site_name,
        "found_in": article.task.found_in,
        "replays": article.task.replays,
        "discovered_at": _utc(article.task.discovered_at),
        "fetched_at": _utc(article.fetched_at),
        "first_seen": _utc(article.first_seen),
        "revision": article.revision,
        "previous_revision": article.previous_revision,
        "generation": article.task.generation,
        "change": article.change,
        "withdrawn": article.withdrawn,
    }


def _found(article: ArticleEnriched) -> dict[str, Any]:
    """Return what the stages found. A failed stage is missing, so every step down may meet nothing."""
    found = article.enrichment
    credit = _part(found, "credit")
    places = _items(_part(found, "places").get("places"))
    return {
        "language": _text(_part(found, "language").get("code")) or UNKNOWN,
        "declared_language": article.language,
        "credit": _text(credit.get("credit")) or article.credit,
        "sources": _each(source.get("id") for source in _items(credit.get("sources"))),
        "origin": _text(credit.get("origin")),
        "countries": _each(place.get("country") for place in places),  # a city stands for its country too
        "cities": _each(place.get("name") for place in places if place.get("kind") == "city"),
        "enrichment": {stage: fields for stage, fields in found.items() if stage not in _NOT_KEPT},
        "processing": json_of(article.processing),
        "processing_version": article.processing.version,
        "failed_stages": _each(failure.stage for failure in article.processing.failures),
    }


def _part(found: Mapping[str, Any], stage: str) -> Mapping[str, Any]:
    part = found.get(stage)
    return part if isinstance(part, Mapping) else {}


def _items(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _each(values: Iterable[object]) -> list[str]:
    """Return the texts among the values, each once."""
    return list(dict.fromkeys(text for value in values if (text := _text(value))))


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None
