"""The window engine around its partitions: commits, revocations, assignments, pressure."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError, KafkaError

from marsad.settings import Kafka
from marsad.streaming import window_runner as module
from marsad.streaming.effects import RawMessage
from marsad.streaming.service import Service, Source
from marsad.streaming.topics import load_topics
from marsad.streaming.window_runner import QUEUED, WindowRunner
from unit.streaming.doubles import SETTINGS
from unit.streaming.windows import Work, messages, settle, unused

OWN = SETTINGS.model_copy(update={"kafka": Kafka(bootstrap="kafka.example:9092", topic_prefix="t")})


class FakeConsumer:
    """A consumer that notes what is committed, paused and resumed."""

    def __init__(self) -> None:
        self.commits: list[dict[TopicPartition, int]] = []
        self.error: Exception | None = None
        self.held: set[TopicPartition] = set()
        self.troubles: list[Exception] = []

    async def getmany(self, **_: int) -> dict[TopicPartition, list[Any]]:
        raise self.troubles.pop(0)

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.error:
            raise self.error
        self.commits.append(offsets)

    def paused(self) -> set[TopicPartition]:
        return set(self.held)

    def pause(self, *partitions: TopicPartition) -> None:
        self.held.update(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self.held.difference_update(partitions)


PART = TopicPartition("t.urls.discovered.v1", 0)


@asynccontextmanager
async def runner(
    work: Any, *, on_assigned: Any = None, on_released: Any = None
) -> AsyncIterator[tuple[WindowRunner, FakeConsumer]]:
    """Give a runner that has PART, on a consumer that needs no broker."""
    source = Source("urls.discovered", unused, in_flight=9)
    service = Service("fetching", "window", (source,), on_assigned=on_assigned, on_released=on_released)
    own = WindowRunner(service, {"urls.discovered": work}, load_topics(OWN), OWN)
    await own._consumer.stop()
    consumer = FakeConsumer()
    own._consumer = consumer
    await own.on_partitions_assigned([PART])
    yield own, consumer
    await own.on_partitions_revoked(list(own._partitions))
    own._failed.cancel()


async def test_members_join_by_one_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aiokafka joins a group once for each assignor, and two members made each other join anew for ten minutes."""
    options: dict[str, Any] = {}
    monkeypatch.setattr(module, "AIOKafkaConsumer", lambda **given: options.update(given))

    WindowRunner(Service("fetching", "window", ()), {}, load_topics(OWN), OWN)

    assert len(options["partition_assignment_strategy"]) == 1


async def test_a_service_hears_that_partitions_are_given_up_when_their_work_has_ended() -> None:
    """So it can leave to the next owner what it knows."""
    work, told = Work(), list[str]()

    async def note() -> None:
        told.append("released")

    async with runner(work, on_released=note) as (own, consumer):
        own._partitions[PART].put(messages(3))
        await settle()
        releasing = asyncio.create_task(own.on_partitions_revoked([PART]))
        await settle()
        assert told == []
        work.finish(3)
        await releasing
        assert (told, consumer.commits) == (["released"], [{PART: 4}])


async def test_a_service_that_breaks_when_partitions_are_given_up_ends_the_runner() -> None:
    """They are given up all the same; the process ends with the error instead of going on without a word."""

    async def broken() -> None:
        raise RuntimeError("no more")

    async with runner(Work(), on_released=broken) as (own, _):
        await own.on_partitions_revoked([PART])
        assert own._partitions == {}
        assert str(own._failed.exception()) == "no more"


async def test_only_progress_is_committed() -> None:
    """Nothing is committed before anything has settled, and never the same offset twice."""
    work = Work()
    async with runner(work) as (own, consumer):
        await own._commit(own._partitions)
        own._partitions[PART].put(messages(3, 4))
        await settle()
        work.finish(3)
        await settle()
        await own._commit(own._partitions)
        await own._commit(own._partitions)
        work.finish(4)

    assert consumer.commits == [{PART: 4}, {PART: 5}]


async def test_a_commit_that_fails_is_made_again(logs: list[dict[str, Any]]) -> None:
    """What is not committed is delivered again: a refusal is logged, and the next commit has it."""
    async with runner(Work(is_open=True)) as (own, consumer):
        own._partitions[PART].put(messages(3))
        await settle()
        consumer.error = CommitFailedError()
        await own._commit(own._partitions)
        consumer.error = None
        await own._commit(own._partitions)

    assert [line["event"] for line in logs] == ["commit_failed"]
    assert consumer.commits == [{PART: 4}]


async def test_a_revoked_partition_commits_what_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another member begins right behind the last contiguous record, and ours forgets the partition."""
    monkeypatch.setattr(module, "GRACE_S", 0.01)
    work = Work()
    async with runner(work) as (own, consumer):
        own._partitions[PART].put(messages(3, 4, 5))
        await settle()
        work.finish(3)
        work.finish(5)
        await own.on_partitions_revoked([PART, TopicPartition("t.urls.discovered.v1", 7)])

        assert own._partitions == {}

    assert consumer.commits == [{PART: 4}]
    assert work.cancelled == [[4]]


async def test_a_commit_that_hangs_does_not_keep_a_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the broker is away aiokafka tries to commit for ever; leaving is bounded all the same."""
    monkeypatch.setattr(module, "GRACE_S", 0.01)
    async with runner(Work(is_open=True)) as (own, consumer):
        own._partitions[PART].put(messages(3))
        await settle()

        async def hang(_: object) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(consumer, "commit", hang)
        await own.on_partitions_revoked([PART])

        assert own._partitions == {}


async def test_an_assignment_is_told_before_records_come() -> None:
    """The service starts its hosts' clocks anew."""
    told: list[str] = []
    async with runner(Work(), on_assigned=lambda: told.append("assigned")) as (own, _):
        assert told == ["assigned"]
        assert list(own._partitions) == [PART]


async def test_a_service_that_breaks_at_an_assignment_ends_the_run() -> None:
    """Aiokafka would log it and read on, past records that nobody handles."""

    def broken() -> None:
        raise ZeroDivisionError

    async with runner(Work(), on_assigned=broken) as (own, _):
        with pytest.raises(ZeroDivisionError):
            await own._failed
        assert list(own._partitions) == [PART]


async def test_reading_goes_on_after_trouble_and_ends_with_the_coordination(
    monkeypatch: pytest.MonkeyPatch, logs: list[dict[str, Any]]
) -> None:
    """What the broker may get over is waited out; a consumer that will never read again ends the run, not idles."""
    monkeypatch.setattr(module, "READ_AGAIN_S", 0)
    async with runner(Work()) as (own, consumer):
        consumer.troubles = [KafkaConnectionError("away"), KafkaError("Unexpected error during coordination")]
        with pytest.raises(KafkaError, match="coordination"):
            await own._read()

    assert [line["event"] for line in logs] == ["read_failed"]


async def test_a_full_partition_is_paused_until_it_is_not() -> None:
    """Reading stops for the one that is behind, and goes on by itself."""
    work = Work()
    async with runner(work) as (own, consumer):
        own._partitions[PART].put(messages(*range(QUEUED + 20)))
        own._mind_pressure()

        assert consumer.held == {PART}

        for offset in range(QUEUED + 20):
            work.finish(offset)
        for _ in range(QUEUED):
            await asyncio.sleep(0)
        own._mind_pressure()

        assert consumer.held == set()


async def test_a_record_is_handed_on_as_it_was() -> None:
    """Short topic name, headers in order, the broker's time."""

    class Given:
        topic, partition, offset, timestamp = "t.urls.discovered.v1", 3, 9, 1_500
        key, value, headers = b"k", None, [("h", b"1"), ("h", b"2")]

    async with runner(Work()) as (own, _):
        assert own._raw(Given()) == RawMessage("urls.discovered", 3, 9, 1_500, b"k", None, (("h", b"1"), ("h", b"2")))
