"""A run of harmed records through all services on real servers: write, wait until all is read, account for each."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from marsad.contracts.topics import CONTRACTS, LANES, SERVICES, dead_topic, lane_topic
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.settings import Settings
from marsad.streaming.batches import is_marker
from marsad.streaming.lag import places
from marsad.streaming.reader import read
from marsad.streaming.topics import admin_client, load_topics
from marsad.supervisor import Supervisor
from support.accounting import Accounts, Entry
from support.fuzzer import Fuzzed, Fuzzer
from support.rawbatch import CODECS, RawRecord, RawWriter, batch

BATCH, BATCH_BYTES = 40, 400_000
LOOK_EVERY_S, LOOKS = 2.0, 2
SITES_NET, SITES = "127.0.1", 60
WRITTEN_AGO_S = 2 * 3_600  # the lanes' delays are over, where the writer's time counts
IDS_AT_ONCE = 1_000
Say = Callable[[str], None]


async def writers_date_lanes(own: Settings) -> None:
    """Have the retry lanes keep the times of their writers: by the broker's, each record would wait out its delay."""
    topics = load_topics(own)
    lanes = [
        ConfigResource(
            ConfigResourceType.TOPIC,
            topics.full(name),
            topics.specs[name].config() | {"message.timestamp.type": "CreateTime"},  # all of them: the others would go
        )
        for name in map(lane_topic, LANES)
    ]
    async with admin_client(own) as admin:
        (response,) = await admin.alter_configs(lanes)
    assert [code for code, *_ in response.resources if code] == []


@dataclass
class Run:
    """What was put in so far.

    Attributes:
        refused: records that the broker did not take, by topic.
    """

    own: Settings
    entries: list[Entry] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    held: dict[tuple[str, int], list[Fuzzed]] = field(default_factory=lambda: defaultdict(list))

    async def write(self, fuzzer: Fuzzer, count: int, say: Say) -> None:
        """Make records and write them over all partitions, in batches as odd as their records."""
        topics, dice = load_topics(self.own), random.Random(count)  # noqa: S311 - repeatable
        async with RawWriter(self.own.bootstrap()) as writer:
            for number, topic in enumerate(fuzzer.topics(count)):
                part = (topic, dice.randrange(topics.specs[topic].partitions))
                self.held[part].append(await asyncio.to_thread(fuzzer.make, topic, number))
                if len(self.held[part]) >= BATCH or _size(self.held[part]) > BATCH_BYTES:
                    await self._flush(writer, part, topics.full(topic))
                if number % 5_000 == 0:
                    say(f"{number:,} of {count:,} records made")
            for part in list(self.held):
                await self._flush(writer, part, topics.full(part[0]))

    async def _flush(self, writer: RawWriter, part: tuple[str, int], full: str) -> None:
        waiting = self.held.pop(part, [])
        if waiting and not await self._put(writer, part, full, waiting):
            for one in waiting:  # the broker judges whole batches
                if not await self._put(writer, part, full, [one]):
                    self.refused[part[0]] += 1

    async def _put(self, writer: RawWriter, part: tuple[str, int], full: str, records: Sequence[Fuzzed]) -> bool:
        try:
            first = await writer.write(full, part[1], _batch([one.record for one in records]))
        except KafkaError:
            return False
        self.entries += [Entry((*part, first + at), one.kind, one.subject) for at, one in enumerate(records)]
        return True

    async def settled(self, services: Supervisor, deadline_s: float, say: Say) -> None:
        """Wait until no topic has any lag, twice in a row: between two looks a record may pass from one to another.

        Raises AssertionError where a service ends by itself, TimeoutError after the deadline.
        """
        clear = 0
        async with asyncio.timeout(deadline_s):
            while clear < LOOKS:
                assert services.watch() == [], "a service ended by itself"
                waiting = Counter[str]()
                for place in await places(self.own):
                    waiting[place.topic] += place.end - place.next
                say(
                    "waiting: "
                    + (", ".join(f"{topic} {count:,}" for topic, count in waiting.items() if count) or "none")
                )
                clear = 0 if +waiting else clear + 1
                await asyncio.sleep(LOOK_EVERY_S)

    async def accounts(self) -> Accounts:
        """Read everything that the services wrote; tell the inputs from it."""
        found = Accounts(frozenset(entry.place for entry in self.entries))
        for topic in (*CONTRACTS, *map(dead_topic, SERVICES)):
            async for message in read(self.own, topic):
                if not is_marker(message.headers):
                    found.take([message])
        found.documents = await self._documents()
        return found

    async def titles(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the headlines of these articles as the index has them."""
        news = Names.of(self.own).news
        async with connect(self.own) as client:
            await client.indices.refresh(index=news)
            answer = await client.search(index=news, size=len(keys), query={"ids": {"values": list(keys)}})
        return {hit["_id"]: hit["_source"]["title"] for hit in answer["hits"]["hits"]}

    async def _documents(self) -> set[str]:
        """Return which subjects of the ledger's inputs have a document."""
        subjects = sorted({entry.subject for entry in self.entries if entry.place[0] == "ledger" and entry.subject})
        there: set[str] = set()
        async with connect(self.own) as client:
            for start in range(0, len(subjects), IDS_AT_ONCE):
                some = subjects[start : start + IDS_AT_ONCE]
                answer = await client.mget(index=Names.of(self.own).ledger, ids=some, source=False)
                there |= {item["_id"] for item in answer["docs"] if item.get("found")}
        return there


def _size(records: Sequence[Fuzzed]) -> int:
    return sum(len(one.record.value or b"") + 1_000 for one in records)


def _batch(records: Sequence[RawRecord]) -> bytes:
    """Return a batch, compressed where the broker would not look at what is odd in it."""
    odd = any(record.delta is not None for record in records)
    return batch(records, codec=0 if odd else CODECS["zstd"], first_ms=round((time.time() - WRITTEN_AGO_S) * 1000))


@asynccontextmanager
async def canary() -> AsyncIterator[tuple[int, list[str]]]:
    """Listen where fetching must never ask; give the port and who came."""
    came: list[str] = []

    async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(str(writer.get_extra_info("sockname")))
        writer.close()

    first = await asyncio.start_server(note, "127.0.0.2", 0)
    port: int = first.sockets[0].getsockname()[1]
    second = await asyncio.start_server(note, "::1", port)
    async with first, second:
        yield port, came


@asynccontextmanager
async def sites() -> AsyncIterator[list[str]]:
    """Serve hosts without any page, so many that no task waits long for its turn; give their origins."""
    runner = web.AppRunner(web.Application())
    await runner.setup()
    try:
        first = web.TCPSite(runner, f"{SITES_NET}.1", 0)
        await first.start()
        port = runner.addresses[0][1]
        for number in range(2, SITES + 1):
            await web.TCPSite(runner, f"{SITES_NET}.{number}", port).start()
        yield [f"http://{SITES_NET}.{number}:{port}" for number in range(1, SITES + 1)]
    finally:
        await runner.cleanup()
