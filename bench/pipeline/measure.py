"""One measurement: all documents handed over at once, watched until each has ended, then searched."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.pipeline.documents import Document, own_sentences
from bench.pipeline.own import settings_of
from bench.pipeline.usage import Usage, usage_of
from bench.pipeline.web import served, write_outlet_files
from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES
from marsad.demo.sight import Sight, look
from marsad.discovery.submission import hand_over
from marsad.errors import MarsadError, SearchUnavailable
from marsad.localstack import Endpoints
from marsad.provisioning import set_up
from marsad.search import queries
from marsad.search.client import connect
from marsad.search.counts import Ended
from marsad.search.names import Names
from marsad.search.queries import Query
from marsad.settings import Settings, as_environment
from marsad.supervisor import Supervisor
from marsad.urls import page_id

WARM_UP = Document(
    "warm-up",
    "warm-up",
    None,
    b"<html lang='en'><head><title>Warm-up</title><meta property='og:type' content='article'></head><body><article>"
    b"<h1>Warm-up</h1><p>A page of our own that goes all the way first, so that no document waits for a service to "
    b"start. It is not counted among the documents, and nobody searches for it.</p></article></body></html>",
    "",
    "en",
)
LIMIT_S = 300.0
LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document.

    Attributes:
        document: which.
        task: how it ended; None where it did not.
        latency_s: from handed on to acknowledged by Elasticsearch; None where it was not indexed.
        tries: sentences searched until it was the first hit; 0 where it never was.
    """

    document: Document
    task: Ended | None
    latency_s: float | None
    tries: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The measurement. Spans in seconds; usage by service, before the documents and in all."""

    outcomes: tuple[Outcome, ...]
    span_s: float
    before: Mapping[str, Usage]
    after: Mapping[str, Usage]


async def measure(endpoints: Endpoints, folder: Path, logs: Path, documents: Sequence[Document]) -> Measured:
    """Run the chain over the documents. Raises MarsadError, also where a service ends by itself."""
    async with served([*documents, WARM_UP]) as urls:
        outlets_dir = write_outlet_files(folder / "outlets", documents, urls)
        own = settings_of("chain", endpoints, folder, outlets_dirs=(outlets_dir,), builtin_outlets=False)
        await set_up(own)
        services = Supervisor(SERVICES, as_environment(own), logs=logs)
        try:
            for name in SERVICES:
                services.start(name)
            await _through(own, services, [urls[WARM_UP.name]])
            before = usage_of({name: services.pid(name) for name in SERVICES})
            sight = await _through(own, services, [urls[document.name] for document in documents])
            ended = datetime.now(UTC)
            after = usage_of({name: services.pid(name) for name in SERVICES})
            tries = await _search(own, documents, urls)
        finally:
            await asyncio.to_thread(services.stop)
    outcomes = tuple(_outcome(document, urls[document.name], sight, tries[document.name]) for document in documents)
    first = [
        sight.articles[page_id(urls[one.document.name])]["fetched_at"] for one in outcomes if one.latency_s is not None
    ]
    span_s = (ended - min(map(datetime.fromisoformat, first))).total_seconds() if first else 0.0
    return Measured(outcomes, span_s, before, after)


async def _through(own: Settings, services: Supervisor, urls: Sequence[str]) -> Sight:
    """Hand URLs over; return the first look at which each has ended, or the last one at the limit."""
    loop = asyncio.get_running_loop()
    limit = loop.time() + LIMIT_S
    tasks = {one.task_id for one in await hand_over(own, urls)}
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if dead := services.watch():
            raise MarsadError(f"{', '.join(dead)} ended by itself; its log says why")
        try:
            sight = await look(own, [page_id(url) for url in urls])
        except SearchUnavailable:  # shards that were made a moment ago, on a busy machine
            if loop.time() > limit:
                raise
            continue
        if tasks <= {task.task_id for task in sight.ended} or loop.time() > limit:
            return sight


async def _search(own: Settings, documents: Sequence[Document], urls: Mapping[str, str]) -> dict[str, int]:
    """Return, by document, how many of its own sentences were searched until it was the first hit; 0 for never."""
    names, sentences = Names.of(own), own_sentences(documents)
    tries = dict.fromkeys(urls, 0)
    async with connect(own) as client:
        for document in documents:
            for number, sentence in enumerate(sentences[document.name], 1):
                phrase = '"{}"'.format(sentence.translate(dict.fromkeys(map(ord, '"«»“”'), " ")))
                found = await queries.search(client, names, Query(phrase, limit=1))
                if found.hits and found.hits[0].article_id == page_id(urls[document.name]):
                    tries[document.name] = number
                    break
    return tries


def _outcome(document: Document, url: str, sight: Sight, tries: int) -> Outcome:
    task = next((task for task in sight.ended if task.url == url), None)
    article = sight.articles.get(page_id(url))
    latency_s = None
    if task is not None and task.state is State.INDEXED and article is not None:
        at = datetime.fromisoformat(task.at)
        latency_s = (at - datetime.fromisoformat(article["discovered_at"])).total_seconds()
    return Outcome(document, task, latency_s, tries)
