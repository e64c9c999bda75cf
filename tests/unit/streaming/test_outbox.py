"""The outbox delivers, waits out broker trouble, and names what can never be delivered."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
)
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.codec import Wire
from marsad.errors import BrokerUnavailable
from marsad.settings import Kafka
from marsad.streaming import outbox as module
from marsad.streaming.outbox import ALONE, BATCH_BYTES, FRAMING, Outbox
from marsad.streaming.topics import load_topics
from unit.streaming.broker import Answer, Broker
from unit.streaming.doubles import SETTINGS

OWN = SETTINGS.model_copy(update={"kafka": Kafka(bootstrap="kafka.example:9092", topic_prefix="t")})
LIMIT = load_topics(OWN).specs["urls.found"].max_bytes


Use = Callable[[Broker], Outbox]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Return what connects an outbox to a broker of the test's own."""

    def connect(broker: Broker) -> Outbox:
        monkeypatch.setattr(module, "AIOKafkaProducer", broker.connect)
        return Outbox(OWN)

    return connect


def wires(*keys: str, value: bytes = b"v") -> list[Wire]:
    """Return one record for each key."""
    return [Wire("urls.found", key.encode(), value, (("h", b"1"), ("h", b"2"))) for key in keys]


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_records_reach_their_topics_as_they_are(use: Use) -> None:
    """Topic names are the broker's; key, value and headers (a name twice, too) are untouched."""
    broker = Broker()
    outbox = use(broker)

    assert await outbox.deliver([Wire("urls.found", b"k", None, (("h", b"1"), ("h", b"2")))]) == set()
    assert broker.producers[0].sent == [("t.urls.found.v1", (b"k", None, [("h", b"1"), ("h", b"2")]))]


async def test_nothing_is_left_to_the_producers_defaults(use: Use) -> None:
    """A record counts as delivered when all replicas in sync have it, once, in order."""
    broker = Broker()
    await use(broker).start()
    options = broker.producers[0].options

    assert (options["acks"], options["enable_idempotence"], options["compression_type"]) == ("all", True, "zstd")
    assert options["bootstrap_servers"] == "kafka.example:9092"
    assert options["max_request_size"] > max(spec.max_bytes for spec in load_topics(OWN).specs.values())


async def test_delivery_returns_when_all_is_acknowledged(use: Use) -> None:
    """Not one moment earlier: offsets are committed right behind it."""
    broker = Broker()
    broker.open.clear()
    delivery = asyncio.create_task(use(broker).deliver(wires("a", "b")))
    await settle()

    assert not delivery.done()

    broker.open.set()

    assert await delivery == set()
    assert broker.log == [b"a", b"b"]


async def test_nothing_to_deliver_needs_no_broker(use: Use) -> None:
    """A batch without effects is not held up by an outage."""
    broker = Broker(connections=[KafkaConnectionError("away")])

    assert await use(broker).deliver([]) == set()
    assert broker.producers == []


@pytest.mark.parametrize(
    "error", [KafkaTimeoutError(), KafkaConnectionError(), OutOfOrderSequenceNumber(), OSError(104, "reset")]
)
@pytest.mark.parametrize("where", ["sends", "acknowledgements"])
async def test_only_what_failed_is_sent_again(use: Use, where: str, error: Exception) -> None:
    """The others are acknowledged already; doubling them would only cost."""
    broker = Broker(**{where: [None, error, None]})

    assert await use(broker).deliver(wires("a", "b", "c")) == set()
    assert broker.log == [b"a", b"c", b"b"]


async def test_after_a_failure_a_new_producer_takes_over(use: Use) -> None:
    """A fenced or confused producer would refuse for good; it is closed, and only once."""
    broker = Broker(acknowledgements=[OutOfOrderSequenceNumber()])
    outbox = use(broker)
    await outbox.deliver(wires("a"))
    await outbox.deliver(wires("b"))
    await settle()

    assert [producer.stopped for producer in broker.producers] == [1, 0]
    assert [len(producer.sent) for producer in broker.producers] == [1, 2]


async def test_an_outage_is_waited_out(use: Use) -> None:
    """However often the broker cannot be reached, delivery goes on trying and the records stay in hand."""
    broker = Broker(connections=[KafkaConnectionError("away")] * 20)

    assert await use(broker).deliver(wires("a")) == set()
    assert broker.log == [b"a"]
    assert len(broker.producers) == 21


async def test_starting_without_a_broker_says_so(use: Use) -> None:
    """The error is ours, names the address, and the failed producer is closed."""
    broker = Broker(connections=[KafkaConnectionError("no route")])

    with pytest.raises(BrokerUnavailable, match=r"Kafka at kafka\.example:9092 does not answer: .*no route"):
        await use(broker).start()
    assert broker.producers[0].stopped == 1


async def test_a_record_larger_than_its_topic_is_named_and_not_sent(use: Use) -> None:
    """The position is told; the others are delivered. What lay in its topic before, the broker alone judges."""
    broker, large = Broker(), wires("large", value=b"x" * LIMIT)
    outbox = use(broker)

    assert await outbox.deliver([*wires("a"), *large, *wires("b"), *large]) == {1, 3}
    assert await outbox.give_back(large) == set()
    assert broker.log == [b"a", b"b", b"large"]


@pytest.mark.parametrize(("over", "refused"), [(0, set()), (1, {0})])
async def test_the_limit_leaves_room_for_framing(use: Use, over: int, refused: set[int]) -> None:
    """A record counts with a batch's own bytes; exactly as large as allowed is allowed."""
    overhead = wires("k", value=b"")[0].size + FRAMING
    broker = Broker()

    assert await use(broker).deliver(wires("k", value=b"x" * (LIMIT - overhead + over))) == refused


@pytest.mark.parametrize("where", ["sends", "acknowledgements"])
async def test_what_kafka_finds_too_large_is_named_too(use: Use, where: str) -> None:
    """A refusal of a record that was sent alone is final, and the others are delivered."""
    broker = Broker(**{where: [None, MessageSizeTooLargeError(), None, MessageSizeTooLargeError()]})

    assert await use(broker).deliver(wires("a", "b", "c")) == {1}
    assert broker.log == [b"a", b"c"]


async def test_small_records_are_not_refused_with_the_batch_they_share(use: Use) -> None:
    """Kafka judges whole batches: where its limit was lowered, each record of a refused one is judged by itself."""
    broker = Broker(acknowledgements=[MessageSizeTooLargeError()] * 4)
    outbox = use(broker)

    assert await outbox.deliver(wires("large", "b", "c")) == {0}
    assert broker.log == [b"b", b"c"]
    assert [producer.options["max_batch_size"] for producer in broker.producers] == [BATCH_BYTES, ALONE]

    await outbox.stop()

    assert [producer.stopped for producer in broker.producers] == [1, 1]


async def test_a_bug_is_not_retried_for_ever(use: Use) -> None:
    """What is neither Kafka's trouble nor the network's is raised."""
    with pytest.raises(ZeroDivisionError):
        await use(Broker(acknowledgements=[ZeroDivisionError()])).deliver(wires("a"))


async def test_deliveries_share_one_connection(use: Use) -> None:
    """Many batches under way at once connect once, however they meet."""
    broker = Broker()
    outbox = use(broker)
    await asyncio.gather(*(outbox.deliver(wires(str(number))) for number in range(20)))

    assert len(broker.producers) == 1
    assert len(broker.log) == 20


async def test_deliveries_that_fail_together_reconnect_once(use: Use) -> None:
    """The second one to notice does not tear down what the first one has just built."""
    broker = Broker(acknowledgements=[KafkaTimeoutError()] * 20)
    broker.open.clear()
    outbox = use(broker)
    deliveries = [asyncio.create_task(outbox.deliver(wires(str(number)))) for number in range(20)]
    await settle()
    broker.open.set()
    await asyncio.gather(*deliveries)
    await settle()

    assert [producer.stopped for producer in broker.producers] == [1, 0]
    assert sorted(broker.log) == sorted(str(number).encode() for number in range(20))


async def test_a_failed_producer_still_delivers_what_others_sent(use: Use) -> None:
    """One record's failure takes nothing from another delivery that waits on the same producer."""
    broker = Broker(sends=[None, KafkaTimeoutError()])
    broker.open.clear()
    outbox = use(broker)
    waiting = asyncio.create_task(outbox.deliver(wires("waits")))
    await settle()
    failing = asyncio.create_task(outbox.deliver(wires("fails")))
    await settle()

    assert broker.producers[0].stopped == 1

    broker.open.set()

    assert (await waiting, await failing) == (set(), set())
    assert sorted(broker.log) == [b"fails", b"waits"]


async def test_stopping_closes_the_producer(use: Use) -> None:
    """What was sent is flushed; stopping twice, or before starting, does nothing."""
    broker = Broker()
    outbox = use(broker)
    await outbox.stop()
    await outbox.start()
    await outbox.stop()
    await outbox.stop()

    assert [producer.stopped for producer in broker.producers] == [1]


async def test_stopping_while_the_broker_is_away_ends(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    """A producer that cannot flush does not keep the process alive."""
    monkeypatch.setattr(module, "CLOSING_S", 0.01)
    broker = Broker()
    broker.open.clear()
    outbox = use(broker)
    delivery = asyncio.create_task(outbox.deliver(wires("a")))
    await settle()
    broker.producers[0].pending.add(asyncio.get_running_loop().create_future())

    await outbox.stop()

    delivery.cancel()
    await asyncio.wait([delivery])
    assert broker.log == []


async def test_a_failure_while_stopping_is_no_error(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops has no use for the broker's opinion any more."""
    broker = Broker()
    outbox = use(broker)
    await outbox.start()

    async def fail() -> None:
        raise KafkaError

    monkeypatch.setattr(broker.producers[0], "stop", fail)

    await outbox.stop()


troubles = st.lists(
    st.sampled_from([None, None, KafkaTimeoutError(), OSError("reset"), MessageSizeTooLargeError()]), max_size=12
)
downtimes = st.lists(st.sampled_from([None, KafkaConnectionError("away")]), max_size=4)


@asynccontextmanager
async def connected(broker: Broker) -> AsyncIterator[Outbox]:
    """Connect an outbox for one example."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "AIOKafkaProducer", broker.connect)
        yield Outbox(OWN)


@given(st.integers(1, 6), downtimes, troubles, troubles)
async def test_every_record_is_acknowledged_or_named(
    count: int, connections: Sequence[Answer], sends: Sequence[Answer], acknowledgements: Sequence[Answer]
) -> None:
    """Whatever goes wrong, in the end each record is acknowledged once, or named as too large."""
    broker = Broker(connections=connections, sends=sends, acknowledgements=acknowledgements)
    async with connected(broker) as outbox:
        refused = await outbox.deliver(wires(*map(str, range(count))))

    assert sorted([*broker.log, *(str(index).encode() for index in refused)]) == sorted(
        str(index).encode() for index in range(count)
    )
