"""How long an article takes at half load: URLs handed in at an even rate, the index asked all the time what is there.

An article counts as searchable when a search has returned it. Nothing is refreshed on purpose, so the wait for
Elasticsearch's own refresh is in the figure, and so is the wait for the next look (LOOK_EVERY_S at most).
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, inf
from pathlib import Path
from typing import Any

from bench.pipeline.copies import copies
from bench.pipeline.documents import Document
from bench.pipeline.own import settings_of
from bench.pipeline.usage import usage_of
from bench.pipeline.web import served, write_outlet_files
from marsad.contracts.codec import Record
from marsad.contracts.topics import SERVICES
from marsad.contracts.urls import UrlFound
from marsad.errors import SearchUnavailable
from marsad.localstack import Endpoints
from marsad.provisioning import set_up
from marsad.search.client import connect, mapped
from marsad.search.names import Names
from marsad.settings import Settings, as_environment
from marsad.streaming.outbox import Outbox
from marsad.streaming.publish import publish
from marsad.supervisor import Supervisor
from marsad.urls import key_of

WARM, WARM_S = 100, 25.0  # documents that go first, and how long they may take
FED_S = 60.0
LAST_S = 20.0  # after the last one was handed in
LOOK_EVERY_S = 0.1
WINDOW = timedelta(seconds=60)  # an article that takes longer is late, and counts as not found


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from discovered to found by a search, of each article that was; and what the services used meanwhile."""

    rate: float
    handed_in: int
    seconds: tuple[float, ...]
    spent: Mapping[str, float]
    memory: Mapping[str, int]

    def percentile(self, percent: int) -> float:
        """Return the seconds that so many percent of the articles stayed within; endless where some never came."""
        lost = [inf] * (self.handed_in - len(self.seconds))
        return sorted((*self.seconds, *lost))[ceil(percent / 100 * self.handed_in) - 1]


async def latency(
    endpoints: Endpoints, folder: Path, logs: Path, documents: Sequence[Document], rate: float
) -> Latency:
    """Feed the whole chain at `rate` URLs a second for FED_S seconds."""
    warm, fed = copies(documents, WARM, "warm"), copies(documents, int(rate * FED_S), "fed")
    found: dict[str, float] = {}
    async with served([*warm, *fed]) as urls:
        outlets_dir = write_outlet_files(folder / "latency-outlets", [*warm, *fed], urls)
        own = settings_of("latency", endpoints, folder, outlets_dirs=(outlets_dir,), builtin_outlets=False)
        await set_up(own)
        services = Supervisor(SERVICES, as_environment(own), logs=logs)
        try:
            services.__enter__()
            await _feed(own, [urls[one.name] for one in warm], WARM / WARM_S)
            before = usage_of({name: services.pid(name) for name in SERVICES})
            looking = asyncio.create_task(_look(own, datetime.now(UTC), found))
            await _feed(own, [urls[one.name] for one in fed], rate)
            after = usage_of({name: services.pid(name) for name in SERVICES})
            await asyncio.sleep(LAST_S)
            looking.cancel()
        finally:
            await asyncio.to_thread(services.stop)
    spent = {name: after[name].cpu_s - before[name].cpu_s for name in SERVICES}
    memory = {name: after[name].memory for name in SERVICES}
    return Latency(rate, len(fed), tuple(found.values()), spent, memory)


async def _feed(own: Settings, urls: Sequence[str], rate: float) -> None:
    """Hand URLs in, one after the other, evenly."""
    outbox, loop = Outbox(own), asyncio.get_running_loop()
    await outbox.start()
    try:
        started = loop.time()
        for number, url in enumerate(urls):
            await asyncio.sleep(started + number / rate - loop.time())
            found = UrlFound(url=url, found_in="submitted", found_at=datetime.now(UTC))
            await publish(outbox, "submit", [Record("urls.found", key_of(url), found)], url)
    finally:
        await outbox.stop()


async def _look(own: Settings, since: datetime, found: dict[str, float]) -> None:
    """Ask for articles discovered from then on, again and again; note how old each was when it was first seen."""
    names = Names.of(own)
    async with connect(own) as client:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            oldest = max(since, datetime.now(UTC) - WINDOW).isoformat()
            with suppress(SearchUnavailable), mapped("looking"):  # shards that were made a moment ago
                answer = await client.search(
                    index=names.news,
                    ignore_unavailable=True,
                    size=10_000,
                    query={"range": {"discovered_at": {"gte": oldest}}},
                    source_includes=["discovered_at"],
                )
                _note(answer["hits"]["hits"], found)


def _note(hits: Sequence[Mapping[str, Any]], found: dict[str, float]) -> None:
    now = datetime.now(UTC)
    for hit in hits:
        at = datetime.fromisoformat(hit["_source"]["discovered_at"])
        found.setdefault(hit["_id"], (now - at).total_seconds())
