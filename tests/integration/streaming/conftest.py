"""A lab on the real broker for each test."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from faust.transport.consumer import Consumer

from integration.streaming.lab import Lab
from integration.streaming.losses import Balance
from marsad.localstack import Endpoints

MakeLab = Callable[..., Lab]
Note = Callable[[Balance], Balance]
ROWS = pytest.StashKey[list[str]]()


@pytest.fixture
async def make_lab(stack: Endpoints, tmp_path: Path) -> AsyncIterator[MakeLab]:
    """Return what describes labs; those that were opened are closed after the test."""
    made: list[Lab] = []

    def make(**changes: Any) -> Lab:
        made.append(Lab.make(stack.kafka, tmp_path / f"lab{len(made)}", **changes))
        return made[-1]

    yield make
    for lab in made:
        await lab.close()


@pytest.fixture
async def lab(make_lab: MakeLab) -> Lab:
    """Return a lab whose topics exist."""
    made = make_lab()
    await made.open()
    return made


@pytest.fixture
def quick_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Faust look for its first partitions at once instead of a second later."""
    sleep = Consumer.sleep

    async def shorter(consumer: Consumer, seconds: float) -> None:
        await sleep(consumer, 0.05 if seconds == 1 else seconds)

    monkeypatch.setattr(Consumer, "sleep", shorter)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Return what takes a row's figures down for the end of the run."""
    rows = request.config.stash.setdefault(ROWS, [])
    name = request.node.name.removeprefix("test_").replace("_", " ")

    def take_down(result: Balance) -> Balance:
        rows.append(f"{name:<75} {result}")
        return result

    return take_down


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the loss table: with each guard and without."""
    if rows := config.stash.get(ROWS, []):
        terminalreporter.section("loss table of the Faust runner")
        terminalreporter.write_line("\n".join(rows))
