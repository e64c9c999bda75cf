"""One service as one process: wait for the broker, serve, end on a signal."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from marsad.contracts.codec import Event, Record, Wire
from marsad.contracts.ids import derive
from marsad.errors import BrokerUnavailable
from marsad.settings import Kafka, Settings
from marsad.streaming import serve as module
from marsad.streaming.outcome import DONE, Outcome
from marsad.streaming.publish import publish
from marsad.streaming.serve import serve
from marsad.streaming.service import Service, Source
from support.payloads import make_found
from unit.streaming.doubles import SETTINGS, MemoryOutbox, headers_of

OWN = SETTINGS.model_copy(update={"kafka": Kafka(bootstrap="kafka.example:9092", topic_prefix="t")})


async def deal(events: Sequence[Event[Any]]) -> Sequence[Outcome]:
    """Deal with everything at once."""
    return [DONE for _ in events]


class Outbox(MemoryOutbox):
    """An outbox whose broker is away at first, so many times."""

    away = 0

    def __init__(self, _: Settings) -> None:
        super().__init__()
        self.calls: list[str] = []
        made.append(self)

    async def start(self) -> None:
        self.calls.append("start")
        if len(self.calls) <= self.away:
            raise BrokerUnavailable("away")

    async def stop(self) -> None:
        self.calls.append("stop")


made: list[Outbox] = []


class Runner:
    """An engine that serves until it is told to stop, or breaks."""

    error: Exception | None = None

    def __init__(self, service: Service, processors: dict[str, Any], *_: Any) -> None:
        self.service = service
        assert list(processors) == [source.topic for source in service.sources]

    async def run(self, stop: asyncio.Event) -> None:
        events.append(f"run {type(self).__name__}")
        if self.error:
            raise self.error
        os.kill(os.getpid(), signal.SIGTERM)
        await stop.wait()


class Windowed(Runner):
    """Stands for the window engine."""


class Fausted(Runner):
    """Stands for the Faust engine."""


events: list[str] = []


@asynccontextmanager
async def build(engine: Any) -> AsyncIterator[Service]:
    """Open a service and close it."""
    events.append("open")
    yield Service("discovery", engine, (Source("urls.found", deal),))
    events.append("close")


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the engines and the outbox."""
    monkeypatch.setattr(module, "Outbox", Outbox)
    monkeypatch.setattr(module, "WindowRunner", Windowed)
    monkeypatch.setattr(module, "FaustRunner", Fausted)
    made.clear()
    events.clear()


@pytest.mark.parametrize(("engine", "runner"), [("window", "Windowed"), ("faust", "Fausted")])
async def test_a_service_runs_on_its_engine_until_a_signal(engine: str, runner: str) -> None:
    """SIGTERM lets the engine finish; then the outbox and what the service opened are closed, in this order."""
    await serve(lambda _: build(engine), OWN)

    assert events == ["open", f"run {runner}", "close"]
    assert made[0].calls == ["start", "stop"]


async def test_the_broker_is_waited_for(monkeypatch: pytest.MonkeyPatch, logs: list[dict[str, Any]]) -> None:
    """Services may start before Kafka does."""
    monkeypatch.setattr(Outbox, "away", 3)
    await serve(lambda _: build("window"), OWN)

    assert made[0].calls == ["start"] * 4 + ["stop"]
    assert [line["event"] for line in logs] == ["waiting_for_kafka"] * 3 + ["started", "stopped"]


async def test_waiting_for_the_broker_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal ends a service that never saw its broker."""

    async def away(self: Outbox) -> None:
        self.calls.append("start")
        os.kill(os.getpid(), signal.SIGTERM)
        raise BrokerUnavailable("away")

    monkeypatch.setattr(Outbox, "start", away)
    await serve(lambda _: build("window"), OWN)

    assert events == ["open", "close"]
    assert made[0].calls[-1] == "stop"


async def test_what_breaks_the_engine_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is raised, for a supervisor to see, after the outbox was closed."""
    monkeypatch.setattr(Windowed, "error", RuntimeError("broken"))

    with pytest.raises(RuntimeError, match="broken"):
        await serve(lambda _: build("window"), OWN)
    assert made[0].calls == ["start", "stop"]


async def test_published_records_derive_from_their_cause() -> None:
    """A timer or a person that publishes twice for one cause writes the same ids."""
    outbox = MemoryOutbox()
    records = [Record("urls.found", "k", make_found("http://a"), part=str(number)) for number in range(2)]

    assert await publish(outbox, "submit", records, "a cause") == set()
    assert [headers_of(wire)["ce_id"] for wire in outbox.sent] == [
        derive("a cause", "urls.found", "k", "0"),
        derive("a cause", "urls.found", "k", "1"),
    ]
    assert {headers_of(wire)["ce_source"] for wire in outbox.sent} == {"/marsad/submit"}


async def test_published_records_that_are_too_large_are_named() -> None:
    """Whoever publishes without a record in hand learns what was not written."""

    class Small(MemoryOutbox):
        async def deliver(self, wires: Sequence[Wire]) -> set[int]:
            return {len(wires) - 1}

    assert await publish(Small(), "submit", [Record("urls.found", "k", make_found("http://a"))], "c") == {0}
