"""Makers of payloads and events with plausible defaults."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from marsad.contracts.articles import ArticleExtracted, ArticleRevised
from marsad.contracts.codec import Event
from marsad.contracts.envelope import Envelope
from marsad.contracts.ids import derive, hash_bytes
from marsad.contracts.model import Payload, Task
from marsad.contracts.pages import FeedFetched, PageFetched
from marsad.contracts.urls import UrlFound

P = TypeVar("P", bound=Payload)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARTICLE_ID = derive("an article")


def minutes(count: float) -> datetime:
    """Return the time so many minutes after noon."""
    return NOON + timedelta(minutes=count)


def make_event(data: P, *, cause: str = "cause", task_id: str | None = None, body: bytes = b"") -> Event[P]:
    """Return an event that carries this payload."""
    envelope = Envelope(derive(cause), "marsad.test.v1", "/marsad/test", NOON, task_id)
    return Event(data, envelope, body, round(NOON.timestamp() * 1000))


def make_found(url: str, **fields: Any) -> UrlFound:
    """Return a URL that a feed named."""
    return UrlFound.model_validate({"url": url, "found_in": "feed", "found_at": NOON, **fields})


def make_task(name: str = "a task", **fields: Any) -> Task:
    """Return a task whose id derives from its name."""
    given = {"task_id": derive(name), "url": "https://ajil.example/a", "found_in": "feed", "discovered_at": NOON}
    return Task.model_validate({**given, **fields})


def make_page(body: bytes = b"<html></html>", **fields: Any) -> PageFetched:
    """Return a page that was fetched at noon."""
    return PageFetched.model_validate(
        {
            "task": make_task(),
            "page_id": ARTICLE_ID,
            "final_url": "https://ajil.example/a",
            "status": 200,
            "content_type": "text/html; charset=utf-8",
            "fetched_at": NOON,
            "elapsed_ms": 12,
            "body_hash": hash_bytes(body),
            **fields,
        }
    )


def make_feed(**fields: Any) -> FeedFetched:
    """Return a feed that was fetched at noon."""
    given = make_page().model_dump(exclude={"page_id", "robots"})
    task = make_task("a feed", kind="feed", url="https://ajil.example/rss", found_in="schedule")
    return FeedFetched.model_validate({**given, "task": task, "final_url": task.url, **fields})


def make_extracted(text: str = "نص الخبر.", **fields: Any) -> ArticleExtracted:
    """Return an article fetched at noon; its content hash follows from its text."""
    return ArticleExtracted.model_validate(
        {
            "task": make_task(),
            "article_id": ARTICLE_ID,
            "url": "https://ajil.example/a",
            "title": "عنوان",
            "text": text,
            "fetched_at": NOON,
            "body_hash": derive("body", text),
            "content_hash": derive("عنوان", "", text),
            **fields,
        }
    )


def make_withdrawn(**fields: Any) -> ArticleExtracted:
    """Return an article whose page is gone."""
    return make_extracted("", **{"title": "", "withdrawn": True, "content_hash": derive("", "", ""), **fields})


def make_revised(text: str = "نص الخبر.", **fields: Any) -> ArticleRevised:
    """Return the first revision of an article."""
    given = {**dict(make_extracted(text)), "revision": 1, "first_seen": NOON, "change": "first", **fields}
    return ArticleRevised.model_validate(given)
