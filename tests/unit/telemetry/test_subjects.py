"""Every line that concerns a record names its task, and from pages on its article, whatever goes wrong."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from marsad.contracts.codec import Event, Record
from marsad.contracts.pages import PageFetched
from marsad.contracts.urls import UrlFound
from marsad.errors import SearchUnavailable
from marsad.extraction.handler import ExtractionHandler
from marsad.extraction.result import Extraction
from marsad.extraction.worker import Page
from marsad.streaming.effects import RawMessage
from marsad.streaming.outcome import Emit, Outcome, Quarantine
from marsad.streaming.processor import Processor
from support.payloads import ARTICLE_ID, NOON, make_event, make_extracted, make_found, make_page, make_task
from unit.streaming.doubles import SETTINGS, TASK_ID, MemoryOutbox, make_broken, make_message
from unit.streaming.processing import make_processor, poisoned_by, process, settle_all, three_messages

Lines = Callable[[], list[dict[str, Any]]]


def page_message(offset: int = 0) -> RawMessage:
    """Return a fetched page as the broker gives it."""
    return make_message(make_page(), topic="pages.fetched", offset=offset, body=b"<html></html>")


def quarantine_all(events: Sequence[Event[UrlFound]]) -> list[Outcome]:
    """Take everything for broken."""
    return [Quarantine("odd", "why \u202e not") for _ in events]


def emit_unwritable(events: Sequence[Event[UrlFound]]) -> list[Outcome]:
    """Write what no topic carries."""
    return [Emit((Record("pages.fetched", "k", make_found("http://a")),)) for _ in events]


def emit_large(events: Sequence[Event[UrlFound]]) -> list[Outcome]:
    """Write more than a topic takes."""
    return [Emit((Record("articles.extracted", "k", make_extracted("x" * 10_000)),)) for _ in events]


@pytest.mark.parametrize(
    ("decide", "said"),
    [
        (poisoned_by("/0"), ["handler_error", "quarantined"]),
        (quarantine_all, ["quarantined"]),
        (emit_unwritable, ["unwritable_outcome", "quarantined"]),
        (emit_large, ["output_too_large", "quarantined"]),
    ],
)
async def test_each_failure_names_its_record(decide: Any, said: list[str], lines: Lines) -> None:
    """Task, topic, partition and offset, in every line of the event."""
    await process(decide, [make_message()], MemoryOutbox({"articles.extracted": 5_000}))
    written = lines()

    assert [line["event"] for line in written] == said
    for line in written:
        assert (line["task_id"], line["service"]) == (TASK_ID, "extraction")
        assert (line["topic"], line["partition"], line["offset"]) == ("urls.found", 0, 0)


async def test_in_a_batch_each_culprit_is_named(lines: Lines) -> None:
    """Asked event by event, the lines tell whose they are."""
    await process(poisoned_by("/1", "/2"), three_messages())
    written = lines()

    assert {line["event"] for line in written} == {"handler_error", "quarantined"}
    assert sorted({line["offset"] for line in written}) == [1, 2]
    assert {line["task_id"] for line in written} == {TASK_ID}


async def test_a_record_that_cannot_be_read_names_the_task_of_its_header(lines: Lines) -> None:
    """The payload is lost, the header is not."""
    await process(settle_all, [make_broken(task=TASK_ID.encode())])

    assert [(line["event"], line["task_id"]) for line in lines()] == [("quarantined", TASK_ID)]


async def test_a_held_batch_names_its_first_record_and_their_number(lines: Lines) -> None:
    """An operator sees what waits, and how much."""
    refusals = iter([True, False])

    def away_once(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        if next(refusals):
            raise SearchUnavailable("away")
        return settle_all(events)

    await process(away_once, three_messages())
    (line,) = lines()

    assert (line["event"], line["task_id"], line["offset"], line["records"]) == ("held", TASK_ID, 0, 3)


async def test_from_pages_on_the_article_is_named(lines: Lines) -> None:
    """Its id is the page's."""

    async def broken(_: Sequence[Event[PageFetched]]) -> Sequence[Outcome]:
        raise ZeroDivisionError

    processor = Processor("extraction", broken, MemoryOutbox(), SETTINGS, clock=lambda: NOON)
    await processor.process([page_message()])

    assert {(line["task_id"], line["article_id"]) for line in lines()} == {(TASK_ID, ARTICLE_ID)}


async def test_what_a_library_says_inside_a_handler_names_the_record(lines: Lines) -> None:
    """Lines of strangers' code, too, and none of it sticks to what comes after."""

    async def chatty(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        logging.getLogger("httpx").warning("slow")
        return settle_all(events)

    await make_processor(chatty, MemoryOutbox()).process([make_message(offset=4)])
    logging.getLogger("httpx").warning("idle")
    first, second = lines()

    assert (first["task_id"], first["offset"]) == (TASK_ID, 4)
    assert "task_id" not in second


async def test_pages_that_are_extracted_side_by_side_keep_their_names(lines: Lines) -> None:
    """Each event of a batch has its own task and article, however their steps mix."""
    pages = [
        make_page(task=make_task(f"task {number}"), page_id=make_task(f"page {number}").task_id) for number in range(3)
    ]

    async def extract(_page: Page) -> Extraction:
        for _ in range(3):
            await asyncio.sleep(0)
        logging.getLogger("a.library").warning("empty")
        return Extraction(state="not_article", reason="no_text")

    await ExtractionHandler(extract, lambda: NOON)([make_event(page) for page in pages])

    assert [(line["task_id"], line["article_id"]) for line in lines()] == [
        (page.task.task_id, page.page_id) for page in pages
    ]
