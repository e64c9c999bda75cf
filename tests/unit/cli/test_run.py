"""Tests of `marsad run`: what it refuses, and how it ends."""

import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import pytest
import typer
from typer.testing import CliRunner

from marsad.cli import run
from marsad.errors import LocalStackError, SettingsError
from marsad.settings import Fetching, Settings

app = typer.Typer()
app.command()(run.run)
runner = CliRunner()


class Services:
    """A supervisor that notes what is done to it, and raises when it is watched for the second time."""

    def __init__(self, names: Sequence[str], logs: Path) -> None:
        self.done: list[str] = [f"{len(names)} services", logs.name]

    def __enter__(self) -> Self:
        self.done.append("started")
        return self

    def __exit__(self, *_: object) -> None:
        self.done.append("stopped")

    def watch(self) -> list[str]:
        if "watched" in self.done:
            raise KeyboardInterrupt
        self.done.append("watched")
        return ["fetching"]

    def returncode(self, _name: str) -> int:
        return -9


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Services]]:
    """Run without servers or processes; give what was supervised. Signals are put back afterwards."""
    made: list[Services] = []

    def make(names: Sequence[str], logs: Path) -> Services:
        made.append(Services(names, logs))
        return made[-1]

    async def set_up(_: Settings) -> list[str]:
        return []

    own = Settings(data_dir=tmp_path, fetching=Fetching(contact="a@b.example"))
    monkeypatch.setattr(run, "settings", lambda: own)
    monkeypatch.setattr(run, "Supervisor", make)
    monkeypatch.setattr(run, "set_up", set_up)
    monkeypatch.setattr(run, "WATCH_EVERY_S", 0)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield made
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("arguments", [[], ["extraction", "--all"], ["extraction", "--up"], ["cooking"]])
def test_a_choice_that_makes_no_sense_is_refused(arguments: list[str], services: list[Services]) -> None:
    """Neither or both of a service and --all, and a service that does not exist."""
    result = runner.invoke(app, arguments)

    assert result.exit_code == 2
    assert "extraction" in result.stderr
    assert services == []


def test_all_services_run_until_ctrl_c(services: list[Services]) -> None:
    """They are started, watched, and stopped in order; one that ended is named."""
    result = runner.invoke(app, ["--all"])

    assert result.exit_code == 0
    assert services[0].done == ["6 services", "logs", "started", "watched", "stopped"]
    assert "fetching ended (-9) and is started again; its log's last line" in result.stderr


def test_without_a_contact_nothing_starts(services: list[Services], monkeypatch: pytest.MonkeyPatch) -> None:
    """The missing variable is named at once, not in a service's log."""
    monkeypatch.setattr(run, "settings", lambda: Settings(fetching=Fetching(contact="")))

    result = runner.invoke(app, ["--all"])

    assert isinstance(result.exception, SettingsError)
    assert "MARSAD_FETCHING__CONTACT" in str(result.exception)
    assert services == []


def test_a_server_that_ends_ends_all(services: list[Services], monkeypatch: pytest.MonkeyPatch) -> None:
    """With --up a dead server is an error, and the services are stopped first."""

    class Stack:
        def __init__(self, *_: Any, **__: Any) -> None: ...

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def ensure_running(self) -> None:
            raise LocalStackError("kafka has ended")

    monkeypatch.setattr(run, "Stack", Stack)

    result = runner.invoke(app, ["--all", "--up"])

    assert isinstance(result.exception, LocalStackError)
    assert services[0].done[-1] == "stopped"


def test_one_service_runs_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """`marsad run extraction` is that service and nothing else."""
    ran: list[str] = []
    monkeypatch.setattr(run, "run_service", ran.append)

    assert runner.invoke(app, ["extraction"]).exit_code == 0
    assert ran == ["extraction"]
