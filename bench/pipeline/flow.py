"""How fast pages become searchable, and what that costs: records on `pages.fetched`, services warm, all at once."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from elasticsearch import AsyncElasticsearch

from bench.pipeline.copies import copies, fetched
from bench.pipeline.documents import Document
from bench.pipeline.usage import Usage, usage_of
from marsad.contracts.codec import Wire
from marsad.errors import MarsadError, SearchUnavailable
from marsad.provisioning import set_up
from marsad.search.client import connect, mapped
from marsad.search.names import Names
from marsad.settings import Settings, as_environment
from marsad.streaming.outbox import Outbox
from marsad.supervisor import Supervisor

DOWNSTREAM = ("extraction", "revisions", "enrichment", "indexing")
WARM = 100  # documents that go through first and are not counted
IDLE_S = 10.0  # after them nothing is done for so long, and what that costs is measured
JOIN_S = 8.0  # for a second copy to get its share of the partitions
LIMIT_S = 600.0
LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Flow:
    """One run.

    Attributes:
        pages: records written.
        articles: documents that could be found in the end; the others are pages that are no articles.
        span_s: from the first record written to the last document found.
        spent: processor seconds within the span, by service, workers included.
        workers: the part of `spent` that worker processes used.
        idle: processor seconds that each service uses in one second of doing nothing.
        memory: bytes at the end, by service: of its own (unique set size), workers included.
    """

    pages: int
    articles: int
    span_s: float
    spent: Mapping[str, float]
    workers: Mapping[str, float]
    idle: Mapping[str, float]
    memory: Mapping[str, int]

    @property
    def rate(self) -> float:
        """Articles a second."""
        return self.articles / self.span_s

    def each_ms(self, service: str) -> float:
        """Return processor milliseconds for one page, what idling would have used included."""
        return 1_000 * self.spent[service] / self.pages

    def idle_ms(self, service: str) -> float:
        """Return the part of `each_ms` that idling would have used in the same time."""
        return 1_000 * self.idle[service] * self.span_s / self.pages


async def flow(own: Settings, logs: Path, documents: Sequence[Document], pages: int, *, each: int = 1) -> Flow:
    """Run `each` copies of the four services over so many pages. Raises MarsadError where one ends by itself."""
    await set_up(own)
    before_all = [fetched(one) for one in copies(documents, WARM, "warm")]
    wires = [fetched(one) for one in copies(documents, pages, "flow")]
    async with _running(own, logs, each) as running, connect(own) as client:
        if each > 1:
            await asyncio.sleep(JOIN_S)
        known = await _through(own, client, running, before_all, 0)
        idle_before = running.usage()
        await asyncio.sleep(IDLE_S)
        before = running.usage()
        started = perf_counter()
        articles = await _through(own, client, running, wires, WARM) - known
        span_s = perf_counter() - started
        after = running.usage()
    return Flow(
        pages,
        articles,
        span_s,
        {name: after[name].cpu_s - before[name].cpu_s for name in DOWNSTREAM},
        {name: after[name].workers_s - before[name].workers_s for name in DOWNSTREAM},
        {name: (before[name].cpu_s - idle_before[name].cpu_s) / IDLE_S for name in DOWNSTREAM},
        {name: after[name].memory for name in DOWNSTREAM},
    )


@dataclass(frozen=True, slots=True)
class _Running:
    supervisors: tuple[Supervisor, ...]

    def usage(self) -> dict[str, Usage]:
        """Return the usage of each service, its copies together."""
        each = [usage_of({name: one.pid(name) for name in DOWNSTREAM}) for one in self.supervisors]
        return {name: sum((one[name] for one in each), Usage(0, 0, 0)) for name in DOWNSTREAM}

    def check(self) -> None:
        """Raise MarsadError where a service has ended."""
        if dead := [name for one in self.supervisors for name in one.watch()]:
            raise MarsadError(f"{', '.join(dead)} ended by itself; its log says why")


@asynccontextmanager
async def _running(own: Settings, logs: Path, each: int) -> AsyncIterator[_Running]:
    supervisors = tuple(Supervisor(DOWNSTREAM, as_environment(own), logs=logs / str(copy)) for copy in range(each))
    try:
        for one in supervisors:
            one.__enter__()
        yield _Running(supervisors)
    finally:
        await asyncio.gather(*(asyncio.to_thread(one.stop) for one in supervisors))


async def _through(
    own: Settings, client: AsyncElasticsearch, running: _Running, wires: Iterable[Wire], ended_before: int
) -> int:
    """Write records; return how many articles there are when each task has ended and each article can be found."""
    names = Names.of(own)
    sent = list(wires)
    outbox = Outbox(own)
    await outbox.start()
    try:
        await outbox.deliver(sent)
    finally:
        await outbox.stop()
    limit = perf_counter() + LIMIT_S
    while perf_counter() < limit:
        await asyncio.sleep(LOOK_EVERY_S)
        running.check()
        with suppress(SearchUnavailable), mapped("counting"):  # shards that were made a moment ago, on a busy machine
            found = await _found(client, names, ended_before + len(sent))
            if found is not None:
                return found
    raise MarsadError(f"not all of {len(sent)} pages have ended within {LIMIT_S:.0f} s; the services' logs say why")


async def _found(client: AsyncElasticsearch, names: Names, tasks: int) -> int | None:
    """Return the number of articles once so many tasks have ended and all articles can be found; else None.

    What is found is what Elasticsearch has refreshed by itself.
    """
    ended = await client.count(index=names.ledger, query={"term": {"terminal": True}})
    if ended["count"] != tasks:
        return None
    indexed = await client.count(index=names.ledger, query={"term": {"state": "indexed"}})
    found = await client.count(index=names.news, ignore_unavailable=True)
    return int(found["count"]) if found["count"] == indexed["count"] else None
