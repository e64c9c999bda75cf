"""The audit of a real chain: it balances at rest, and names each thing that a hand took away."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError
from elasticsearch import AsyncElasticsearch

from integration.audit.conftest import World
from marsad import outlets
from marsad.audit.balance import Balance, Check
from marsad.audit.verdict import audit
from marsad.contracts.codec import Record, Wire, encode
from marsad.contracts.ids import derive
from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES
from marsad.contracts.urls import UrlDiscovered
from marsad.discovery.schedule import sources_of
from marsad.discovery.submission import hand_over
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.settings import Settings, as_environment
from marsad.streaming.effects import ledger_record
from marsad.streaming.lag import places
from marsad.streaming.outbox import Outbox
from marsad.streaming.topics import load_topics
from marsad.supervisor import Supervisor
from support.chain import documents, until
from support.payloads import make_task

pytestmark = pytest.mark.stack


@pytest.fixture
async def client(world: World) -> AsyncIterator[AsyncElasticsearch]:
    """A client of the world's index."""
    async with connect(world.own) as client:
        yield client


async def write(own: Settings, *wires: Wire) -> None:
    """Write records as a service would."""
    outbox = Outbox(own)
    await outbox.start()
    try:
        assert await outbox.deliver(wires) == set()
    finally:
        await outbox.stop()


async def skip(own: Settings, service: str, topic: str) -> None:
    """Commit past everything that a service has not read, as if it had been dropped."""
    full = load_topics(own).full(topic)
    ends = {
        TopicPartition(full, place.partition): place.end
        for place in await places(own)
        if (place.service, place.topic) == (service, topic)
    }
    consumer = AIOKafkaConsumer(
        bootstrap_servers=own.bootstrap(), group_id=f"{own.kafka.topic_prefix}.{service}", enable_auto_commit=False
    )
    await consumer.start()

    async def committed() -> bool:
        try:
            await consumer.commit(ends)
        except CommitFailedError:  # a killed service is still a member until its session ends
            return False
        return True

    try:
        consumer.assign(list(ends))
        await until(f"{service} is no member any more", committed)
    finally:
        await consumer.stop()


async def settled(own: Settings, topic: str) -> None:
    """Wait until indexing has read a topic to its end."""

    async def read() -> bool:
        return all(place.next == place.end for place in await places(own) if place.topic == topic)

    await until(f"{topic} is read", read)


def named(found: Balance) -> dict[Check, set[str]]:
    """Return the ids of the gaps by check."""
    gaps: dict[Check, set[str]] = {}
    for gap in found.gaps:
        gaps.setdefault(gap.check, set()).add(gap.id)
    return gaps


async def test_a_chain_at_rest_balances(world: World) -> None:
    """Pages and feeds have ended, one page waits before fetching; every check has looked at something."""
    found = await audit(world.own)

    assert found.gaps == ()
    assert found.in_flight == {"page": {"fetching": 1}}
    assert found.ended["page"][State.INDEXED] > 20
    assert found.ended["feed"][State.READ] == len(sources_of(outlets.load(world.own.outlets_dirs, builtin=False)))
    assert not found.missing
    assert {check for check in Check if not found.looked_at[check]} == {Check.DEAD}  # nothing was quarantined


async def test_a_chain_at_work_balances(world: World) -> None:
    """While services pass the same URLs once more, nothing that moves is taken for lost."""
    names = tuple(service for service in SERVICES if service != "fetching")
    with Supervisor(names, as_environment(world.own), logs=world.logs):
        for _ in range(3):
            await hand_over(world.own, [world.urls["article"]] * 40)
            found = await audit(world.own)
            assert found.gaps == ()
        await settled(world.own, "urls.found")
        await settled(world.own, "ledger")


async def drop_records(own: Settings, now: datetime) -> str:
    """Drop two records; return the task of the one of which nothing was reported."""
    # A URL was handed on, and its record dropped before fetching had read it.
    await skip(own, "fetching", "urls.discovered")
    # A record was read, and nothing was reported of its task.
    silent = make_task("nobody knows it", discovered_at=now)
    payload = UrlDiscovered(task=silent, target=silent.url, not_before=None, validators=None)
    await write(
        own, encode(Record("urls.discovered", "k", payload, task_id=silent.task_id), cause="c", source="t", at=now)
    )
    await skip(own, "fetching", "urls.discovered")
    return silent.task_id


async def harm_articles(own: Settings, client: AsyncElasticsearch) -> tuple[set[str], str, str]:
    """Return the writer of a deleted article, an article set back, and one written by nobody."""
    articles = list((await documents(own)).items())
    (gone, gone_source), (old, old_source), (_, strange_source) = articles[:3]
    index = {key: Names.of(own).articles(datetime.fromisoformat(source["first_seen"])) for key, source in articles}
    await client.delete(index=index[gone], id=gone)
    await client.delete(index=index[old], id=old)
    older = {**old_source, "revision": old_source["revision"] - 1}
    foreign = derive("an article of nobody")
    await client.index(index=index[old], id=old, document=older)
    await client.index(
        index=index[old], id=foreign, document={**strange_source, "article_id": foreign, "task_id": derive("x")}
    )
    return {gone_source["task_id"]}, old, foreign


async def harm_reports(world: World, client: AsyncElasticsearch, now: datetime) -> str:
    """Take one report out of the index; return the task of another, whose dead letter there is not."""
    own = world.own
    lost = make_task("its letter was lost", discovered_at=now)
    entry = ledger_record(lost.task_id, State.QUARANTINED, "extraction", now, task=lost, reason="undecodable")
    with Supervisor(("indexing",), as_environment(own), logs=world.logs):
        await write(own, encode(entry, cause="c", source="t", at=now))
        await settled(own, "ledger")
    await client.delete(index=Names.of(own).ledger, id=world.tasks["nowhere"])
    return lost.task_id


async def test_each_gap_is_named(world: World, client: AsyncElasticsearch) -> None:
    """What was dropped, deleted or written by hand is named, each thing once, and nothing else is."""
    now = datetime.now(UTC)
    silent = await drop_records(world.own, now)
    writers, old, foreign = await harm_articles(world.own, client)
    lost = await harm_reports(world, client, now)

    found = await audit(world.own)

    assert named(found) == {
        Check.WAITS: {world.tasks["late"]},
        Check.KNOWN: {silent},
        Check.INDEXED: writers,
        Check.NEWEST: {old},
        Check.WRITTEN: {foreign},
        Check.DEAD: {lost},
        Check.AGREES: {world.tasks["nowhere"]},
    }
    details = {gap.check: gap.detail for gap in found.gaps}
    assert "last seen handed on at" in details[Check.WAITS]
    assert "last seen enriched at" in details[Check.INDEXED]
    assert found.missing == {"page": 1}
