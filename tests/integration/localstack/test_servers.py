"""The session's servers: closed to the network, run without rights, strict, and back after a kill."""

import asyncio
import os
import uuid

import httpx
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from marsad.localstack import Endpoints, ServerName, Stack

pytestmark = pytest.mark.stack

LARGEST = 16 * 1024 * 1024
SERVERS: tuple[ServerName, ...] = ("kafka", "elasticsearch")


@pytest.fixture
def own(stack_servers: Stack | None) -> Stack:
    """The session's own stack, where it has one."""
    if stack_servers is None:
        pytest.skip("the environment names servers that are not ours to look into")
    return stack_servers


@pytest.fixture
async def topic(stack: Endpoints) -> str:
    """A new topic of one partition."""
    name = f"test.{uuid.uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()
    return name


async def write(stack: Endpoints, topic: str, value: bytes) -> None:
    """Write one record and wait until the broker has it."""
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all", max_request_size=LARGEST)
    await producer.start()
    try:
        await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def read(stack: Endpoints, topic: str) -> bytes:
    """Read the first record of a topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.kafka, max_partition_fetch_bytes=LARGEST)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.seek_to_beginning()
        record = await asyncio.wait_for(consumer.getone(), 60)
    finally:
        await consumer.stop()
    assert record.value is not None
    return bytes(record.value)


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_listens_on_loopback_alone(own: Stack, server: ServerName) -> None:
    """Nobody on the same network can reach a server without a password."""
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(own.pid(server)).net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]

    assert len(listening) == 2
    assert set(listening) <= {"127.0.0.1", "::ffff:127.0.0.1"}


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_runs_without_roots_rights(own: Stack, server: ServerName) -> None:
    """Also where root started it."""
    assert 0 not in psutil.Process(own.pid(server)).uids()


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_is_our_direct_child(own: Stack, server: ServerName) -> None:
    """No launcher stands between, so that a kill hits the server itself."""
    assert psutil.Process(own.pid(server)).ppid() == os.getpid()
    assert psutil.Process(own.pid(server)).children() == []


async def test_an_unknown_topic_stays_unknown(stack: Endpoints) -> None:
    """The broker makes no topic because somebody asked for it."""
    name = f"test.{uuid.uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka)
    await admin.start()
    try:
        await admin.describe_topics([name])
        assert name not in await admin.list_topics()
    finally:
        await admin.close()


async def test_a_record_of_eleven_megabytes_passes(stack: Endpoints, topic: str) -> None:
    """An input of 10 MB fits whole into a dead letter; random bytes, which no codec makes smaller."""
    value = os.urandom(11_000_000)

    await write(stack, topic, value)

    assert await read(stack, topic) == value


def test_elasticsearch_introduces_itself(stack: Endpoints) -> None:
    """Clients ask GET / and HEAD / first, which the server's core lacks and our plugin gives."""
    answer = httpx.get(stack.elasticsearch, trust_env=False).raise_for_status()

    assert answer.headers["x-elastic-product"] == "Elasticsearch"
    assert answer.json()["tagline"] == "You Know, for Search"
    assert httpx.head(stack.elasticsearch, trust_env=False).status_code == 200


def test_a_full_disk_does_not_lock_indices(own: Stack, stack: Endpoints) -> None:
    """The watermarks are off on a developer's machine."""
    assert own
    answer = httpx.get(
        f"{stack.elasticsearch}/_cluster/settings?include_defaults&filter_path=**.threshold_enabled", trust_env=False
    )

    assert '"false"' in answer.text
    assert '"true"' not in answer.text


@pytest.mark.faults
async def test_a_killed_broker_returns_with_its_records(own: Stack, stack: Endpoints, topic: str) -> None:
    """On the same port, after SIGKILL."""
    await write(stack, topic, "قبل".encode())
    before = own.pid("kafka")

    own.kill("kafka")
    await asyncio.to_thread(own.restart, "kafka")

    assert own.pid("kafka") != before
    assert (await read(stack, topic)).decode() == "قبل"


@pytest.mark.faults
def test_a_killed_node_returns_with_its_documents(own: Stack, stack: Endpoints) -> None:
    """On the same port, after SIGKILL, with what was acknowledged and never flushed."""
    address = f"{stack.elasticsearch}/test-{uuid.uuid4().hex}/_doc/1"
    httpx.put(address, json={"text": "قبل"}, trust_env=False, timeout=60).raise_for_status()

    own.kill("elasticsearch")
    own.restart("elasticsearch")

    assert httpx.get(address, trust_env=False, timeout=60).json()["_source"] == {"text": "قبل"}


def test_logs_are_quiet_and_readable(own: Stack) -> None:
    """What a server says is in its own file, and starting well takes few lines."""
    for server in SERVERS:
        assert len(own.log(server).read_text().splitlines()) < 200
