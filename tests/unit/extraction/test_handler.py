"""Tests of what becomes of a page."""

from typing import Any

import pytest

from marsad.contracts.articles import ArticleExtracted
from marsad.contracts.model import Task
from marsad.contracts.states import State
from marsad.contracts.urls import UrlFound
from marsad.errors import WorkerTimeout
from marsad.extraction.handler import ExtractionHandler
from marsad.extraction.result import Extraction
from marsad.extraction.worker import Page
from marsad.streaming.outcome import Emit, Outcome, Quarantine, Settle
from marsad.urls import page_id
from support.payloads import NOON, make_event, make_page, make_task

URL = "https://ajil.example/a"


async def decide(found: Extraction | Exception, **fields: Any) -> Outcome:
    """Return the outcome of a page whose worker answers so."""

    async def answer(page: Page) -> Extraction:
        assert page.url == fields.get("final_url", URL)
        if isinstance(found, Exception):
            raise found
        return found

    page = make_page(**{"page_id": page_id(fields.get("final_url", URL)), **fields})
    (outcome,) = await ExtractionHandler(answer, lambda: NOON)([make_event(page, body=b"<html>")])
    return outcome


def found(**fields: Any) -> Extraction:
    """Return what a worker finds on a page with one article."""
    return Extraction(state="article", title="عنوان", text="نص الخبر.", **fields)


def article(outcome: Outcome) -> ArticleExtracted:
    """Return the article that goes on; no other outcome will do."""
    assert isinstance(outcome, Emit)
    (record,) = outcome.records
    assert isinstance(record.data, ArticleExtracted)
    assert record.key == record.data.article_id
    return record.data


async def test_an_article_goes_on_with_what_was_found() -> None:
    """Headline, text and hashes are in the payload, under the page's id."""
    payload = article(await decide(found(credit="تاس")))

    assert (payload.title, payload.text, payload.credit) == ("عنوان", "نص الخبر.", "تاس")
    assert payload.article_id == page_id(URL)
    assert not payload.withdrawn


async def test_the_content_hash_is_of_the_text_alone() -> None:
    """Two fetches of one text share it though their bytes differ; another headline does not."""
    first = article(await decide(found(), body_hash="0" * 32))
    second = article(await decide(found(), body_hash="1" * 32))

    assert first.content_hash == second.content_hash
    assert article(await decide(found(lead="مقدمة"))).content_hash != first.content_hash


async def test_a_short_link_stays_an_alias() -> None:
    """The URL that was found is kept beside the one that it led to."""
    payload = article(await decide(found(), task=make_task(url="https://r.ajil.example/s4")))

    assert payload.task.aliases == ("https://r.ajil.example/s4",)
    assert payload.url == URL


async def test_what_is_no_article_ends() -> None:
    """The extractor's reason is the ledger's."""
    outcome = await decide(Extraction(state="not_article", reason="listing"))

    assert isinstance(outcome, Settle)
    assert (outcome.state, outcome.reason) == (State.NOT_ARTICLE, "listing")


async def test_a_wall_is_a_block() -> None:
    """A captcha or consent page comes with status 200, and keeps us out all the same."""
    outcome = await decide(Extraction(state="not_article", reason="wall"))

    assert isinstance(outcome, Settle)
    assert (outcome.state, outcome.reason) == (State.BLOCKED, "wall")


@pytest.mark.parametrize("status", [404, 410])
async def test_a_known_page_that_is_gone_is_withdrawn(status: int) -> None:
    """No worker is asked, and the payload says so."""
    payload = article(await decide(AssertionError("no worker is needed"), status=status))

    assert payload.withdrawn
    assert (payload.title, payload.text) == ("", "")


async def test_a_page_that_kills_its_worker_is_quarantined() -> None:
    """The runner keeps its bytes; the partition moves on."""
    assert await decide(WorkerTimeout("killed")) == Quarantine("extraction_failed", "killed")


async def test_another_canonical_page_of_the_site_is_found_instead() -> None:
    """The print version ends as duplicate; the canonical URL is found, under a task of its own."""
    outcome = await decide(found(canonical_url="https://ajil.example/b"))

    assert isinstance(outcome, Settle)
    assert (outcome.state, outcome.reason) == (State.DUPLICATE, "canonical")
    (record,) = outcome.records
    assert isinstance(record.data, UrlFound)
    assert (record.data.url, record.data.found_in) == ("https://ajil.example/b", "page")


@pytest.mark.parametrize(
    "canonical",
    [URL, f"{URL}?utm_source=x", "https://other.example/b", "https://ajil.example/", "https://ajil.example", "no url"],
)
async def test_other_canonicals_are_ignored(canonical: str) -> None:
    """The page itself, another site, a front page and junk are no reason to leave."""
    article(await decide(found(canonical_url=canonical)))


@pytest.mark.parametrize(
    "task",
    [
        make_task(url="https://ajil.example/b"),
        make_task(url="https://r.example/s4", aliases=("https://ajil.example/b",)),
    ],
)
async def test_a_canonical_url_that_led_here_is_no_other_page(task: Task) -> None:
    """`/b` redirects to `/a`, which names `/b` as its home: to leave for it would end nowhere."""
    article(await decide(found(canonical_url="https://ajil.example/b"), task=task))


async def test_pages_that_name_each_other_do_not_circle() -> None:
    """A page that was itself found as a canonical URL stays, whatever it names."""
    article(await decide(found(canonical_url="https://ajil.example/b"), task=make_task(found_in="page")))


@pytest.mark.parametrize(("task", "code", "then"), [(0, 2, 2), (3, 2, 3), (0, 0, 0)])
async def test_the_generation_is_that_of_the_code_that_reads(task: int, code: int, then: int) -> None:
    """A page that was handed on before the operator raised it is read by newer code all the same."""

    async def answer(_: Page) -> Extraction:
        return found()

    page = make_page(task=make_task(generation=task))
    (outcome,) = await ExtractionHandler(answer, lambda: NOON, generation=code)([make_event(page, body=b"<html>")])

    assert article(outcome).task == make_task(generation=then)


@pytest.mark.parametrize("url", ["x", "http://[::1", "javascript:alert(1)"])
async def test_a_page_of_no_url_is_quarantined(url: str) -> None:
    """Fetching never asked that; there is nothing to file the page under."""
    page = make_page(final_url=url)

    async def never(page: Page) -> Extraction:
        raise AssertionError(page)

    (outcome,) = await ExtractionHandler(never, lambda: NOON)([make_event(page)])

    assert isinstance(outcome, Quarantine)
    assert outcome.reason == "bad_url"
