"""What the parts of the chain cost by themselves: the same functions over the same pages, without any server.

Pages go through the hops in batches as in the services: page by page the stages would cost half as much again, for
extraction would have taken their place in the processor's caches each time. As many processes run as the machine has
cores, for beside a busy neighbour everything takes longer, and so it is in the services. Processor time of the thread
is what counts.
"""

import asyncio
import os
import pickle
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from time import thread_time
from typing import TYPE_CHECKING, Any, TypeVar, cast

from bench.pipeline.copies import fetched
from bench.pipeline.documents import Document
from bench.pipeline.stand_ins import Recorder, Remembered, names
from marsad.contracts.codec import Wire, decode
from marsad.enrichment import runner
from marsad.enrichment.handler import EnrichmentHandler
from marsad.extraction import worker
from marsad.extraction.handler import ExtractionHandler
from marsad.extraction.service import PAGES_PER_WORKER
from marsad.indexing.handler import ArticleHandler, LedgerHandler
from marsad.revisions.handler import RevisionHandler
from marsad.search.bulk import encode_document
from marsad.streaming.effects import RawMessage, effects
from marsad.streaming.processor import now

if TYPE_CHECKING:
    from marsad.streaming.outcome import Handler

T = TypeVar("T")
Part = tuple[str, str]  # service and part
WARM_UP = 20  # pages that are not counted


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor seconds by service and part, over so many pages."""

    seconds: Mapping[Part, float]
    pages: int

    def each_ms(self, service: str, part: str) -> float:
        """Return milliseconds for one page."""
        return 1_000 * self.seconds.get((service, part), 0.0) / self.pages


def costs(documents: Sequence[Document]) -> Costs:
    """Measure with all cores busy."""
    cores = os.cpu_count() or 1
    shares = [documents[number::cores] for number in range(cores)]
    with ProcessPoolExecutor(cores, get_context("spawn")) as pool:
        counted = list(pool.map(_measure, shares))
    parts = {part for one in counted for part in one}
    return Costs({part: sum(one.get(part, 0.0) for one in counted) for part in parts}, len(documents))


def _measure(documents: Sequence[Document]) -> dict[Part, float]:
    worker.prepare()
    runner.warm_up()
    asyncio.run(_Chain().run(documents[:WARM_UP]))
    chain = _Chain()
    asyncio.run(chain.run(documents))
    return dict(chain.seconds)


class _Chain:
    """All hops in one thread, each part timed."""

    def __init__(self) -> None:
        self.seconds: dict[Part, float] = defaultdict(float)
        self._sink = Recorder()
        self._elsewhere_s = 0.0  # within a handler's call, and not its own
        self._handlers: dict[str, tuple[str, Handler[Any]]] = {
            "pages.fetched": ("extraction", ExtractionHandler(self._pool("extraction", worker.work), now)),
            "articles.extracted": ("revisions", RevisionHandler(cast("Any", Remembered()))),
            "articles.revised": ("enrichment", EnrichmentHandler(self._pool("enrichment", runner.enrich))),
            "articles.enriched": ("indexing", ArticleHandler(cast("Any", self._sink), names())),
            "ledger": ("indexing", LedgerHandler(cast("Any", self._sink), names())),
        }

    async def run(self, documents: Sequence[Document]) -> None:
        """Take documents through the chain, batch by batch and hop by hop."""
        for start in range(0, len(documents), PAGES_PER_WORKER):
            waiting = [fetched(document) for document in documents[start : start + PAGES_PER_WORKER]]
            while waiting:
                waiting = [made for wire in waiting for made in await self._hop(wire)]

    async def _hop(self, wire: Wire) -> list[Wire]:
        if wire.topic not in self._handlers:
            return []
        service, handler = self._handlers[wire.topic]
        event = self._timed(service, "decode", lambda: decode(wire.topic, wire.value, wire.headers))
        started, self._elsewhere_s = thread_time(), 0.0
        (outcome,) = await handler([event])
        self.seconds[service, "decide"] += thread_time() - started - self._elsewhere_s
        message = RawMessage(wire.topic, 0, 0, 0, wire.key, wire.value, wire.headers)
        made = self._timed(service, "encode", lambda: effects(service, message, event, outcome, now()))
        for document in self._sink.taken():
            self._timed(service, "serialise", partial(encode_document, document))
        return made

    def _pool(self, service: str, work: Callable[[Any], object]) -> Callable[[object], Awaitable[Any]]:
        """Return what stands for a pool: the work itself, and what it takes to carry the item there and back."""

        async def run(item: object) -> Any:  # noqa: ANN401 - whatever the worker gives
            started = thread_time()
            there = self._timed(service, "carry", lambda: pickle.loads(pickle.dumps(item)))  # noqa: S301 - our own
            result = self._timed(service, "work", lambda: work(there))
            back = self._timed(service, "carry", lambda: pickle.loads(pickle.dumps(result)))  # noqa: S301 - our own
            self._elsewhere_s += thread_time() - started
            return back

        return run

    def _timed(self, service: str, part: str, call: Callable[[], T]) -> T:
        started = thread_time()
        result = call()
        self.seconds[service, part] += thread_time() - started
        return result
