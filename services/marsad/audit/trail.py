"""A task's way through the topics: every record of it, found by key and time rather than by reading all."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from marsad.audit.books import Say
from marsad.audit.hops import Hop, hop_of
from marsad.audit.records import task_of
from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES, dead_topic
from marsad.search.ledger import Report
from marsad.settings import Settings
from marsad.streaming.lag import Place, places
from marsad.streaming.reader import partition_of, read
from marsad.streaming.topics import Topics, load_topics
from marsad.urls import key_of, page_id

__all__ = ["Search", "Whereabouts", "follow", "last_hops", "search_of", "whereabouts"]

FOUND = "urls.found"
LEDGER = "ledger"
DEAD = frozenset(map(dead_topic, SERVICES))
BY_DOMAIN = ("urls.", "feeds.")  # keyed by registrable domain; the others by article
FOUND_BEFORE = timedelta(hours=6)  # so long a URL may have waited before discovery
CLOCKS = timedelta(minutes=1)  # of two machines may differ
AFTERWARDS = timedelta(minutes=5)  # so long after its end a task is looked for, delivered again


@dataclass(frozen=True, slots=True)
class Search:
    """Where to look for a task.

    Attributes:
        task_id: of its records.
        urls: that lead to its page, as far as known.
        pages: ids of its page, or none where it is not known yet: then every partition is read.
        since: not before; None for all that is kept.
        until: not after; None for all that there is.
    """

    task_id: str
    urls: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the last record of a task lies: who reads it, and how many records the service has before it.

    `ahead` is negative where the service has finished with the record.
    """

    hop: Hop
    service: str
    ahead: int


def search_of(report: Report, urls: Iterable[str] = ()) -> Search:
    """Return where to look for a task of the ledger; `urls` are those known beside its own."""
    begun = datetime.fromisoformat(report.discovered_at) if report.discovered_at else None
    ended = datetime.fromisoformat(report.at) + AFTERWARDS if report.state.terminal else None
    known = frozenset({*urls, *filter(None, [report.url])})
    pages: frozenset[str] = frozenset()
    if report.article_id and report.state is not State.DUPLICATE:  # whose article may be another page's
        pages = frozenset({report.article_id, *_each(page_id, known)})
    return Search(report.task_id, known, pages, begun, ended)


async def follow(own: Settings, search: Search, say: Say) -> list[Hop]:
    """Return a task's records in the order of their time. Raises BrokerUnavailable."""
    topics = load_topics(own)
    hops: list[Hop] = []
    urls, done = search.urls, {topic: set[int]() for topic in topics.specs}
    for _ in range(2):  # the first pass names redirects to other domains, whose records lie elsewhere
        todo = {topic: _partitions(topics, topic, search, urls) - done[topic] for topic in topics.specs}
        looks = [_look(own, topic, sorted(partitions), search, say) for topic, partitions in todo.items() if partitions]
        for found in await asyncio.gather(*looks):
            hops += found
        for topic, partitions in todo.items():
            done[topic] |= partitions
        urls = urls.union(*(hop.urls for hop in hops))
    return sorted(hops, key=lambda hop: (hop.at, list(topics.specs).index(hop.topic), hop.offset))


async def last_hops(own: Settings, tasks: Collection[str], since: datetime | None, say: Say) -> dict[str, Hop]:
    """Return the furthest record of each of these tasks, in one pass over all topics. Raises BrokerUnavailable.

    Args:
        own: where the broker is.
        tasks: their ids.
        since: when the first of them was handed on; None for all that is kept.
        say: takes what is being read.
    """
    found: dict[str, Hop] = {}
    for topic in load_topics(own).specs:
        if topic == LEDGER or topic in DEAD:
            continue
        say(topic)
        async for message in read(own, topic, since=since - FOUND_BEFORE if since else None):
            task_id = task_of(topic, message)
            if task_id in tasks and task_id is not None:
                found[task_id] = hop_of(topic, message)  # the topics' file follows the way of a task
    return found


async def _look(own: Settings, topic: str, partitions: Sequence[int], search: Search, say: Say) -> list[Hop]:
    say(topic)
    earlier = FOUND_BEFORE if topic == FOUND else CLOCKS
    since = search.since - earlier if search.since else None
    messages = read(own, topic, partitions=partitions, since=since, until=search.until)
    return [hop_of(topic, message) async for message in messages if task_of(topic, message) == search.task_id]


def _partitions(topics: Topics, topic: str, search: Search, urls: frozenset[str]) -> set[int]:
    """Return the partitions that may hold a record of the task."""
    count = topics.specs[topic].partitions
    if topic == LEDGER:
        keys: Iterable[str] = (search.task_id,)
    elif topic.startswith(BY_DOMAIN):  # a task in flight may be on its way to a domain that is not known yet
        keys = _each(key_of, urls) if search.until else ()
    else:
        keys = search.pages
    return {partition_of(key.encode(), count) for key in keys} or set(range(count))


def _each(make: Callable[[str], str], urls: Iterable[str]) -> list[str]:
    """Return what is made of each URL; a task that was refused may have one of which nothing can be made."""
    made = []
    for url in urls:
        with suppress(ValueError):
            made.append(make(url))
    return made


async def whereabouts(own: Settings, hops: Sequence[Hop]) -> Whereabouts | None:
    """Return where a task's last record waits; None where it has no record left. Raises BrokerUnavailable."""
    held: dict[tuple[str, int], Place] = {(place.topic, place.partition): place for place in await places(own)}
    onward = [hop for hop in hops if hop.topic not in {LEDGER, *DEAD}]
    if not onward:
        return None
    waiting = [hop for hop in onward if hop.offset >= held[hop.topic, hop.partition].next]
    hop = (waiting or onward)[-1]
    place = held[hop.topic, hop.partition]
    return Whereabouts(hop, place.service, hop.offset - place.next)
