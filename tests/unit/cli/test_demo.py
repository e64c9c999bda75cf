"""`marsad demo`: how it ends."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from marsad.errors import BrokerUnavailable

command = importlib.import_module("marsad.cli.demo")  # in the package, the name is the function

Script = Callable[..., Any]


class Ground:
    """Stands in for servers and their folder."""

    def __init__(self) -> None:
        self.stack = SimpleNamespace(endpoints=None)
        self.folder = self.logs = Path("/nowhere")
        self.kept = 0

    def keep_logs(self) -> Path:
        self.kept += 1
        return Path("/kept")


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch) -> Ground:
    """Servers that are up at once; signals and the report are left alone."""
    made = Ground()

    @contextmanager
    def servers(*_: object) -> Iterator[Ground]:
        yield made

    monkeypatch.setattr(command, "temporary_servers", servers)
    monkeypatch.setattr(command, "report", lambda *_: None)
    monkeypatch.setattr(command.signal, "signal", lambda *_: None)
    return made


def plays(monkeypatch: pytest.MonkeyPatch, result: Any) -> None:
    """Let the run return this, or raise it."""

    async def play(*_: object) -> Any:
        if isinstance(result, BaseException):
            raise result
        return result

    monkeypatch.setattr(command, "play", play)


def test_a_good_run_ends_with_success(monkeypatch: pytest.MonkeyPatch, ground: Ground) -> None:
    """Nothing is kept, nothing is raised."""
    plays(monkeypatch, SimpleNamespace(differences=()))

    command.demo()

    assert ground.kept == 0


@pytest.mark.usefixtures("ground")
def test_the_run_can_be_kept_as_a_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every moment that was shown goes into it; without the option none is remembered."""
    result = SimpleNamespace(differences=())

    async def play(_: object, watch: Callable[[object], None]) -> Any:
        watch("one")
        watch("two")
        return result

    monkeypatch.setattr(command, "play", play)
    monkeypatch.setattr(command.Board, "show", lambda *_: None)
    monkeypatch.setattr(command, "drawn", lambda moments, played: f"{moments} {played is result}")

    command.demo(picture=tmp_path / "demo.svg")

    assert (tmp_path / "demo.svg").read_text(encoding="utf-8") == "['one', 'two'] True"


def test_a_picture_that_cannot_be_written_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, ground: Ground, tmp_path: Path
) -> None:
    """Nobody waits two minutes for that; `main` makes a sentence of it."""
    plays(monkeypatch, AssertionError("it played"))

    for path in (tmp_path, tmp_path / "none/demo.svg"):
        with pytest.raises(OSError, match="directory"):
            command.demo(picture=path)

    assert ground.kept == 0


def test_a_difference_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code says so, and where the logs lie is told."""
    plays(monkeypatch, SimpleNamespace(differences=("something",)))

    with pytest.raises(typer.Exit) as exit_:
        command.demo()

    assert exit_.value.exit_code == 1
    assert ground.kept == 1
    assert "/kept" in capsys.readouterr().out


def test_an_error_keeps_the_logs_too(monkeypatch: pytest.MonkeyPatch, ground: Ground) -> None:
    """What broke is told by the command line; the logs are there to look it up."""
    plays(monkeypatch, BrokerUnavailable("Kafka is away"))

    with pytest.raises(BrokerUnavailable):
        command.demo()

    assert ground.kept == 1


def test_ctrl_c_is_no_failure_of_the_system(
    monkeypatch: pytest.MonkeyPatch, ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends as a shell expects it, without a trace and without logs."""
    plays(monkeypatch, KeyboardInterrupt())

    with pytest.raises(typer.Exit) as exit_:
        command.demo()

    assert exit_.value.exit_code == 130
    assert ground.kept == 0
    assert "Stopped" in capsys.readouterr().out
