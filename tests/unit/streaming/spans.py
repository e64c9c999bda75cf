"""Makers of the records that a span holds, as the broker gives them."""

from typing import Any

from marsad.contracts.articles import ArticleEnriched, Processing
from marsad.contracts.codec import Record, encode
from marsad.contracts.ids import derive
from marsad.contracts.model import Payload
from marsad.streaming.effects import RawMessage
from support.payloads import ARTICLE_ID, NOON, make_extracted, make_page, make_revised, make_task, minutes

NOON_MS = round(NOON.timestamp() * 1000)


def fetched(at: float, offset: int, *, page: str = ARTICLE_ID, generation: int = 0, name: str = "") -> RawMessage:
    """Return a page fetched so many minutes after noon."""
    data = make_page(
        page_id=page,
        fetched_at=minutes(at),
        task=make_task(name or f"t{at}", generation=generation),
        body_hash=derive("b"),
    )
    return message("pages.fetched", data, offset, key=page, body=b"<html>")


def revision(
    number: int, offset: int, *, generation: int = 0, topic: str = "articles.revised", **fields: Any
) -> RawMessage:
    """Return a revision of the one article."""
    article = make_revised(revision=number, task=make_task(f"t{number}", generation=generation), **fields)
    if topic == "articles.enriched":
        processing = Processing(version="0.1.0", stages_ms={})
        article = ArticleEnriched(**dict(article), enrichment={"language": {"code": "ar"}}, processing=processing)
    return message(topic, article, offset)


def extracted(at: float, offset: int, *, generation: int = 0) -> RawMessage:
    """Return an article whose page was fetched so many minutes after noon."""
    data = make_extracted(fetched_at=minutes(at), task=make_task(f"t{at}", generation=generation))
    return message("articles.extracted", data, offset)


def message(topic: str, data: Payload, offset: int, *, key: str = ARTICLE_ID, body: bytes | None = None) -> RawMessage:
    """Return a record in partition 1."""
    wire = encode(Record(topic, key, data, body, "0" * 32), cause=f"cause of {offset}", source="test", at=NOON)
    return RawMessage(topic, 1, offset, NOON_MS, wire.key, wire.value, wire.headers)
