"""The Faust engine is wired in the only way that lost nothing; each row of the loss table that needs no broker."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from faust.transport.consumer import Consumer

from marsad.contracts.codec import Event, Record
from marsad.settings import Kafka
from marsad.streaming.effects import RawMessage
from marsad.streaming.faust_runner import MAX_POLL_INTERVAL_S, FaustRunner
from marsad.streaming.outcome import DONE, Emit, Outcome
from marsad.streaming.processor import Processor
from marsad.streaming.service import Service, Source, Timer
from marsad.streaming.topics import load_topics
from support.payloads import NOON
from unit.streaming.doubles import SETTINGS, MemoryOutbox, make_message

OWN = SETTINGS.model_copy(update={"kafka": Kafka(bootstrap="a.example:9092, b.example:9092", topic_prefix="t")})


async def deal(events: Sequence[Event[Any]]) -> Sequence[Outcome]:
    """Deal with everything at once."""
    return [DONE for _ in events]


async def publish(records: Sequence[Record], cause: str) -> None:
    """Publish nothing."""


SOURCES = (Source("urls.found", deal, batch=3), Source("feeds.fetched", deal, batch=5))


def make_runner(
    *, processors: Mapping[str, Any] | None = None, timers: tuple[Timer, ...] = (), on_assigned: Any = None
) -> FaustRunner:
    """Return a runner of `discovery` that is not started."""
    service = Service("discovery", "faust", SOURCES, timers, on_assigned)
    own = processors or {
        source.topic: Processor("discovery", deal, MemoryOutbox(), OWN, clock=lambda: NOON) for source in SOURCES
    }
    return FaustRunner(service, own, load_topics(OWN), OWN, publish)


@dataclass
class FakeMessage:
    """A record as Faust hands it on."""

    partition: int
    offset: int
    headers: Any
    timestamp: float = 1.5
    key: bytes | None = b"k"
    value: bytes | None = b"v"


@dataclass
class FakeEvent:
    """An event that holds it."""

    message: FakeMessage


@dataclass
class FakeStream:
    """A stream that takes these batches and notes what is acknowledged."""

    batches: list[list[FakeEvent]]
    acknowledged: list[int] = field(default_factory=list)
    asked: list[tuple[int, float]] = field(default_factory=list)

    async def noack_take(self, most: int, within: float) -> AsyncIterator[list[FakeEvent]]:
        self.asked.append((most, within))
        for batch in self.batches:
            yield batch

    async def ack(self, event: FakeEvent) -> None:
        self.acknowledged.append(event.message.offset)


class Recorder:
    """A processor that notes what it gets, and may fail."""

    def __init__(self, stream: FakeStream, error: Exception | None = None) -> None:
        self.stream = stream
        self.error = error
        self.batches: list[list[RawMessage]] = []
        self.acknowledged_before: list[int] = []

    async def process(self, messages: list[RawMessage]) -> None:
        self.batches.append(messages)
        self.acknowledged_before.append(len(self.stream.acknowledged))
        if self.error:
            raise self.error


def events(*offsets: int, partition: int = 0) -> list[FakeEvent]:
    """Return events of these offsets."""
    return [FakeEvent(FakeMessage(partition, offset, [("h", b"1"), ("h", None)])) for offset in offsets]


def agent_of(runner: FaustRunner, topic: str = "urls.found") -> Any:
    """Return the function that reads a topic."""
    return runner._app.agents[f"discovery.{topic}"].fun


async def test_faust_decodes_nothing() -> None:
    """Loss table, bad JSON: Faust drops what it cannot decode, so it gets bytes to pass on, and no model."""
    runner = make_runner()
    topics = [agent.channel for agent in runner._app.agents.values()]

    assert {(topic.key_serializer, topic.value_serializer) for topic in topics} == {("raw", "raw")}
    assert {(topic.key_type, topic.value_type) for topic in topics} == {(None, None)}
    assert {name for topic in topics for name in topic.topics} == {"t.urls.found.v1", "t.feeds.fetched.v1"}


async def test_one_record_at_a_time_is_committed() -> None:
    """Loss table, concurrency above one: the commit passed offsets in flight; every agent runs once."""
    assert {agent.concurrency for agent in make_runner()._app.agents.values()} == {1}


async def test_a_stop_does_not_wait_for_blocked_streams() -> None:
    """Loss table, the default `stream_wait_empty`: a blocked handler kept the process from ending."""
    assert make_runner()._app.conf.stream_wait_empty is False


async def test_an_outage_never_ends_the_membership() -> None:
    """Loss table, a handler that blocks for long: it would leave the group and never come back."""
    assert make_runner()._app.conf.broker_max_poll_interval == MAX_POLL_INTERVAL_S >= 14 * 86_400


async def test_no_table_is_used() -> None:
    """Tables lose records at restarts: no state of ours is kept there."""
    assert not make_runner()._app.tables


async def test_gaps_end_the_process() -> None:
    """Making a runner installs the guard."""
    make_runner()

    assert Consumer._add_gap.__module__ == "marsad.streaming.guard"


async def test_topics_are_ours_to_make() -> None:
    """Faust neither declares topics nor makes one for a leader: their settings stand in topics.yaml."""
    conf = make_runner()._app.conf

    assert conf.topic_allow_declare is False
    assert conf.topic_disable_leader is True
    assert conf.web_enabled is False


async def test_the_group_is_the_service_on_this_prefix() -> None:
    """Several systems share a broker without sharing offsets; all addresses of the broker are known."""
    conf = make_runner()._app.conf

    assert conf.id == "t.discovery"
    assert [str(url) for url in conf.broker] == ["kafka://a.example:9092", "kafka://b.example:9092"]
    assert conf.consumer_auto_offset_reset == "earliest"


async def test_the_largest_record_can_be_fetched() -> None:
    """A record above the fetch size would stall its partition."""
    assert make_runner()._app.conf.consumer_max_fetch_size > max(
        spec.max_bytes for name, spec in load_topics(OWN).specs.items() if not name.endswith(".dead")
    )


async def test_a_batch_is_acknowledged_after_its_effects_and_in_order() -> None:
    """Loss table, acknowledging out of order: processing comes first, then every record, the oldest first."""
    stream = FakeStream([events(4, 5, 6), events(7)])
    recorder = Recorder(stream)
    agent = agent_of(make_runner(processors=dict.fromkeys(("urls.found", "feeds.fetched"), recorder)))

    async for _ in agent(stream):
        pass

    assert stream.asked == [(3, OWN.streaming.batch_within_s)]
    assert [[message.offset for message in batch] for batch in recorder.batches] == [[4, 5, 6], [7]]
    assert recorder.acknowledged_before == [0, 3]
    assert stream.acknowledged == [4, 5, 6, 7]


async def test_a_record_reaches_the_processor_as_it_was() -> None:
    """Bytes, headers (a name twice, a null) and the broker's time are kept; the topic has its short name."""
    stream = FakeStream([events(9, partition=2)])
    recorder = Recorder(stream)
    agent = agent_of(make_runner(processors=dict.fromkeys(("urls.found", "feeds.fetched"), recorder)), "feeds.fetched")

    async for _ in agent(stream):
        pass

    assert recorder.batches == [[RawMessage("feeds.fetched", 2, 9, 1_500, b"k", b"v", (("h", b"1"), ("h", None)))]]


@pytest.mark.parametrize(
    ("headers", "read"), [(None, ()), ([], ()), ({"a": b"1"}, (("a", b"1"),)), ((("a", b""),), (("a", b""),))]
)
async def test_headers_come_in_any_form(headers: Any, read: tuple[tuple[str, bytes], ...]) -> None:
    """Faust's drivers give headers as a list, a mapping, or not at all."""
    assert make_runner()._raw("urls.found", FakeMessage(0, 1, headers)).headers == read


async def test_what_cannot_be_processed_is_held_and_ends_the_run() -> None:
    """Loss table, an agent that raises: Faust would go on without the record; it is held, and run() raises."""
    stream = FakeStream([events(4), events(5)])
    recorder = Recorder(stream, RuntimeError("dead letter is too large"))
    runner = make_runner(processors=dict.fromkeys(("urls.found", "feeds.fetched"), recorder))
    agent = agent_of(runner)(stream)
    reading = asyncio.create_task(agent.__anext__())

    with pytest.raises(RuntimeError, match="dead letter is too large"):
        await runner._failed
    assert not reading.done()
    assert stream.acknowledged == []

    reading.cancel()
    await asyncio.wait([reading])
    assert stream.acknowledged == []
    assert len(recorder.batches) == 1


async def test_a_skipped_record_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the batch with the gap is processed: nothing of it may be acknowledged."""
    ended: list[str] = []
    runner = make_runner()
    monkeypatch.setattr(runner._contiguity, "_end", ended.append)
    runner._raw("urls.found", FakeMessage(0, 1, None))
    runner._raw("urls.found", FakeMessage(0, 3, None))

    assert ended == ["offset 3 of urls.found[0] came after 1"]


async def test_an_assignment_is_a_new_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch over offsets starts anew, and the service is told."""
    told: list[str] = []
    runner = make_runner(on_assigned=lambda: told.append("assigned"))
    monkeypatch.setattr(runner._contiguity, "_end", told.append)
    runner._raw("urls.found", FakeMessage(0, 1, None))
    await runner._assigned({"a partition"})
    runner._raw("urls.found", FakeMessage(0, 30, None))

    assert told == ["assigned"]


async def test_a_real_processor_behind_an_agent() -> None:
    """The whole way without a broker: a record in, its effect out, then the acknowledgement."""
    outbox = MemoryOutbox()
    raw = make_message()

    async def handler(batch: Sequence[Event[Any]]) -> Sequence[Outcome]:
        return [Emit((Record("urls.found", "next", event.data),)) for event in batch]

    processors = dict.fromkeys(("urls.found", "feeds.fetched"), Processor("discovery", handler, outbox, OWN))
    stream = FakeStream([[FakeEvent(FakeMessage(0, 0, list(raw.headers), key=raw.key, value=raw.value))]])
    async for _ in agent_of(make_runner(processors=processors))(stream):
        pass

    assert [wire.key for wire in outbox.sent] == [b"next"]
    assert stream.acknowledged == [0]
