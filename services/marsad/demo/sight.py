"""What can be seen of the system at one moment: offsets, ledger, articles. Nothing is remembered or estimated."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marsad.contracts.states import State
from marsad.search import articles
from marsad.search.client import connect
from marsad.search.counts import Counts, Ended, counts, recent
from marsad.search.names import Names
from marsad.settings import Settings
from marsad.streaming.lag import Lag, lags

MAX_TASKS = 10_000  # what Elasticsearch gives in one answer

Article = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sight:
    """One look.

    Attributes:
        at: seconds of the loop's clock.
        lags: each service's place in each of its topics.
        counts: of the ledger and the index.
        ended: tasks that have ended, the last first.
        articles: the watched articles that are searchable, by id.
    """

    at: float
    lags: tuple[Lag, ...]
    counts: Counts
    ended: tuple[Ended, ...]
    articles: Mapping[str, Article]

    @property
    def revisions(self) -> list[Ended]:
        """The tasks that made a revision searchable, the last first."""
        return [task for task in self.ended if task.state is State.INDEXED]


async def look(own: Settings, ids: Iterable[str]) -> Sight:
    """Look once; what is acknowledged is made visible first. Raises Unavailable.

    Args:
        own: which system.
        ids: of the articles to read whole.
    """
    names = Names.of(own)
    async with connect(own) as client:
        counted = await counts(client, names, fresh=True)
        ended = await recent(client, names, MAX_TASKS)
        whole = await articles.by_id(client, names, ids)
    places = await lags(own)
    return Sight(asyncio.get_running_loop().time(), tuple(places), counted, tuple(ended), whole)
