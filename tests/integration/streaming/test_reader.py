"""The reader on a real broker: spans of time, ends that stand, one partition, and a broker that is away."""

import asyncio
import socket
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from integration.streaming.lab import PARTITIONS, Lab, found
from marsad.contracts.codec import Wire
from marsad.errors import BrokerUnavailable
from marsad.settings import Kafka
from marsad.streaming.effects import RawMessage
from marsad.streaming.reader import count, partition_of, read

pytestmark = pytest.mark.stack


async def write(lab: Lab, numbers: range, topic: str = "pages.fetched", stamp_ms: int | None = None) -> list[datetime]:
    """Write numbered records, each in a later millisecond than the one before; return the broker's times of them."""
    written = []
    producer = AIOKafkaProducer(bootstrap_servers=lab.settings.bootstrap())
    await producer.start()
    try:
        for number in numbers:
            sent = await producer.send_and_wait(
                lab.full(topic),
                b"%d" % number,
                b"key %d" % number,
                timestamp_ms=stamp_ms,
                headers=[("n", b"%d" % number)],
            )
            written.append(datetime.fromtimestamp(sent.timestamp / 1000, UTC))
            await asyncio.sleep(0.003)
    finally:
        await producer.stop()
    return written


async def numbers(lab: Lab, **span: Any) -> list[int]:
    """Return the numbers of the records in a span."""
    return sorted(
        int(message.value or b"-1") for message in [one async for one in read(lab.settings, "pages.fetched", **span)]
    )


def _place(message: RawMessage) -> tuple[int, int]:
    return message.partition, message.offset


async def test_records_come_whole_and_each_partition_in_order(lab: Lab) -> None:
    """Place, time, key, value and headers are the broker's; a key is where `partition_of` says."""
    written = await write(lab, range(20))

    messages = [message async for message in read(lab.settings, "pages.fetched")]

    assert {(message.key, message.value) for message in messages} == {(b"key %d" % n, b"%d" % n) for n in range(20)}
    assert all(message.headers == (("n", message.value),) for message in messages)
    assert all(message.written == written[int(message.value or b"-1")] for message in messages)
    for part in range(PARTITIONS):
        offsets = [message.offset for message in messages if message.partition == part]
        assert offsets == list(range(len(offsets)))
    assert all(message.partition == partition_of(message.key or b"", PARTITIONS) for message in messages)


async def test_a_span_of_time_holds_its_first_moment_and_not_its_last(lab: Lab) -> None:
    """From the first record at `since` to before the first one at `until`."""
    at = await write(lab, range(20))
    later = at[-1] + timedelta(milliseconds=1)

    assert await numbers(lab, since=at[5], until=at[12]) == [*range(5, 12)]
    assert await numbers(lab, since=at[15]) == [*range(15, 20)]
    assert await numbers(lab, until=at[3]) == [0, 1, 2]
    assert await numbers(lab, since=later) == []
    assert await numbers(lab, since=at[12], until=at[5]) == []
    assert await count(lab.settings, "pages.fetched", since=at[5], until=at[12]) == 7


async def test_a_record_that_its_writer_dates_back_keeps_the_brokers_time(lab: Lab) -> None:
    """Or it would have expired before anybody read it."""
    long_ago = datetime(1990, 1, 1, tzinfo=UTC)
    await write(lab, range(1), stamp_ms=round(long_ago.timestamp() * 1000))

    (message,) = [message async for message in read(lab.settings, "pages.fetched")]

    assert message.written > long_ago + timedelta(days=365)


async def test_chosen_partitions_alone(lab: Lab) -> None:
    """Who knows the key need not read the others."""
    await write(lab, range(10))
    meant = partition_of(b"key 7", PARTITIONS)

    messages = [message async for message in read(lab.settings, "pages.fetched", partitions=[meant])]

    assert {message.partition for message in messages} == {meant}
    assert b"7" in {message.value for message in messages}


async def test_reading_begins_at_chosen_offsets(lab: Lab) -> None:
    """A partition that is not named begins where it would; an offset beyond the end leaves nothing of its own."""
    await write(lab, range(20))
    everything = [message async for message in read(lab.settings, "pages.fetched")]

    messages = [message async for message in read(lab.settings, "pages.fetched", first={0: 3})]
    beyond = [message async for message in read(lab.settings, "pages.fetched", first={0: 10**6})]

    wanted = [one for one in everything if one.partition != 0 or one.offset >= 3]
    assert sorted(messages, key=_place) == sorted(wanted, key=_place)
    assert {one.partition for one in beyond} == {1}
    assert any(one.partition == 0 for one in messages)


async def test_what_is_written_while_reading_is_not_read(lab: Lab) -> None:
    """The end is the one at the beginning: who writes what he reads back comes to an end."""
    await write(lab, range(5))
    seen = 0
    async with aclosing(read(lab.settings, "pages.fetched")) as messages:
        async for _ in messages:
            seen += 1
            await write(lab, range(100, 102))

    assert seen == 5
    assert await count(lab.settings, "pages.fetched") == 15


async def test_reading_leaves_no_group_behind(lab: Lab) -> None:
    """Nothing is committed and no service's place moves."""
    await lab.write(found(6))
    assert len([message async for message in read(lab.settings, "urls.found")]) == 6
    assert set((await lab.committed("discovery", "urls.found")).values()) == {0}


async def test_an_empty_topic_ends_at_once(lab: Lab) -> None:
    """No record, no waiting."""
    assert await numbers(lab) == []


async def test_one_record_as_large_as_its_topic_allows_is_read(lab: Lab) -> None:
    """A fetch is smaller than a dead letter may be: the broker gives the first record whole all the same."""
    large = bytes(12_000_000)
    producer = AIOKafkaProducer(bootstrap_servers=lab.settings.bootstrap(), max_request_size=32 << 20)
    await producer.start()
    try:
        await producer.send_and_wait(lab.full("indexing.dead"), large, partition=0)
        await lab.write([Wire("indexing.dead", b"k", b"small", ())])
    finally:
        await producer.stop()

    sizes = [len(message.value or b"") async for message in read(lab.settings, "indexing.dead")]

    assert sorted(sizes) == [5, len(large)]


async def test_a_broker_that_is_away_is_an_error_of_ours(lab: Lab) -> None:
    """The message names the address and what to start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    away = lab.settings.model_copy(update={"kafka": Kafka(bootstrap=address, topic_prefix="t")})

    with pytest.raises(BrokerUnavailable, match=f"Kafka at {address} does not answer"):
        await anext(read(away, "pages.fetched"))
