"""Reads what the audit balances, in an order that lets no task fall between two looks.

1. What each service has committed, readers before writers: from there on a task in flight has a record that waits.
2. The ledger's index: it holds every report that indexing had read by then.
3. The topics, to their ends of now, the ledger's last: what moved on since the first step is found further down.
4. The last revision of each article, then the articles: an article is written before its task ends.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from marsad.audit.balance import SEARCHABLE, Books, Spot, Told
from marsad.audit.records import task_of
from marsad.contracts.codec import decode
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES, dead_topic
from marsad.search import ledger
from marsad.search.client import connect
from marsad.search.ledger import Written
from marsad.search.names import Names
from marsad.search.state import StateIndex
from marsad.settings import Settings
from marsad.streaming.effects import RawMessage
from marsad.streaming.lag import Place, places
from marsad.streaming.reader import read
from marsad.streaming.topics import load_topics

__all__ = ["Say", "read_books"]

LEDGER = "ledger"
HANDED_ON = ("urls.found", "urls.discovered", "urls.backfill")  # where tasks begin
AT_ONCE = 2_000  # entries of the state index in one question

Say = Callable[[str], None]
"""Takes what is being read, for whoever waits."""

ByPartition = dict[int, Place]


async def read_books(own: Settings, say: Say) -> Books:
    """Read both servers. Raises BrokerUnavailable, SearchUnavailable."""
    reader = _Reader(own, say)
    by_topic: dict[str, ByPartition] = {}
    for place in await places(own):
        by_topic.setdefault(place.topic, {})[place.partition] = place
    async with connect(own) as client:
        names = Names.of(own)
        say(names.ledger)
        await ledger.refresh(client, names)
        reader.books.reports = {report.task_id: report async for report in ledger.reports(client, names)}
        for topic in by_topic.keys() - {LEDGER}:
            await reader.follow(topic, by_topic[topic])
        await reader.hear_ledger(by_topic[LEDGER])
        for service in SERVICES:
            await reader.count_the_dead(service)
        say(names.news)
        await reader.look_up_revisions(StateIndex(client, names.state_articles))
        await ledger.refresh(client, names)
        reader.books.articles = {one.article_id: one async for one in ledger.written(client, names)}
    reader.forget_what_is_known()
    return reader.books


class _Reader:
    """Fills the books."""

    def __init__(self, own: Settings, say: Say) -> None:
        self._own = own
        self._say = say
        self._order = list(load_topics(own).specs)
        self.books = Books()

    async def follow(self, topic: str, held: ByPartition) -> None:
        """Note every task that waits in a topic; where tasks begin, also those that have been read."""
        self._say(topic)
        whole = topic in HANDED_ON
        first = None if whole else {number: place.next for number, place in held.items()}
        async for message in read(self._own, topic, first=first):
            task_id = task_of(topic, message)
            place = held[message.partition]
            if task_id is None:
                continue
            spot = Spot(place.service, topic, message.partition, message.offset)
            if message.offset >= place.next:
                self._waits(task_id, spot)
            elif task_id not in self.books.reports:
                self.books.unknown.setdefault(task_id, spot)
            self.books.records += message.offset < place.next

    def _waits(self, task_id: str, spot: Spot) -> None:
        """Keep the place that is furthest on: the topics' file follows the way of a task."""
        before = self.books.waiting.get(task_id)
        if before is None or self._order.index(before.topic) <= self._order.index(spot.topic):
            self.books.waiting[task_id] = spot

    async def hear_ledger(self, held: ByPartition) -> None:
        """Read every report that is kept."""
        self._say(LEDGER)
        heard = 0
        async for message in read(self._own, LEDGER):
            heard += 1
            if (entry := _report(message)) is not None:
                was_read = message.offset < held[message.partition].next
                self.books.told[entry.task_id] = _stronger(self.books.told.get(entry.task_id), entry.state, was_read)
        self.books.compacted = heard < sum(place.end - place.start for place in held.values())

    async def count_the_dead(self, service: str) -> None:
        """Note the tasks that have a dead letter of a service."""
        topic = dead_topic(service)
        self._say(topic)
        async for message in read(self._own, topic):
            if (task_id := task_of(_origin(message), message)) is not None:
                self.books.dead.add(task_id)
        kept = timedelta(days=load_topics(self._own).specs[topic].retention_days)
        self.books.dead_since = (datetime.now(UTC) - kept).isoformat()

    async def look_up_revisions(self, histories: StateIndex) -> None:
        """Note the last revision of every article that a task has ended as."""
        reports = self.books.reports.values()
        wanted = list({one.article_id for one in reports if one.state in SEARCHABLE and one.article_id})
        for start in range(0, len(wanted), AT_ONCE):
            for article_id, entry in (await histories.read(wanted[start : start + AT_ONCE])).items():
                self.books.revised[article_id] = _last(article_id, entry.source)

    def forget_what_is_known(self) -> None:
        """A task whose first report is still to come is no unknown one."""
        for task_id in self.books.unknown.keys() & (self.books.told.keys() | self.books.waiting.keys()):
            del self.books.unknown[task_id]


def _report(message: RawMessage) -> LedgerEntry | None:
    """Return the report, or None for one that indexing has quarantined."""
    try:
        data = decode(LEDGER, message.value, message.headers).data
    except Exception:  # noqa: BLE001 - strangers' bytes, whatever they lead to
        return None
    return data if isinstance(data, LedgerEntry) else None


def _stronger(told: Told | None, state: State, was_read: bool) -> Told:
    read = told.read if told else None
    whole = told.whole if told else state
    if was_read and (read is None or state.rank > read.rank):
        read = state
    return Told(read, state if state.rank > whole.rank else whole)


def _origin(message: RawMessage) -> str:
    """Return the topic that a dead letter came from."""
    facts = dict(message.headers)
    return (facts.get("marsad_dead_topic") or b"").decode("utf-8", "replace")


def _last(article_id: str, source: dict[str, Any]) -> Written:
    return Written(article_id, source["task_id"], source["revision"], source["generation"])
