"""Makers of what indexing reads, with plausible defaults."""

from typing import Any

from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.states import State
from support.payloads import make_revised, make_task, minutes

ENRICHMENT = {
    "language": {"code": "ar", "basis": "detected", "reliable": True},
    "normalised": {"title": "عنوان", "text": "نص الخبر."},
    "sentences": {"count": 1, "spans": [{"start": 0, "end": 9}]},
    "credit": {
        "credit": "رويترز",
        "found_in": "line",
        "sources": [{"id": "reuters", "name": "Reuters"}, {"id": "afp", "name": "AFP"}],
        "origin": "reprint",
    },
    "places": {
        "places": [
            {"kind": "city", "name": "Cairo", "country": "EG", "count": 2, "first": 0, "in_title": False},
            {"kind": "country", "name": "Egypt", "country": "EG", "count": 1, "first": 9, "in_title": False},
            {"kind": "country", "name": "Sudan", "country": "SD", "count": 1, "first": 20, "in_title": False},
            {"kind": "city", "name": "Jerusalem", "country": None, "count": 1, "first": 30, "in_title": True},
        ]
    },
}
PROCESSING = {"version": "0.1.0", "stages_ms": {"language": 0.5}, "failures": []}


def make_enriched(text: str = "نص الخبر.", **fields: Any) -> ArticleEnriched:
    """Return the first revision of an article with what all stages found."""
    given = {**dict(make_revised(text)), "enrichment": ENRICHMENT, "processing": PROCESSING, **fields}
    return ArticleEnriched.model_validate(given)


def make_retraction(**fields: Any) -> ArticleEnriched:
    """Return the retraction of an article, as it comes from enrichment: without text and findings."""
    given = {"title": "", "withdrawn": True, "change": "withdrawn", "revision": 2, "previous_revision": 1}
    return make_enriched("", **{**given, "enrichment": {}, **fields})


def make_entry(state: State, name: str = "a task", **fields: Any) -> LedgerEntry:
    """Return a report, half a minute after its task was handed on."""
    task = make_task(name)
    given = {"task_id": task.task_id, "state": state, "service": "fetching", "at": minutes(0.5), "task": task}
    return LedgerEntry.model_validate({**given, **fields})
