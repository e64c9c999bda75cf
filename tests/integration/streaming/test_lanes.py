"""Retry lanes, pressure and waiting on the window engine of a real broker."""

import asyncio
from collections.abc import Sequence
from time import time
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from integration.streaming.lab import Lab, found, hand_on, number_of, numbers, states, until
from marsad.contracts.codec import Event, Record, Wire, encode
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered, UrlFound
from marsad.streaming import window_runner
from marsad.streaming.outcome import Outcome, Retry, Settle
from marsad.streaming.service import Service, Source
from support.payloads import NOON, make_task

pytestmark = pytest.mark.stack

DELAY_S = 1.5


def discovered(count: int) -> list[Wire]:
    """Return URLs to fetch, all of one host."""
    wires = []
    for number in range(count):
        task = make_task(str(number), url=f"https://ajil.example/{number}")
        data = UrlDiscovered(task=task, target=task.url, not_before=None, validators=None)
        record = Record("urls.discovered", "ajil.example", data, task_id=task.task_id)
        wires.append(encode(record, cause=str(number), source="test", at=NOON))
    return wires


class Host:
    """A host that answers at the third attempt; notes when it was asked for what."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, float, int]] = []

    async def __call__(self, events: Sequence[Event[UrlDiscovered]]) -> Sequence[Outcome]:
        return [self._answer(event) for event in events]

    def _answer(self, event: Event[UrlDiscovered]) -> Outcome:
        data = event.data
        self.asked.append((number_of(data.target), data.attempt, time(), event.timestamp_ms))
        if data.attempt < 2:
            return Retry("10s", data.model_copy(update={"attempt": data.attempt + 1}), "http_503")
        return Settle(State.GONE, "http_404", data.task)


def fetching(handler: Any) -> Service:
    """Return `fetching` with one lane, shortened."""
    sources = (
        Source("urls.discovered", handler, in_flight=8),
        Source("urls.retry.10s", handler, in_flight=8, delay_s=DELAY_S),
    )
    return Service("fetching", "window", sources)


async def test_a_record_comes_back_through_its_lane(lab: Lab) -> None:
    """Each task is tried until it ends, counted in its payload, and never before its lane's delay is over."""
    host = Host()
    await lab.write(discovered(20))
    running = lab.start(fetching(host))
    await until(lambda: len(host.asked) == 60, running)
    for topic in ("urls.discovered", "urls.retry.10s"):
        await until(lambda topic=topic: lab.caught_up("fetching", topic), running)  # type: ignore[misc]
    await running.end()

    assert sorted((number, attempt) for number, attempt, *_ in host.asked) == [
        (number, attempt) for number in range(20) for attempt in range(3)
    ]
    assert all(at >= written_ms / 1000 + DELAY_S for _, attempt, at, written_ms in host.asked if attempt)
    assert states(await lab.read("ledger")) == [State.GONE] * 20
    assert len(await lab.read("urls.retry.10s")) == 40


async def test_a_lane_that_waits_does_not_hold_the_others(lab: Lab) -> None:
    """While a lane's record is not due, fresh records are handled; a stop does not wait for the lane."""
    host = Host()
    sources = (
        Source("urls.discovered", host, in_flight=8),
        Source("urls.retry.10s", host, delay_s=3_600),
    )
    await lab.write(discovered(10))
    running = lab.start(Service("fetching", "window", sources))
    await until(lambda: lab.caught_up("fetching", "urls.discovered"), running)
    await running.end()

    assert [attempt for _, attempt, *_ in host.asked] == [0] * 10
    assert sum((await lab.committed("fetching", "urls.retry.10s")).values()) == 0
    assert len(await lab.read("urls.retry.10s")) == 10


async def test_a_lane_goes_on_where_it_stopped(lab: Lab) -> None:
    """What waited in a lane when the service ended is handled by its successor."""
    first, second = Host(), Host()
    waiting = Source("urls.retry.10s", first, delay_s=3_600)
    await lab.write(discovered(10))
    running = lab.start(Service("fetching", "window", (Source("urls.discovered", first), waiting)))
    await until(lambda: lab.caught_up("fetching", "urls.discovered"), running)
    await running.end()
    running = lab.start(fetching(second))
    await until(lambda: len(second.asked) == 20, running)
    await running.end()

    assert sorted((number, attempt) for number, attempt, *_ in second.asked) == [
        (number, attempt) for number in range(10) for attempt in (1, 2)
    ]


async def test_pressure_pauses_and_resumes(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """More records than may wait in memory: reading pauses, goes on, and none is left out or doubled."""
    turns = {"pause": 0, "resume": 0}

    def counted(name: str) -> Any:
        act = getattr(AIOKafkaConsumer, name)

        def counting(self: AIOKafkaConsumer, *partitions: TopicPartition) -> None:
            turns[name] += len(partitions)
            act(self, *partitions)

        return counting

    async def slow(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        await asyncio.sleep(0.002)
        return await hand_on(events)

    monkeypatch.setattr(window_runner, "QUEUED", 20)
    for name in turns:
        monkeypatch.setattr(AIOKafkaConsumer, name, counted(name))
    await lab.write(found(1_000))
    running = lab.start(Service("discovery", "window", (Source("urls.found", slow, batch=5),)))
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    await until(lambda: turns["resume"] == turns["pause"], running)
    await running.end()

    assert turns["pause"] > 0
    assert sorted(numbers(await lab.read("urls.discovered"))) == list(range(1_000))
