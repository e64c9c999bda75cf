"""Both engines on a real broker: every record ends in acknowledged effects, whatever its handler does."""

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

import pytest

from integration.streaming.lab import (
    KEYS,
    Lab,
    found,
    found_wire,
    hand_on,
    handed_on,
    number_of,
    numbers,
    until,
)
from marsad.contracts.codec import Event, Record, Wire
from marsad.contracts.urls import UrlFound
from marsad.errors import SearchUnavailable
from marsad.streaming.outcome import Emit, Outcome
from marsad.streaming.service import Service, Source
from support.payloads import make_extracted, make_found

pytestmark = [pytest.mark.stack, pytest.mark.parametrize("engine", ["faust", "window"])]

Engine = Literal["faust", "window"]


def service(engine: Engine, handler: Any, **source: Any) -> Service:
    """Return `discovery` with this handler of `urls.found`."""
    return Service("discovery", engine, (Source("urls.found", handler, **{"batch": 20, **source}),))


async def test_every_record_is_handled_and_committed(lab: Lab, engine: Engine) -> None:
    """All outputs are there once, each key's in order, and the committed offset is the end of each partition."""
    await lab.write(found(200))
    running = lab.start(service(engine, hand_on))
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    await running.end()
    written = numbers(await lab.read("urls.discovered"))

    assert sorted(written) == list(range(200))
    for index in range(len(KEYS)):
        own = [number for number in written if number % len(KEYS) == index]
        assert own == sorted(own)
    assert await lab.read("discovery.dead") == []


async def test_records_that_come_later_are_handled_too(lab: Lab, engine: Engine) -> None:
    """A service that has caught up goes on reading."""
    running = lab.start(service(engine, hand_on))
    for first in (0, 10, 20):
        await lab.write(found(10, first=first))
        await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    await running.end()

    assert sorted(numbers(await lab.read("urls.discovered"))) == list(range(30))


async def test_bad_records_are_kept_and_the_partition_moves_on(lab: Lab, engine: Engine) -> None:
    """Undecodable, poisonous and over-large ones lie among the dead letters with their bytes; all others went on."""
    bad = {3: b"\xff{", 4: None, 8: b'{"url": 7}'}
    wires = found(40)
    for number, value in bad.items():
        wires[number] = Wire("urls.found", wires[number].key, value, (("x", b"1"), ("x", b"2")))
    wires.append(Wire("urls.found", None, b"", ()))

    async def handler(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        if any(number_of(event.data.url) in {11, 12} for event in events):
            raise ZeroDivisionError("poison")
        return [huge() if number_of(event.data.url) == 20 else handed_on(event) for event in events]

    await lab.write(wires)
    running = lab.start(service(engine, handler))
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    await running.end()
    dead = await lab.read("discovery.dead")
    reasons = sorted(dict(record.headers)["marsad_dead_reason"].decode() for record in dead)
    expected = [wires[number] for number in (3, 4, 8, 11, 12, 20, 40)]

    assert sorted((record.key or b"", record.value) for record in dead) == sorted(
        (wire.key or b"", wire.value or b"") for wire in expected
    )
    assert reasons == ["handler_error"] * 2 + ["too_large"] + ["undecodable"] * 4
    assert sorted(numbers(await lab.read("urls.discovered"))) == sorted(set(range(40)) - {3, 4, 8, 11, 12, 20})
    assert len(await lab.read("ledger")) == 3  # those whose task is known
    kept = next(record for record in dead if record.value == b"\xff{")
    assert list(kept.headers)[:2] == [("x", b"1"), ("x", b"2")]


def huge() -> Outcome:
    """Emit more than any article's topic holds."""
    return Emit((Record("articles.extracted", "k", make_extracted("ن" * (6 << 20))),))


async def test_large_records_pass(lab: Lab, engine: Engine) -> None:
    """What fits its topic comes through, in and out, however many large ones follow one another."""
    big = "ن" * 400_000
    await lab.write(
        [found_wire(make_found(f"https://ajil.example/{number}", note=big), number) for number in range(12)]
    )

    async def handler(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        return [
            Emit((Record("articles.extracted", event.data.url, make_extracted(event.data.note * 10)),))  # type: ignore[attr-defined]
            for event in events
        ]

    running = lab.start(service(engine, handler))
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    await running.end()
    written = await lab.read("articles.extracted")

    assert len(written) == 12
    assert all(len(record.value) > 8_000_000 for record in written)


async def test_an_outage_holds_the_offset_and_the_order(lab: Lab, engine: Engine) -> None:
    """While what the handler needs is away nothing is committed past it; then all goes on, in order, nothing twice."""
    away = asyncio.Event()
    refused: list[int] = []
    written_before = [5, 50]

    async def handler(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        if not away.is_set() and any(number_of(event.data.url) >= min(written_before) for event in events):
            refused.append(len(events))
            raise SearchUnavailable("away")
        return await hand_on(events)

    await lab.write(found(60))
    running = lab.start(service(engine, handler))
    await until(lambda: len(refused) >= 6, running)
    held = await lab.committed("discovery", "urls.found")
    await lab.write(found(20, first=60))
    away.set()
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    await running.end()
    written = numbers(await lab.read("urls.discovered"))

    assert sum(held.values()) <= min(written_before)
    assert sorted(written) == list(range(80))
    for index in range(len(KEYS)):
        own = [number for number in written if number % len(KEYS) == index]
        assert own == sorted(own)


async def test_a_stop_while_blocked_loses_nothing(lab: Lab, engine: Engine) -> None:
    """A service that is stopped in the middle of an outage ends, and its successor does all the work."""
    refused: list[int] = []

    async def blocked(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        if any(number_of(event.data.url) >= 30 for event in events):
            refused.append(len(events))
            raise SearchUnavailable("away")
        return await hand_on(events)

    await lab.write(found(100))
    first = lab.start(service(engine, blocked))
    await until(lambda: len(refused) >= 3, first)
    await first.end()
    left = await lab.committed("discovery", "urls.found")
    second = lab.start(service(engine, hand_on))
    await until(lambda: lab.caught_up("discovery", "urls.found"), second)
    await second.end()

    assert sum(left.values()) <= 30
    assert set(numbers(await lab.read("urls.discovered"))) == set(range(100))
    assert await lab.read("discovery.dead") == []


async def test_a_stop_in_the_middle_loses_nothing(lab: Lab, engine: Engine) -> None:
    """Stopped and started again and again while records come, a service leaves none out."""
    await lab.write(found(50))
    for turn in range(4):
        running = lab.start(service(engine, slow_hand_on, batch=5))
        before = await total(lab)
        await lab.write(found(50, first=50 * (turn + 1)))
        await until(lambda before=before: _more(lab, before), running)  # type: ignore[misc]
        await running.end()
    last = lab.start(service(engine, hand_on))
    await until(lambda: lab.caught_up("discovery", "urls.found"), last)
    await last.end()

    assert set(numbers(await lab.read("urls.discovered"))) == set(range(250))


async def slow_hand_on(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
    """Hand on, not at once."""
    await asyncio.sleep(0.01)
    return await hand_on(events)


async def total(lab: Lab) -> int:
    """Return how many records were handed on so far."""
    return sum((await lab.ends("urls.discovered")).values())


async def _more(lab: Lab, before: int) -> bool:
    return await total(lab) > before + 5


async def test_a_member_that_joins_and_leaves_loses_nothing(lab: Lab, engine: Engine) -> None:
    """Partitions move to the second member and back; every record is handled by one of them."""
    seen: dict[str, set[int]] = {"first": set(), "second": set()}

    def noting(name: str) -> Any:
        async def handler(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
            seen[name].update(number_of(event.data.url) for event in events)
            return await slow_hand_on(events)

        return handler

    async def feed() -> None:
        for turn in range(1, 1_000):
            await lab.write(found(4, first=4 * turn))
            written.append(4 * (turn + 1))

    written: list[int] = [4]
    await lab.write(found(4))
    first = lab.start(service(engine, noting("first"), batch=5))
    await until(lambda: lab.caught_up("discovery", "urls.found"), first)
    feeding = asyncio.create_task(feed())
    second = lab.start(service(engine, noting("second"), batch=5))
    await until(lambda: len(seen["second"]) > 20, second)
    await second.end()
    came_back = len(seen["first"])
    await until(lambda: len(seen["first"]) > came_back + 20, first)
    feeding.cancel()
    await asyncio.wait([feeding])
    await until(lambda: lab.caught_up("discovery", "urls.found"), first)
    await first.end()
    everything = set(range(written[-1]))

    assert everything <= set(numbers(await lab.read("urls.discovered")))
    assert everything <= seen["first"] | seen["second"]


async def test_a_member_that_joins_while_the_first_is_blocked(lab: Lab, engine: Engine) -> None:
    """The second takes over what the first holds up; when the first comes back to life, nothing was lost."""
    away = asyncio.Event()
    refused: list[int] = []

    async def blocked(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        if not away.is_set():
            refused.append(len(events))
            raise SearchUnavailable("away")
        return await hand_on(events)

    await lab.write(found(100))
    first = lab.start(service(engine, blocked))
    await until(lambda: len(refused) > 3, first)
    second = lab.start(service(engine, hand_on))
    await until(lambda: _more(lab, 0), second)
    await lab.write(found(100, first=100))
    away.set()
    await until(lambda: lab.caught_up("discovery", "urls.found"), second)
    await first.end()
    await second.end()

    assert set(numbers(await lab.read("urls.discovered"))) == set(range(200))


async def test_what_cannot_be_kept_ends_the_service_uncommitted(make_lab: Any, engine: Engine) -> None:
    """A dead letter larger than its topic allows: the service ends; with the limit raised, its successor keeps all."""
    lab: Lab = make_lab(discovery__dead={"max_bytes": 20_000})
    await lab.open()
    wires = found(10)
    wires[5] = Wire("urls.found", wires[5].key, b"x" * 50_000, ())
    await lab.write(wires)
    running = lab.start(service(engine, hand_on, batch=1))
    await asyncio.wait([running.task], timeout=120)

    with pytest.raises(RuntimeError, match="raise max_bytes"):
        running.task.result()
    committed = await lab.committed("discovery", "urls.found")
    stuck = next(record for record in await lab.read("urls.found") if record.value == wires[5].value)
    assert committed[stuck.partition] <= stuck.offset
    assert await lab.read("discovery.dead") == []
