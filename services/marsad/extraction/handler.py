"""Decides batches of `pages.fetched`: an article, no article, a known article that is gone, another page's twin."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from marsad.contracts.articles import ArticleExtracted
from marsad.contracts.codec import Event, Record
from marsad.contracts.ids import derive
from marsad.contracts.model import Task
from marsad.contracts.pages import PageFetched
from marsad.contracts.states import State
from marsad.contracts.urls import UrlFound
from marsad.errors import StageError
from marsad.extraction.result import Extraction
from marsad.extraction.worker import Page
from marsad.streaming.outcome import Clock, Emit, Outcome, Quarantine, Settle
from marsad.telemetry import bind
from marsad.urls import clean, key_of, page_id

SERVICE = "extraction"
GONE = frozenset({404, 410})
WALL = "wall"  # a captcha or consent page: they keep us out, whatever their status says


class ExtractionHandler:
    """Sends pages to the workers and reads what they found."""

    def __init__(self, extract: Callable[[Page], Awaitable[Extraction]], clock: Clock, *, generation: int = 0) -> None:
        self._extract = extract
        self._clock = clock
        self._generation = generation

    async def __call__(self, events: Sequence[Event[PageFetched]]) -> Sequence[Outcome]:
        """Return an outcome for each."""
        return await asyncio.gather(*(self._decide(event) for event in events))

    async def _decide(self, event: Event[PageFetched]) -> Outcome:
        page = self._read_by_this_code(event.data)
        try:
            clean(page.final_url)
        except ValueError as error:  # fetching never asked that
            return Quarantine("bad_url", str(error))
        bind(task_id=page.task.task_id, article_id=page.page_id)  # this event's own asyncio task
        if page.status in GONE:
            return _emit(page, withdrawn(page))
        try:
            found = await self._extract(Page(event.body, page.final_url, page.content_type, page.fetched_at))
        except StageError as error:
            return Quarantine("extraction_failed", str(error))
        if found.state == "not_article":
            state = State.BLOCKED if found.reason == WALL else State.NOT_ARTICLE
            return Settle(state, found.reason or "no_text", page.task, article_id=page.page_id)
        if canonical := _other_home(page, found):
            return self._duplicate(event.envelope.id, page, canonical)
        return _emit(page, article(page, found))

    def _read_by_this_code(self, page: PageFetched) -> PageFetched:
        """Return the page with this code's generation: its task may have begun before an operator raised it."""
        if page.task.generation >= self._generation:
            return page
        return page.model_copy(update={"task": page.task.model_copy(update={"generation": self._generation})})

    def _duplicate(self, cause: str, page: PageFetched, canonical: str) -> Settle:
        found = UrlFound(url=canonical, found_in="page", found_at=self._clock(), referrer=page.final_url)
        task_id = derive("task", cause, canonical)
        record = Record("urls.found", key_of(canonical), found, task_id=task_id, part=canonical)
        return Settle(State.DUPLICATE, "canonical", page.task, canonical, page_id(canonical), (record,))


def article(page: PageFetched, found: Extraction) -> ArticleExtracted:
    """Return what a page and its extraction say together."""
    return ArticleExtracted(
        **_identity(page),
        canonical_url=found.canonical_url,
        outlet=found.outlet or page.task.outlet,
        site_name=found.site_name,
        title=found.title,
        lead=found.lead,
        text=found.text,
        authors=found.authors,
        section=found.section,
        tags=found.tags,
        published=found.published,
        published_precision=found.published_precision,
        modified=found.modified,
        language=found.language,
        credit=found.credit,
        image=found.image,
        content_hash=derive(found.title, found.lead or "", found.text),
    )


def withdrawn(page: PageFetched) -> ArticleExtracted:
    """Return the article of a page that is gone."""
    return ArticleExtracted(**_identity(page), outlet=page.task.outlet, content_hash=derive("", "", ""), withdrawn=True)


def _identity(page: PageFetched) -> dict[str, object]:
    url = clean(page.final_url)
    return {
        "task": _with_alias(page.task, url),
        "article_id": page.page_id,
        "url": url,
        "fetched_at": page.fetched_at,
        "body_hash": page.body_hash,
    }


def _with_alias(task: Task, url: str) -> Task:
    if task.url == url or task.url in task.aliases:
        return task
    return task.model_copy(update={"aliases": (task.url, *task.aliases)})


def _other_home(page: PageFetched, found: Extraction) -> str | None:
    """Return the same-site canonical URL of another page, if the page names one.

    A page stays where it is if it was itself found as a canonical URL, or if that URL led here: two pages that name
    each other, or a canonical URL that redirects back, would otherwise leave the article nowhere.
    """
    canonical = found.canonical_url
    if not canonical or page.task.found_in == "page":
        return None
    try:
        canonical = clean(canonical)
        same_site = key_of(canonical) == key_of(page.final_url)
        here = {page.page_id, *map(page_id, (page.task.url, *page.task.aliases))}
        other = page_id(canonical) not in here
    except ValueError:
        return None
    is_front = urlsplit(canonical).path in ("", "/") and not urlsplit(canonical).query
    return canonical if same_site and other and not is_front else None


def _emit(page: PageFetched, payload: ArticleExtracted) -> Emit:
    return Emit((Record("articles.extracted", payload.article_id, payload, task_id=page.task.task_id),))
