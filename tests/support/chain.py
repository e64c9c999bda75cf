"""The whole chain as processes on a shared stack: own topics and indices for each test."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from marsad.contracts.codec import decode
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.states import State
from marsad.localstack import Endpoints
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.settings import Discovery, Fetching, Kafka, Pool, Search, Settings, Streaming
from marsad.streaming.topics import load_topics

DEADLINE_S = 240.0
LOOK_EVERY_S = 0.5


def chain_settings(stack: Endpoints, folder: Path, outlets: Path, **sections: Any) -> Settings:
    """Return settings of a chain of its own that fetches from loopback without pauses."""
    name = f"t{uuid4().hex[:10]}"
    return Settings.model_validate(
        {
            "data_dir": folder,
            "outlets_dirs": (outlets,),
            "builtin_outlets": False,
            "kafka": Kafka(bootstrap=stack.kafka, topic_prefix=name),
            "search": Search(url=stack.elasticsearch, index_prefix=f"{name}-"),
            "discovery": Discovery(feed_floor_s=3_600),
            "fetching": Fetching(
                contact="tests@marsad.example", spacing_s=0, allow_networks=(IPv4Network("127.0.0.0/8"),)
            ),
            "extraction": Pool(),
            "enrichment": Pool(),
            "streaming": Streaming(backoff_max_s=1),
            **sections,
        }
    )


async def until(what: str, ready: Callable[[], Any], deadline_s: float = DEADLINE_S) -> Any:
    """Return what an async condition returns once it is true. Fails with `what` after the deadline."""
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline_s
    while not (result := await ready()):
        if loop.time() > end:
            raise AssertionError(f"not within {deadline_s:.0f} s: {what}")
        await asyncio.sleep(LOOK_EVERY_S)
    return result


async def read_topic(own: Settings, name: str) -> list[ConsumerRecord]:
    """Return all records of a topic, from its beginning to its present end."""
    topics = load_topics(own)
    partitions = [TopicPartition(topics.full(name), number) for number in range(topics.specs[name].partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=own.bootstrap(), enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        records: list[ConsumerRecord] = []
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                records += batch
        return records
    finally:
        await consumer.stop()


async def ledger(own: Settings) -> dict[str, set[State]]:
    """Return every state that each task was reported in, from the topic itself."""
    states: dict[str, set[State]] = {}
    for record in await read_topic(own, "ledger"):
        entry = decode("ledger", record.value, record.headers).data
        assert isinstance(entry, LedgerEntry)
        states.setdefault(entry.task_id, set()).add(entry.state)
    return states


async def terminal(own: Settings) -> dict[str, set[State]]:
    """Return the terminal states of each task that has any."""
    ended = {task: {state for state in states if state.terminal} for task, states in (await ledger(own)).items()}
    return {task: states for task, states in ended.items() if states}


async def duplicates(own: Settings, names: Sequence[str]) -> dict[str, int]:
    """Return, by topic, how many records repeat one that is there already (the same CloudEvents id)."""
    found = {}
    for name in names:
        ids = Counter(dict(record.headers)["ce_id"] for record in await read_topic(own, name))
        found[name] = sum(count - 1 for count in ids.values())
    return found


async def documents(own: Settings) -> dict[str, dict[str, Any]]:
    """Return all articles in the index by id."""
    news = Names.of(own).news
    async with connect(own) as client:
        await client.indices.refresh(index=news, ignore_unavailable=True, allow_no_indices=True)
        answer = await client.search(index=news, size=10_000, query={"match_all": {}}, ignore_unavailable=True)
    return {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}
