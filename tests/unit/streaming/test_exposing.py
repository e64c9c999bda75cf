"""What a service shows: nothing unless a port is set, and never at the cost of its work."""

import socket
import urllib.request
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest

from marsad.contracts.topics import SERVICES
from marsad.settings import Metrics, Settings
from marsad.streaming.exposing import exposed, port_of
from marsad.streaming.outcome import Quarantine
from marsad.streaming.service import Service, Source
from marsad.telemetry.metrics import BUILD, REGISTRY
from unit.streaming.doubles import make_message
from unit.streaming.processing import process, settle_all
from unit.streaming.windows import unused

SERVICE = Service(
    "fetching", "window", (Source("urls.discovered", unused), Source("urls.retry.10s", unused, delay_s=10))
)


def showing(port: int | None) -> Settings:
    """Return settings that show a service there."""
    return Settings(metrics=Metrics(port=port))


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else has, one above which `fetching` would answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1] - SERVICES.index("fetching")


def test_every_service_has_a_port_of_its_own() -> None:
    """They count up in the order of the chain, however they are started."""
    assert [port_of(service, showing(9_100)) for service in SERVICES] == list(range(9_100, 9_100 + len(SERVICES)))
    assert port_of("indexing", showing(None)) is None


def test_without_a_port_nothing_is_shown() -> None:
    """Nobody is listened to, and nobody asks the broker how far the service is."""
    with exposed(SERVICE, showing(None)) as progress:
        assert progress is None


def test_a_port_that_is_taken_keeps_no_service_from_its_work(taken: int, logs: list[MutableMapping[str, Any]]) -> None:
    """It is said in the log, with the port."""
    with exposed(SERVICE, showing(taken)) as progress:
        assert progress is not None

    assert [(line["event"], line["log_level"], line["port"]) for line in logs] == [
        ("metrics_not_exposed", "error", taken + SERVICES.index("fetching"))
    ]


def test_what_is_shown_names_the_build(taken: int) -> None:
    """Service and version are constant labels of one metric; the others have them from the scrape."""
    port = taken + 1_000 if taken < 60_000 else taken - 1_000
    with exposed(SERVICE, showing(port)) as progress:
        assert progress is not None
        with urllib.request.urlopen(f"http://127.0.0.1:{port + 1}/metrics", timeout=30) as answer:
            text = answer.read().decode()

    assert 'marsad_build_info{service="fetching"' in text
    assert 'marsad_lag_records{topic="urls.retry.10s"}' in text
    BUILD.clear()


async def test_labels_have_few_values() -> None:
    """A stranger's record can make no new one: reasons that nobody foresaw count as `other`."""

    def quarantine_all(events: Any) -> Any:
        return [Quarantine(f"reason {number}", "") for number, _ in enumerate(events)]

    await process(quarantine_all, [make_message(offset=offset) for offset in range(9)])
    await process(settle_all, [make_message()])
    labels = {
        (sample.name, *sample.labels.values())
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == "marsad_dead_letters_total"
    }

    assert ("marsad_dead_letters_total", "other") in labels
    assert not any("reason " in name for _, name in labels)
