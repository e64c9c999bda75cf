"""Lag: what a broker says of groups that are new, far on, or whose records have expired."""

from typing import Any, Self

import pytest
from aiokafka import OffsetAndMetadata, TopicPartition
from aiokafka.errors import GroupCoordinatorNotAvailableError

from marsad.errors import BrokerUnavailable
from marsad.settings import Kafka
from marsad.streaming import lag as module
from marsad.streaming.lag import Lag, Place, lags, places
from marsad.streaming.topics import load_topics
from unit.streaming.doubles import SETTINGS

OWN = SETTINGS.model_copy(update={"kafka": Kafka(bootstrap="kafka.example:9092", topic_prefix="t")})
TOPICS = load_topics(OWN)
FOUND = [TopicPartition("t.urls.found.v1", number) for number in range(TOPICS.specs["urls.found"].partitions)]


class Broker:
    """Stands for admin client and consumer alike: what is there, and what groups have committed."""

    def __init__(self) -> None:
        self.starts = dict.fromkeys(FOUND, 0)
        self.ends = dict.fromkeys(FOUND, 0)
        self.committed: dict[TopicPartition, int] = {}
        self.topics = [TOPICS.full(name) for name in TOPICS.specs]
        self.coordinators_after = 0
        self.reading = False
        self.steps: list[str] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    def assign(self, _: list[TopicPartition]) -> None:
        self.reading = True

    def pause(self, *_: TopicPartition) -> None:
        self.reading = False

    async def list_topics(self) -> list[str]:
        return self.topics

    async def list_consumer_group_offsets(self, group: str) -> dict[TopicPartition, OffsetAndMetadata]:
        self.steps.append(group)
        if self.coordinators_after:
            self.coordinators_after -= 1
            raise GroupCoordinatorNotAvailableError
        return {part: OffsetAndMetadata(offset, "") for part, offset in self.committed.items()}

    async def end_offsets(self, parts: list[TopicPartition]) -> dict[TopicPartition, int]:
        self.steps.append("ends")
        return {part: self.ends.get(part, 0) for part in parts}

    async def beginning_offsets(self, parts: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {part: self.starts.get(part, 0) for part in parts}


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    """Return a broker that is asked instead of a real one."""
    own = Broker()
    monkeypatch.setattr(module, "admin_client", lambda _: own)
    monkeypatch.setattr(module, "AIOKafkaConsumer", lambda **_: own)
    monkeypatch.setattr(module, "ASK_EVERY_S", 0)
    return own


async def of_found() -> Lag:
    """Return the place of discovery in `urls.found`."""
    (place,) = [lag for lag in await lags(OWN) if lag.topic == "urls.found"]
    return place


async def test_done_and_waiting_add_up_over_partitions(broker: Broker) -> None:
    """Each partition counts from its oldest kept record to its end."""
    broker.ends = {FOUND[0]: 10, FOUND[1]: 20}
    broker.committed = {FOUND[0]: 10, FOUND[1]: 5}

    assert await of_found() == Lag("discovery", "urls.found", done=15, waiting=15)


async def test_a_group_that_never_read_has_all_before_it(broker: Broker) -> None:
    """Without a committed offset everything that is kept waits."""
    broker.starts[FOUND[0]], broker.ends[FOUND[0]] = 100, 130

    assert await of_found() == Lag("discovery", "urls.found", done=0, waiting=30)


async def test_what_has_expired_no_longer_waits(broker: Broker) -> None:
    """A committed offset before the oldest kept record: only what is kept can be read."""
    broker.starts[FOUND[0]], broker.ends[FOUND[0]] = 100, 130
    broker.committed = {FOUND[0]: 40}

    assert await of_found() == Lag("discovery", "urls.found", done=0, waiting=30)


async def test_a_place_is_a_partition_s(broker: Broker) -> None:
    """What is read next is a record that is kept, and never lies beyond the end that was asked for before it."""
    broker.starts[FOUND[0]], broker.ends[FOUND[0]], broker.ends[FOUND[1]] = 100, 130, 5
    broker.committed = {FOUND[0]: 40, FOUND[1]: 9}

    found = [place for place in await places(OWN) if place.topic == "urls.found"]

    assert found[:2] == [
        Place("discovery", "urls.found", 0, start=100, next=100, end=130),
        Place("discovery", "urls.found", 1, start=0, next=5, end=5),
    ]
    assert len(found) == len(FOUND)


async def test_readers_are_asked_before_writers_and_ends_come_last(broker: Broker) -> None:
    """So a task that moves on meanwhile is seen where it was or where it is, never nowhere; no record is fetched."""
    await places(OWN)

    names = ["discovery", "indexing", "enrichment", "revisions", "extraction", "fetching"]
    assert broker.steps == [*(f"t.{name}" for name in names), "ends"]
    assert not broker.reading


async def test_every_reader_has_a_place_in_each_of_its_topics(broker: Broker) -> None:
    """Operators and other teams are no services of ours."""
    assert broker.topics
    places = [(lag.service, lag.topic) for lag in await lags(OWN)]

    assert len(places) == len(set(places))
    assert {("discovery", "feeds.fetched"), ("indexing", "ledger"), ("fetching", "urls.retry.1h")} <= set(places)
    assert all(not topic.endswith(".dead") for _, topic in places)


async def test_the_first_group_of_a_broker_is_waited_for(broker: Broker) -> None:
    """A broker that is asked for a group for the first time has no coordinator yet: that is no error."""
    broker.coordinators_after = 3
    broker.ends[FOUND[0]] = 7

    assert (await of_found()).waiting == 7


async def test_a_broker_without_coordinators_is_an_error(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever; the message names the group."""
    monkeypatch.setattr(module, "COORDINATOR_S", 0.01)
    broker.coordinators_after = 10**9

    with pytest.raises(BrokerUnavailable, match=r"no coordinator for the group t\.discovery"):
        await lags(OWN)


async def test_missing_topics_are_said_at_once(broker: Broker) -> None:
    """Asking for their ends would wait in vain; the message says what to run."""
    broker.topics.remove("t.urls.found.v1")
    missing: Any = pytest.raises(
        BrokerUnavailable, match=r"lacks 1 topics, t\.urls\.found\.v1 first: run `marsad setup`"
    )

    with missing:
        await lags(OWN)
