"""A running service, watched from outside: scraped while it works, unwell when its consumer stands still."""

import asyncio
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any, Literal

import pytest
from prometheus_client.parser import text_string_to_metric_families

from integration.streaming.lab import Lab, Running, found, hand_on, until
from marsad.contracts.codec import Event, Wire
from marsad.contracts.urls import UrlFound
from marsad.settings import Metrics, Settings
from marsad.streaming.exposing import exposed
from marsad.streaming.outbox import Outbox
from marsad.streaming.outcome import Outcome
from marsad.streaming.serve import _run
from marsad.streaming.service import Service, Source

pytestmark = [pytest.mark.stack, pytest.mark.parametrize("engine", ["faust", "window"])]

Engine = Literal["faust", "window"]


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def watched(lab: Lab, stuck_after_s: float) -> Settings:
    """Return the lab's settings with metrics on a free port, of `discovery` and so the first."""
    return lab.settings.model_copy(update={"metrics": Metrics(port=free_port(), stuck_after_s=stuck_after_s)})


def start(lab: Lab, service: Service, own: Settings) -> Running:
    """Run a service as `serve` does, but for the signals."""
    stop = asyncio.Event()

    async def run() -> None:
        outbox = Outbox(own)
        try:
            with exposed(service, own) as progress:
                await outbox.start()
                await _run(service, outbox, own, stop, progress)
        finally:
            await outbox.stop()

    running = Running(asyncio.create_task(run()), stop)
    lab.running.append(running)
    return running


def get(own: Settings, path: str) -> tuple[int, str]:
    """Ask the service."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{own.metrics.port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


async def samples(own: Settings) -> dict[tuple[str, ...], float]:
    """Return what a scrape gives, by name and label values."""
    _, text = await asyncio.to_thread(get, own, "/metrics")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def state(own: Settings, path: str = "/health") -> tuple[int, str]:
    """Return status and state."""
    status, told = await asyncio.to_thread(get, own, path)
    return status, json.loads(told)["state"]


async def test_a_running_service_is_scraped(lab: Lab, engine: Engine) -> None:
    """What it read, wrote, ended and committed is counted; with nothing left to do it is idle and well."""
    own = watched(lab, 60)
    service = Service("discovery", engine, (Source("urls.found", hand_on, batch=20),))
    running = start(lab, service, own)
    await until(lambda: _is(own, (200, "idle")), running)
    before = await samples(own)
    wires = found(60)
    wires[7] = Wire("urls.found", wires[7].key, b"{", wires[7].headers)
    await lab.write(wires)
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    await until(lambda: _is(own, (200, "idle")), running)
    after = await samples(own)
    await running.end()

    def grown(*name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert grown("marsad_records_in_total", "urls.found") == 60
    assert grown("marsad_records_out_total", "urls.discovered") == 59
    assert grown("marsad_records_out_total", "discovery.dead") == 1
    assert grown("marsad_dead_letters_total", "undecodable") == 1
    assert grown("marsad_tasks_ended_total", "quarantined") == 1
    assert grown("marsad_handler_seconds_count", "urls.found") >= 1
    assert grown("marsad_commits_total", "ok") >= 1
    assert after["marsad_lag_records", "urls.found"] == after["marsad_unsettled_records", "urls.found"] == 0
    with pytest.raises(OSError, match="refused"):
        get(own, "/health")


async def test_a_consumer_that_stands_still_is_unwell(lab: Lab, engine: Engine) -> None:
    """A handler that never answers: lag grows, no offset advances, health says where; then it goes on, and is well."""
    own = watched(lab, 3)
    gate = asyncio.Event()

    async def hang(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        await gate.wait()
        return await hand_on(events)

    running = start(lab, Service("discovery", engine, (Source("urls.found", hang, batch=5),)), own)
    await until(lambda: _is(own, (200, "idle")), running)
    await lab.write(found(40))
    await until(lambda: _is(own, (503, "stuck")), running)
    _, told = await asyncio.to_thread(get, own, "/health")
    seen = await samples(own)

    assert "records wait in urls.found[" in json.loads(told)["reason"]
    assert (await state(own, "/health/live")) == (503, "stuck")
    assert seen["marsad_lag_records", "urls.found"] == 40
    assert seen["marsad_unsettled_records", "urls.found"] > 0
    assert seen["marsad_oldest_record_age_seconds", "urls.found"] >= 3

    gate.set()
    await until(lambda: _is(own, (200, "idle")), running)
    await running.end()


async def test_one_that_reads_nothing_any_more_is_unwell(
    lab: Lab, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alive and idle: the consumer believes that nothing waits; the broker knows better."""
    own = watched(lab, 3)
    running = start(lab, Service("discovery", engine, (Source("urls.found", hand_on, batch=5),)), own)
    await lab.write(found(4))
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    await until(lambda: _is(own, (200, "idle")), running)
    monkeypatch.setattr("aiokafka.consumer.fetcher.Fetcher.fetched_records", _nothing)
    monkeypatch.setattr("aiokafka.consumer.fetcher.Fetcher.next_record", _nothing)
    await asyncio.sleep(1)
    await lab.write(found(20, first=4))
    await until(lambda: _is(own, (503, "stuck")), running)
    await running.end()


async def _nothing(*_: Any, **__: Any) -> dict[Any, Any]:
    await asyncio.sleep(0.1)
    return {}


async def _is(own: Settings, wanted: tuple[int, str]) -> bool:
    try:
        return await state(own) == wanted
    except OSError:
        return False
