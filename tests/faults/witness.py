"""A witness reads every topic as it is written and remembers what matters: states, revisions, repeats, whereabouts."""

import asyncio
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from faults.expectation import Letter
from marsad.contracts.articles import ArticleRevised
from marsad.contracts.codec import decode
from marsad.contracts.envelope import TASK_HEADER, text_of
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.model import Task
from marsad.contracts.states import State
from marsad.settings import Settings
from marsad.streaming import closing
from marsad.streaming.effects import DEAD_PREFIX
from marsad.streaming.topics import Topics, load_topics

READ_AGAIN_S = 0.5
LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Text:
    """One revision of an article as a topic carries it."""

    content_hash: str
    change: str
    previous: int | None


@dataclass(slots=True)
class Sightings:
    """What was seen.

    Attributes:
        states: every state that each task was reported in.
        tasks: each task as its reports describe it.
        ends: when each task was first seen to have ended, on the monotonic clock.
        texts: by topic and article, each revision with what it was said to be, once for each difference.
        repeats: by topic, how many records repeat an earlier one (the same CloudEvents id).
        trail: by task, topic and offset of its first record in each topic.
        dead: the dead letters, each source record once.
    """

    states: dict[str, set[State]] = field(default_factory=lambda: defaultdict(set))
    tasks: dict[str, Task] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    texts: dict[str, dict[str, dict[int, set[Text]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
    )
    repeats: Counter[str] = field(default_factory=Counter)
    trail: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    dead: Counter[Letter] = field(default_factory=Counter)
    _ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _dead_from: set[tuple[str, ...]] = field(default_factory=set)

    def take(self, topic: str, record: ConsumerRecord) -> None:
        """Take note of a record."""
        headers = text_of(record.headers)
        if topic.endswith(".dead"):
            self._take_dead(topic.removesuffix(".dead"), headers)
            return
        if headers["ce_id"] in self._ids[topic]:
            self.repeats[topic] += 1
        self._ids[topic].add(headers["ce_id"])
        if task_id := headers.get(TASK_HEADER):
            self.trail[task_id].setdefault(topic, f"{topic}[{record.partition}]@{record.offset}")
        if topic == "ledger":
            self._take_report(record)
        elif topic in {"articles.revised", "articles.enriched"}:
            article = decode(topic, record.value, record.headers).data
            assert isinstance(article, ArticleRevised)
            text = Text(article.content_hash, article.change, article.previous_revision)
            self.texts[topic][article.article_id][article.revision].add(text)

    def _take_report(self, record: ConsumerRecord) -> None:
        entry = decode("ledger", record.value, record.headers).data
        assert isinstance(entry, LedgerEntry)
        self.states[entry.task_id].add(entry.state)
        if entry.task is not None:
            self.tasks[entry.task_id] = entry.task
        if entry.state.terminal:
            self.ends.setdefault(entry.task_id, monotonic())

    def _take_dead(self, service: str, headers: dict[str, str]) -> None:
        source = (service, *(headers.get(DEAD_PREFIX + name, "") for name in ("topic", "partition", "offset", "part")))
        if source in self._dead_from:
            self.repeats[f"{service}.dead"] += 1
            return
        self._dead_from.add(source)
        self.dead[Letter(service, headers.get(TASK_HEADER, ""), headers.get(f"{DEAD_PREFIX}reason", ""))] += 1

    def terminal(self, task_id: str) -> set[State]:
        """Return the terminal states in which a task was reported."""
        return {state for state in self.states.get(task_id, ()) if state.terminal}

    def whereabouts(self, task_id: str) -> str:
        """Return where a task was seen, for a report."""
        return ", ".join(self.trail.get(task_id, {}).values()) or "nowhere"


class Witness:
    """Reads all topics of a chain from their beginning, and goes on whatever becomes of the broker."""

    def __init__(self, own: Settings) -> None:
        closing.install()
        self.seen = Sightings()
        self._topics: Topics = load_topics(own)
        self._partitions = [
            TopicPartition(self._topics.full(name), number)
            for name, spec in self._topics.specs.items()
            for number in range(spec.partitions)
        ]
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=own.bootstrap(), enable_auto_commit=False, auto_offset_reset="earliest"
        )
        self._following: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to read."""
        await self._consumer.start()
        self._consumer.assign(self._partitions)
        self._following = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._following is not None
        self._following.cancel()
        await asyncio.wait([self._following])
        with suppress(KafkaError):
            await self._consumer.stop()

    async def catch_up(self) -> None:
        """Return when everything that is in the topics by now was read. Raises what broke the reading."""
        ends = await self._consumer.end_offsets(self._partitions)
        while any([await self._consumer.position(partition) < end for partition, end in ends.items()]):
            self.check()
            await asyncio.sleep(LOOK_EVERY_S)
        await asyncio.sleep(LOOK_EVERY_S)  # what was handed out last is being taken note of

    def check(self) -> None:
        """Raise what broke the reading, if anything did."""
        if self._following is not None and self._following.done():
            self._following.result()

    async def _follow(self) -> None:
        while True:
            try:
                batches = await self._consumer.getmany(timeout_ms=200)
            except KafkaError:
                await asyncio.sleep(READ_AGAIN_S)
                continue
            for partition, records in batches.items():
                for record in records:
                    self.seen.take(self._topics.short(partition.topic), record)
            await asyncio.sleep(0)
