"""Harmed records through the real handlers, without any server: each has one end, and every effect can be written."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import httpx
import pytest

from marsad.contracts.topics import LANES, lane_topic
from marsad.discovery.answers import Answer, parse
from marsad.discovery.backfill import Archive
from marsad.discovery.handler import UrlFoundHandler
from marsad.discovery.polls import Pace
from marsad.discovery.reading import FeedFetchedHandler, Reading
from marsad.enrichment.handler import EnrichmentHandler
from marsad.enrichment.runner import enrich, warm_up
from marsad.errors import StageError
from marsad.extraction.extract import extract
from marsad.extraction.handler import ExtractionHandler
from marsad.extraction.worker import Page
from marsad.indexing.handler import ArticleHandler, LedgerHandler
from marsad.outlets import Outlets
from marsad.revisions.handler import RevisionHandler
from marsad.search.names import Names
from marsad.settings import Settings, Streaming
from marsad.streaming.effects import RawMessage
from marsad.streaming.outcome import Handler
from marsad.streaming.processor import Processor
from support.accounting import Accounts, Entry
from support.fuzzer import SHARES, Fuzzer, message
from support.payloads import NOON
from support.sink import MemorySink
from support.state import MemoryState
from unit.fetching.doubles import Web, make_rig
from unit.streaming.doubles import MemoryOutbox

SEED, BATCH = 20_260_503, 20
ORIGINS = ("http://127.0.0.1:8000", "http://127.0.0.1:8001")
NETWORKS = ("127.0.0.1/32",)
OWN = Settings(streaming=Streaming(backoff_max_s=0.000_1, dead_share_alarm=1))
COUNTS = {
    "urls.found": 700, "urls.discovered": 500, "feeds.fetched": 250, "pages.fetched": 150,
    "articles.extracted": 500, "articles.revised": 150, "articles.enriched": 500, "ledger": 700,
}  # fmt: skip


def noon() -> datetime:
    """Tell the time."""
    return NOON


@cache
def warm() -> None:
    """Load what stages need."""
    warm_up()


async def as_a_worker(function: Callable[[], Any]) -> Any:
    """Return what a worker would: whatever is raised in it comes back as one error."""
    try:
        return function()
    except Exception as error:
        raise StageError(f"{type(error).__name__}: {error}") from error


async def read_feed(answer: Answer) -> Any:
    """Read a feed in this process."""
    return await as_a_worker(lambda: parse(answer))


async def read_page(page: Page) -> Any:
    """Extract a page in this process."""
    kind, at = page.content_type, page.fetched_at
    return await as_a_worker(lambda: extract(page.html, page.url, content_type=kind, fetched_at=at, outlets=Outlets()))


async def add_stages(article: Any) -> Any:
    """Enrich in this process."""
    warm()
    return await as_a_worker(lambda: enrich(article))


def answer(request: httpx.Request) -> httpx.Response:
    """Answer as one site without robots.txt."""
    found = request.url.path != "/robots.txt"
    return httpx.Response(200 if found else 404, headers={"content-type": "text/html"}, content=b"<p>x</p>")


def handler_of(topic: str, sink: MemorySink) -> tuple[str, Handler[Any]]:
    """Return the service that reads a topic, and its handler."""
    seen, names = MemoryState(), Names("fuzz-")
    handlers: dict[str, tuple[str, Callable[[], Handler[Any]]]] = {
        "urls.found": ("discovery", lambda: UrlFoundHandler(seen, Outlets(), revisit_s=1, generation=0, clock=noon)),
        "feeds.fetched": (
            "discovery",
            lambda: FeedFetchedHandler(
                read_feed, MemoryState(), Archive(seen, Outlets(), 1, 0), Reading(Pace(9, 99), 1, 30, websub=True), noon
            ),
        ),
        "urls.discovered": (
            "fetching",
            lambda: make_rig(Web(answer), spacing_s=0, attempts=1, allow_networks=NETWORKS).fetch,
        ),
        "pages.fetched": ("extraction", lambda: ExtractionHandler(read_page, noon)),
        "articles.extracted": ("revisions", lambda: RevisionHandler(seen)),
        "articles.revised": ("enrichment", lambda: EnrichmentHandler(add_stages)),
        "articles.enriched": ("indexing", lambda: ArticleHandler(sink, names)),
        "ledger": ("indexing", lambda: LedgerHandler(sink, names)),
    }
    service, make = handlers[topic]
    return service, make()


async def run(topic: str, count: int, seed: int = SEED) -> tuple[Accounts, list[Entry]]:
    """Send harmed records of a topic through its handler in batches; return what came of them."""
    fuzzer, sink, outbox = Fuzzer(seed, ORIGINS), MemorySink(), MemoryOutbox()
    harmed = [fuzzer.make(topic, number) for number in range(count)]
    messages = [message(topic, one.record, offset) for offset, one in enumerate(harmed)]
    service, handler = handler_of(topic, sink)
    processor = Processor(service, handler, outbox, OWN, clock=noon)
    for start in range(0, count, BATCH):
        async with asyncio.timeout(60):
            await processor.process(messages[start : start + BATCH])
    entries = [Entry((topic, 0, offset), one.kind, one.subject) for offset, one in enumerate(harmed)]
    accounts = Accounts(frozenset())
    accounts.take(RawMessage(wire.topic, 0, 0, 0, wire.key, wire.value, wire.headers) for wire in outbox.sent)
    accounts.documents = {document.id for document in sink.held.values()}
    return accounts, entries


@pytest.mark.parametrize(("topic", "count"), COUNTS.items())
async def test_every_harmed_record_has_one_end(topic: str, count: int) -> None:
    """A dead letter, or what its readable payload leads to; never both, never neither, and none holds up a batch."""
    accounts, entries = await run(topic, count)

    assert accounts.lost(entries) == []
    assert accounts.twice() == {}
    ends = accounts.ends(entries)[topic]
    assert any(end.startswith("dead") for end in ends)
    assert any(not end.startswith("dead") for end in ends)
    assert not any("handler_error" in end or "unwritable" in end for end in ends), ends


def test_every_topic_that_a_service_reads_is_fuzzed() -> None:
    """The lanes carry what `urls.discovered` carries."""
    assert SHARES.keys() == COUNTS.keys() | {lane_topic(lane) for lane in LANES}


async def test_the_same_seed_makes_the_same_records() -> None:
    """A finding can be repeated by its seed, topic and number alone."""
    one, other = (Fuzzer(7, ORIGINS) for _ in range(2))

    assert [one.make("urls.found", number) for number in range(50)] == [other.make("urls.found", n) for n in range(50)]
    assert one.make("urls.found", 1) != one.make("urls.found", 2)
