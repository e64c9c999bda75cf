"""Outbox, timers, signals and lag on a real broker."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from integration.streaming.lab import Lab, found, found_wire, hand_on, numbers, until
from marsad.contracts.codec import Record, Wire
from marsad.contracts.topics import SERVICES
from marsad.settings import Settings
from marsad.streaming.lag import lags
from marsad.streaming.outbox import Outbox
from marsad.streaming.serve import serve
from marsad.streaming.service import Publish, Service, Source, Timer
from marsad.streaming.topics import load_topics
from support.payloads import make_found

pytestmark = pytest.mark.stack

MakeLab = Callable[..., Lab]
URLS = Source("urls.found", hand_on, batch=10)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Outbox]:
    """Give a connected outbox."""
    outbox = Outbox(settings)
    await outbox.start()
    try:
        yield outbox
    finally:
        await outbox.stop()


async def test_a_delivered_record_is_there(lab: Lab) -> None:
    """Key, value and headers arrive as they were, a name twice included, and the order of a key is kept."""
    wires = [Wire("urls.found", b"k", str(number).encode(), (("h", b"1"), ("h", b"2"))) for number in range(300)]
    async with opened(lab.settings) as outbox:
        assert await outbox.deliver(wires) == set()
    records = await lab.read("urls.found")

    assert [record.value for record in records] == [wire.value for wire in wires]
    assert {(record.key, tuple(record.headers)) for record in records} == {(b"k", (("h", b"1"), ("h", b"2")))}


async def test_what_the_broker_finds_too_large_is_named(make_lab: MakeLab) -> None:
    """Where the broker's limit is below the file's, its refusal is final for that record alone."""
    lab = make_lab(urls__found={"max_bytes": 100_000})
    await lab.open()
    trusting = make_lab(urls__found={"max_bytes": 8_000_000}).settings
    settings = trusting.model_copy(update={"kafka": lab.settings.kafka})
    noise = os.urandom(3_000_000)
    wires = [*found(3), found_wire(make_found("https://ajil.example/3", noise=noise.hex()), 3), *found(3, first=4)]
    async with opened(settings) as outbox:
        refused = await outbox.deliver(wires)

    assert refused == {3}
    assert len(await lab.read("urls.found")) == 6


@pytest.mark.parametrize("size", [262_144, 1_000_000, 5_000_000, 10_400_000])
async def test_records_of_any_size_that_fits_are_delivered(lab: Lab, size: int) -> None:
    """Larger than a batch, than Kafka's own default, and just below the topic's limit; incompressible."""
    body = os.urandom(size)
    async with opened(lab.settings) as outbox:
        refused = await outbox.deliver([Wire("pages.fetched", b"k", body, ()), *found(1)])

    assert refused == set()
    assert [record.value for record in await lab.read("pages.fetched")] == [body]


async def test_many_deliveries_at_once(lab: Lab) -> None:
    """Batches that are under way together share the connection; each returns when its own records are there."""
    async with opened(lab.settings) as outbox:
        answers = await asyncio.gather(*(outbox.deliver(found(5, first=5 * turn)) for turn in range(40)))

    assert answers == [set()] * 40
    assert sum((await lab.ends("urls.found")).values()) == 200


async def test_a_timer_publishes(lab: Lab) -> None:
    """What a timer sends comes back through the topic like any record, and ticks go on."""
    ticks: list[int] = []

    async def tick(publish: Publish) -> None:
        ticks.append(len(ticks))
        data = make_found(f"https://ajil.example/{ticks[-1]}")
        await publish([Record("urls.found", "k", data)], f"tick {ticks[-1]}")

    running = lab.start(Service("discovery", "faust", (URLS,), (Timer(0.2, tick),)))
    await until(lambda: len(ticks) > 3, running)
    await until(lambda: _handed_on(lab, 3), running)
    await running.end()

    assert set(range(3)) <= set(numbers(await lab.read("urls.discovered")))


async def _handed_on(lab: Lab, count: int) -> bool:
    return sum((await lab.ends("urls.discovered")).values()) >= count


@pytest.mark.parametrize("engine", ["faust", "window"])
async def test_a_signal_ends_a_service_in_order(lab: Lab, engine: str) -> None:
    """After SIGTERM everything that was handled is committed, and what the service opened is closed."""
    steps: list[str] = []

    @asynccontextmanager
    async def build(_: Settings) -> AsyncIterator[Service]:
        steps.append("open")
        yield Service("discovery", "faust" if engine == "faust" else "window", (URLS,))
        steps.append("close")

    await lab.write(found(50))
    served = asyncio.create_task(serve(build, lab.settings))
    await until(lambda: _handed_on(lab, 50))
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(served, 120)

    assert steps == ["open", "close"]
    assert await lab.caught_up("discovery", "urls.found")


async def test_lag_counts_what_waits(lab: Lab) -> None:
    """Before a service has run all records wait; afterwards none does."""
    await lab.write(found(30))
    running = lab.start(Service("fetching", "window", (Source("urls.discovered", hand_on),)))
    before = {(lag.service, lag.topic): (lag.done, lag.waiting) for lag in await lags(lab.settings)}
    await running.end()
    running = lab.start(Service("discovery", "window", (URLS,)))
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    await running.end()
    after = {(lag.service, lag.topic): (lag.done, lag.waiting) for lag in await lags(lab.settings)}
    readers = sum(service in spec.readers for spec in load_topics(lab.settings).specs.values() for service in SERVICES)

    assert before["discovery", "urls.found"] == (0, 30)
    assert after["discovery", "urls.found"] == (30, 0)
    assert after["fetching", "urls.discovered"] == (0, 30)
    assert len(after) == readers
