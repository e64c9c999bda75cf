"""Real servers through their lives: started, doubled, ended, killed, found again, always with their data."""

import asyncio
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from marsad.errors import LocalStackError
from marsad.localstack import Endpoints, ServerName, Stack, pins, ports, processes
from marsad.settings import STACK_FILE

pytestmark = pytest.mark.stack

PATIENCE_S = 180.0
LARGEST = 16 * 1024 * 1024
MARSAD = "import sys; from marsad.cli.app import main; sys.argv = ['marsad', 'up']; main()"


async def written_record(endpoints: Endpoints, value: bytes) -> str:
    """Write one record to a topic of its own, wait until the broker has it, and return the topic."""
    topic = f"test.{uuid.uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=endpoints.kafka)
    producer = AIOKafkaProducer(bootstrap_servers=endpoints.kafka, acks="all", max_request_size=LARGEST)
    await admin.start()
    await producer.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
        await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()
        await admin.close()
    return topic


async def first_record(endpoints: Endpoints, topic: str) -> bytes:
    """Read the first record of a topic."""
    partition = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=endpoints.kafka, max_partition_fetch_bytes=LARGEST)
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        record = await asyncio.wait_for(consumer.getone(), PATIENCE_S)
    finally:
        await consumer.stop()
    assert record.value is not None
    return bytes(record.value)


def indexed_document(endpoints: Endpoints, text: str) -> str:
    """Index one document into an index of its own, and return its path."""
    path = f"/test-{uuid.uuid4().hex}/_doc/1"
    httpx.put(f"{endpoints.elasticsearch}{path}", json={"text": text}, trust_env=False, timeout=60).raise_for_status()
    return path


def document(endpoints: Endpoints, path: str) -> str:
    """Read a document's text back."""
    answer = httpx.get(f"{endpoints.elasticsearch}{path}", trust_env=False, timeout=60).raise_for_status()
    return str(answer.json()["_source"]["text"])


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def alive(process: psutil.Process) -> bool:
    """Whether a process runs."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@contextmanager
def parent(program: str, data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a Python program that starts a stack on a data folder, until its stack file is there."""
    environment = {**os.environ, "MARSAD_DATA_DIR": str(data_dir), "COLUMNS": "200"}
    command = (sys.executable, "-c", program)
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: (data_dir / STACK_FILE).exists() or process.poll() is not None)
            yield process
        finally:
            process.kill()


def endpoints_of(data_dir: Path) -> Endpoints:
    """Read the addresses as other commands do."""
    known = json.loads((data_dir / STACK_FILE).read_text())
    return Endpoints(known["kafka"], known["elasticsearch"])


def test_up_serves_refuses_a_second_and_ends_in_order(data_dir: Path) -> None:
    """`marsad up` serves until SIGTERM and then leaves with 0; a second one meanwhile says where the first answers."""
    with parent(MARSAD, data_dir) as first:
        servers = psutil.Process(first.pid).children()
        endpoints = endpoints_of(data_dir)
        version = httpx.get(endpoints.elasticsearch, trust_env=False).json()["version"]["number"]

        with parent(MARSAD, data_dir) as second:
            words = second.communicate(timeout=PATIENCE_S)[1]

        first.send_signal(signal.SIGTERM)
        farewell = first.communicate(timeout=PATIENCE_S)[1]

    assert version == pins.ELASTICSEARCH_VERSION
    assert second.returncode == 1
    assert endpoints.kafka in words
    assert endpoints.elasticsearch in words
    assert "Traceback" not in words
    assert first.returncode == 0
    assert endpoints.kafka in farewell
    assert len(servers) == 2
    assert not any(alive(server) for server in servers)
    assert not (data_dir / STACK_FILE).exists()


def test_a_killed_parent_leaves_no_orphans_and_loses_no_data(data_dir: Path, tmp_path: Path) -> None:
    """The kernel ends the servers; one that it could not end is found by the next start, and the data are there.

    Kafka is launched here without the kernel's promise, as on a system that has none.
    """
    faithless = tmp_path / "launch.py"
    faithless.write_text(processes.LAUNCHER.read_text().replace("PR_SET_PDEATHSIG, signal.SIGTERM", "4, 1"))
    program = f"""
import os, time
from pathlib import Path
from marsad.localstack import Stack, processes
spawn, launcher = processes.spawn, processes.LAUNCHER
def faithless(server):
    processes.LAUNCHER = Path({str(faithless)!r}) if server.name == "kafka" else launcher
    return spawn(server)
processes.spawn = faithless
stack = Stack(Path(os.environ["MARSAD_DATA_DIR"]))
stack.start()
time.sleep(600)
"""
    with parent(program, data_dir) as process:
        first = endpoints_of(data_dir)
        topic = asyncio.run(written_record(first, "قبل القتل".encode()))
        path = indexed_document(first, "قبل القتل")
        orphan, ended = sorted(
            psutil.Process(process.pid).children(), key=lambda child: "kafka.Kafka" not in child.cmdline()
        )
        process.kill()
        process.wait()

    until(lambda: not alive(ended))
    assert alive(orphan)
    said: list[str] = []
    with Stack(data_dir, report=said.append) as stack:
        assert said[0] == "Ended kafka, left behind by a process that was killed."
        assert not alive(orphan)
        assert stack.endpoints == first
        assert asyncio.run(first_record(stack.endpoints, topic)).decode() == "قبل القتل"
        assert document(stack.endpoints, path) == "قبل القتل"


def test_ports_that_are_lost_are_picked_anew(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each server's own words about a taken port are understood, and the next attempt has other ports."""
    choose = ports.choose
    lost: list[ServerName] = ["kafka", "elasticsearch"]
    with socket.create_server((ports.LOOPBACK, 0)) as somebody:
        taken = int(somebody.getsockname()[1])

        def choose_late(asked: dict[ServerName, int], last: dict[str, int]) -> dict[str, int]:
            return choose(asked, last) | ({lost.pop(0): taken} if lost else {})

        monkeypatch.setattr(ports, "choose", choose_late)
        with Stack(data_dir) as stack:
            assert lost == []
            assert str(taken) not in f"{stack.endpoints}"


def test_a_corrupted_artefact_is_refused(data_dir: Path) -> None:
    """Before anything is fetched or started, the message names the file and both digests."""
    broken = pins.pins()[0]
    artefacts = data_dir / "others"
    downloads = artefacts / "downloads"
    downloads.mkdir(parents=True)
    (downloads / broken.filename).write_bytes(b"not the broker")

    with pytest.raises(LocalStackError) as caught:
        Stack(data_dir, artefacts=artefacts).start()

    found = hashlib.sha256(b"not the broker").hexdigest()
    assert str(downloads / broken.filename) in str(caught.value)
    assert f"expected SHA-256 {broken.sha256}, found {found}" in str(caught.value)
    assert not (data_dir / STACK_FILE).exists()
