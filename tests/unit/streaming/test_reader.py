"""The reader: which partition a key has, and mistakes that are told before any broker is asked."""

from datetime import UTC, datetime

import pytest
from aiokafka.partitioner import DefaultPartitioner

from marsad.errors import SettingsError
from marsad.streaming.reader import count, partition_of, read
from unit.streaming.doubles import SETTINGS


@pytest.mark.parametrize(
    ("key", "hashed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
    ],
)
def test_partitions_follow_the_java_clients_hash(key: bytes, hashed: int) -> None:
    """The hashes are those of Kafka's own test (UtilsTest.testMurmur2), in which the sign is dropped."""
    assert partition_of(key, 1_000_003) == (hashed & 0x7FFFFFFF) % 1_000_003


@pytest.mark.parametrize("partitions", [1, 4, 7])
def test_the_producer_agrees(partitions: int) -> None:
    """A record is looked for where aiokafka's producer puts it, Arabic keys included."""
    places = list(range(partitions))
    for key in (b"", b"ajil.example", "مرصد".encode(), bytes(range(256))):
        assert partition_of(key, partitions) == DefaultPartitioner()(key, places, places)


async def test_an_unknown_topic_is_named_with_those_that_exist() -> None:
    """A slip of the pen is answered with what there is."""
    with pytest.raises(SettingsError, match=r"no topic 'pages'; there are urls\.found.*pages\.fetched"):
        await anext(read(SETTINGS, "pages"))


async def test_a_partition_that_does_not_exist_is_named() -> None:
    """Kafka's clients would wait for it without end."""
    with pytest.raises(SettingsError, match=r"pages\.fetched has 4 partitions, numbered from 0; there is no 4"):
        await anext(read(SETTINGS, "pages.fetched", partitions=[0, 4]))


async def test_counting_minds_the_same_mistakes() -> None:
    """What cannot be read cannot be counted."""
    with pytest.raises(SettingsError, match="no topic 'nothing'"):
        await count(SETTINGS, "nothing", since=datetime(2026, 1, 1, tzinfo=UTC))
