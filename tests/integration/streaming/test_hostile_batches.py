"""Batches that the broker takes and no client library wrote: both engines pass them, each record has its end."""

from typing import Any, Literal

import pytest
from aiokafka import AIOKafkaProducer

from integration.streaming.lab import Lab, found, hand_on, numbers, until
from marsad.contracts.codec import Wire
from marsad.localstack import Endpoints
from marsad.streaming.service import Service, Source
from support.rawbatch import CODECS, RawRecord, RawWriter, batch, compressed

pytestmark = [pytest.mark.stack, pytest.mark.parametrize("engine", ["faust", "window"])]

Engine = Literal["faust", "window"]
TOPIC = "urls.found"


def service(engine: Engine) -> Service:
    """Return `discovery` that hands every URL on."""
    return Service("discovery", engine, (Source(TOPIC, hand_on, batch=20),))


def raw(wire: Wire, **changes: Any) -> RawRecord:
    """Return a record as it goes into a batch."""
    headers = [(name.encode(), value) for name, value in wire.headers]
    return RawRecord(wire.value, [*headers, *changes.pop("more", [])], wire.key, **changes)


def hostile() -> list[bytes]:
    """Return batches with a good record at each end of most, and what stops a consumer of aiokafka between them."""
    good = [raw(wire) for wire in found(12)]
    odd = raw(found(1, first=90)[0], more=[(b"\xff\xfe", b"1")])
    foreign = batch([good[0], odd, good[1]])
    packed = batch([good[2], odd, good[3]], codec=CODECS["zstd"])
    offsets = batch([good[4], RawRecord(b"{}", delta=5_000), RawRecord(b"{}", delta=-9), good[5]])
    crowd = batch([good[6], RawRecord(b"{}", [(b"", None)] * 200_000), good[7]], codec=CODECS["zstd"])
    attributes = batch([good[8], RawRecord(b"{}", attributes=0xFF), good[9]])
    damaged = batch(compressed(CODECS["gzip"], good[0].content(0)) + b"junk", codec=CODECS["gzip"])
    bomb = batch([RawRecord(bytes(128 << 20))], codec=CODECS["zstd"])
    old = batch([good[10], RawRecord(None, key=None, moment=-(1 << 62)), good[11]], first_ms=0)
    return [foreign, packed, offsets, crowd, attributes, damaged, bomb, old]


async def test_no_batch_stops_a_partition(lab: Lab, stack: Endpoints, engine: Engine) -> None:
    """All good records pass, all others lie among the dead letters under their offsets, and all is committed."""
    async with RawWriter(stack.kafka) as writer:
        for content in hostile():
            await writer.write(lab.full(TOPIC), 0, content)
    await lab.write(found(10, first=12))
    running = lab.start(service(engine))
    await until(lambda: lab.caught_up("discovery", TOPIC), running)
    await running.end()
    dead = [dict(record.headers) for record in await lab.read("discovery.dead")]

    assert sorted(numbers(await lab.read("urls.discovered"))) == list(range(22))
    assert sorted(int(headers["marsad_dead_offset"]) for headers in dead) == [1, 4, 7, 8, 11, 14, 16, 17, 19]
    assert {headers["marsad_dead_reason"] for headers in dead} == {b"undecodable"}


async def test_a_foreign_name_keeps_its_bytes_and_its_task(lab: Lab, stack: Endpoints, engine: Engine) -> None:
    """The dead letter has the value and the headers, and the ledger says how the task ended."""
    (wire,) = found(1)
    async with RawWriter(stack.kafka) as writer:
        await writer.write(lab.full(TOPIC), 0, batch([raw(wire, more=[(b"\xff", b"1")])]))
    running = lab.start(service(engine))
    await until(lambda: lab.caught_up("discovery", TOPIC), running)
    await running.end()
    (dead,) = await lab.read("discovery.dead")
    (report,) = await lab.read("ledger")

    assert (dead.key, dead.value) == (wire.key, wire.value)
    assert dead.headers[: len(wire.headers) + 1] == (*wire.headers, ("\\xff", b"1"))
    assert b'"state":"quarantined"' in report.value


async def test_the_ends_of_transactions_are_no_lost_records(lab: Lab, engine: Engine) -> None:
    """Writers of other teams may use transactions: each end takes an offset, and reading goes on past it."""
    producer = AIOKafkaProducer(bootstrap_servers=lab.settings.bootstrap(), transactional_id=lab.full("writer"))
    await producer.start()
    try:
        for number in range(3):
            async with producer.transaction():
                for wire in found(10, first=10 * number):
                    await producer.send(lab.full(TOPIC), wire.value, wire.key, headers=list(wire.headers))
    finally:
        await producer.stop()
    running = lab.start(service(engine))
    await until(lambda: lab.caught_up("discovery", TOPIC), running)
    await running.end()

    assert sorted(numbers(await lab.read("urls.discovered"))) == list(range(30))
    assert await lab.read("discovery.dead") == []
