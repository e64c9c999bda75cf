"""Rows of the loss table about a handler that blocks: a signal meanwhile, a long time, another assignment."""

import asyncio
from collections.abc import Sequence
from typing import Any

import faust
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from faust import streams
from faust.transport.consumer import Consumer

from integration.streaming.conftest import MakeLab, Note
from integration.streaming.lab import Lab, Running, hand_on, number_of, until
from integration.streaming.losses import BATCH, BROKEN, RECORDS, balance, deal, lab_of, reader
from integration.streaming.unguarded import take_out
from marsad.contracts.codec import Event
from marsad.contracts.urls import UrlFound
from marsad.streaming import faust_runner
from marsad.streaming.outcome import Outcome

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("quick_start")]

Patch = pytest.MonkeyPatch


class Door:
    """A handler that blocks at one record until it is opened."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(self, events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        if any(number_of(event.data.url) == BROKEN for event in events):
            self.reached.set()
            await self.open.wait()
        return await hand_on(events)


async def blocked(lab: Lab, door: Door) -> Running:
    """Run until the handler blocks."""
    running = lab.start(reader(door, BATCH))
    await until(door.reached.is_set, running)
    return running


async def test_a_signal_while_blocked(make_lab: MakeLab, note: Note) -> None:
    """The service ends although its handler does not, and what it held is left to its successor."""
    lab = await lab_of(make_lab)
    await (await blocked(lab, Door())).end()
    stopped = note(await balance(lab))
    await (await deal(lab, hand_on)).end()
    result = await balance(lab)

    assert stopped.lost == []
    assert stopped.committed <= BROKEN
    assert (result.lost, result.waiting) == ([], 0)


async def test_a_signal_while_blocked_without_own_acks(make_lab: MakeLab, note: Note, monkeypatch: Patch) -> None:
    """With `take_events`, which acknowledges when its generator is closed, the batch is committed unhandled."""
    take_out(monkeypatch, "own acks")
    lab = await lab_of(make_lab)
    await (await blocked(lab, Door())).end()
    result = note(await balance(lab))

    assert BROKEN in result.lost


async def test_a_signal_while_blocked_without_no_wait(make_lab: MakeLab, note: Note, monkeypatch: Patch) -> None:
    """With Faust's default the service waits for its streams for as long as the handler blocks."""
    take_out(monkeypatch, "no wait")
    rounds: list[int] = []
    wait = Consumer._wait_for_ack

    async def counted(consumer: Consumer, **options: float) -> None:
        rounds.append(len(rounds))
        await wait(consumer, **options)

    monkeypatch.setattr(Consumer, "_wait_for_ack", counted)
    lab, door = await lab_of(make_lab), Door()
    running = await blocked(lab, door)
    running.stop.set()
    await until(lambda: len(rounds) > 2)
    ended = running.task.done()
    result = note(await balance(lab))
    door.open.set()
    await running.end()

    assert not ended
    assert result.waiting > 0


async def members(lab: Lab) -> int:
    """Return how many members the group has."""
    admin = AIOKafkaAdminClient(bootstrap_servers=lab.settings.bootstrap())
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([f"{lab.settings.kafka.topic_prefix}.discovery"])
        return len(answer.groups[0][5])
    finally:
        await admin.close()


async def test_a_handler_blocks_for_long(make_lab: MakeLab, note: Note) -> None:
    """The service stays in its group however long it blocks, and goes on afterwards."""
    lab, door = await lab_of(make_lab), Door()
    running = await blocked(lab, door)
    await asyncio.sleep(2)  # twice what makes the other one leave
    there = await members(lab)
    door.open.set()
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    await running.end()
    result = note(await balance(lab))

    assert there == 1
    assert (result.lost, result.waiting) == ([], 0)


async def test_a_handler_blocks_for_long_without_long_poll(make_lab: MakeLab, note: Note, monkeypatch: Patch) -> None:
    """Past `broker_max_poll_interval` it leaves the group: what it does afterwards is committed no more."""
    take_out(monkeypatch, "long poll")
    lab, door = await lab_of(make_lab), Door()
    running = await blocked(lab, door)

    async def gone() -> bool:
        return await members(lab) == 0

    await until(gone, running)
    result = note(await balance(lab))

    assert not running.task.done()
    assert result.waiting > 0


async def reassigned(make_lab: MakeLab, monkeypatch: Patch) -> Lab:
    """Run until Faust has dropped all that it read under a former assignment.

    A rebalance falls between reading and handing out by chance alone, so the handler brings the new generation about
    itself, with records still in hand; and Faust iterates in plain Python, which acknowledges what it drops.
    """
    apps: list[Any] = []
    acknowledged: list[int] = []
    init, ack = faust.App.__init__, faust.Event.ack

    def noted(app: faust.App, *given: Any, **options: Any) -> None:
        init(app, *given, **options)
        apps.append(app)

    def counted(event: faust.Event) -> bool:
        acknowledged.append(event.message.offset)
        return ack(event)

    async def next_generation(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        await until(lambda: set(apps[-1].consumer._read_offset.values()) == {RECORDS - 1})
        apps[-1].consumer_generation_id += 1
        return await hand_on(events)

    monkeypatch.setattr(faust_runner, "BUFFERED", 2 * RECORDS)  # all of them lie in memory
    monkeypatch.setattr(faust.App, "__init__", noted)
    monkeypatch.setattr(faust.Event, "ack", counted)
    monkeypatch.setattr(streams, "_CStreamIterator", None)
    lab = await lab_of(make_lab)
    running = lab.start(reader(next_generation))
    await until(lambda: len(acknowledged) >= RECORDS, running)
    await running.end()
    return lab


async def test_an_acknowledgement_under_a_former_assignment(make_lab: MakeLab, note: Note, monkeypatch: Patch) -> None:
    """What is dropped was not handled: it is not committed, and a successor reads it again."""
    lab = await reassigned(make_lab, monkeypatch)
    dropped = note(await balance(lab))
    await (await deal(lab, hand_on)).end()
    result = await balance(lab)

    assert (dropped.lost, dropped.waiting) == ([], RECORDS)
    assert (result.lost, result.waiting) == ([], 0)


async def test_an_acknowledgement_under_a_former_assignment_without_generations(
    make_lab: MakeLab, note: Note, monkeypatch: Patch
) -> None:
    """Faust acknowledges what it drops, and whoever comes next begins behind it."""
    take_out(monkeypatch, "generations")
    result = note(await balance(await reassigned(make_lab, monkeypatch)))

    assert result.lost == list(range(1, RECORDS))
