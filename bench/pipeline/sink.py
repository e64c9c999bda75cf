"""Our bulk writer against the client's own bulk helper: the same documents, turn and turn about, in one run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Any

from elasticsearch import AsyncElasticsearch
from elasticsearch.helpers import async_bulk

from marsad.errors import MarsadError
from marsad.indexing.service import ARTICLES
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.search.sink import Document, Fate, Sink
from marsad.settings import Settings

ROUNDS = 7  # the first one of each is not counted
MOST = 1_000  # documents of one round

Sources = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Rates:
    """Documents a second of each round, and processor seconds of this process in all of them."""

    documents: int
    ours: tuple[float, ...]
    helper: tuple[float, ...]
    ours_cpu_s: float
    helper_cpu_s: float

    @property
    def ratio(self) -> float:
        """Ours against the helper's: the median of the rounds, each against its neighbour in time."""
        return median(ours / helper for ours, helper in zip(self.ours, self.helper, strict=True))


async def rates(own: Settings) -> Rates:
    """Write the articles that a run has left behind again, each round into an index of its own."""
    names = Names.of(own)
    timed: dict[str, list[tuple[float, float]]] = {"ours": [], "helper": []}
    async with connect(own) as client:
        answer = await client.search(index=names.news, size=MOST)
        sources: Sources = {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}
        for number in range(ROUNDS):
            for name, write in (("ours", _ours), ("helper", _helper)):
                index = f"{names.prefix}news-v1-19{number:02}.{1 + (name == 'ours'):02}"
                await client.indices.create(index=index)
                cpu, wall = process_time(), perf_counter()
                await write(client, index, sources)
                timed[name].append((len(sources) / (perf_counter() - wall), process_time() - cpu))
                await client.indices.delete(index=index)
    ours, helper = timed["ours"][1:], timed["helper"][1:]
    return Rates(
        len(sources),
        tuple(rate for rate, _ in ours),
        tuple(rate for rate, _ in helper),
        sum(cpu for _, cpu in ours),
        sum(cpu for _, cpu in helper),
    )


async def _ours(client: AsyncElasticsearch, index: str, sources: Sources) -> None:
    documents = [Document(index, key, 1, source) for key, source in sources.items()]
    sink = Sink(client)
    for start in range(0, len(documents), ARTICLES):
        results = await sink.write(documents[start : start + ARTICLES])
        _require(sum(result.fate is Fate.WRITTEN for result in results), len(results))


async def _helper(client: AsyncElasticsearch, index: str, sources: Sources) -> None:
    actions: Sequence[dict[str, Any]] = [
        {"_op_type": "index", "_index": index, "_id": key, "version": 1, "version_type": "external", "_source": source}
        for key, source in sources.items()
    ]
    written, _ = await async_bulk(client, actions, chunk_size=ARTICLES)
    _require(written, len(actions))


def _require(written: int, expected: int) -> None:
    if written != expected:
        raise MarsadError(f"{written} of {expected} documents were written; both ways must write all")
