"""`marsad replay`: what is asked for, what is said, and what is refused with a reason."""

import importlib
from datetime import UTC, datetime
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from marsad.settings import Settings
from marsad.streaming.replay import Span, Written
from marsad.streaming.selection import Selection

command = importlib.import_module("marsad.cli.replay")  # in the package, the name is the function

SELECTION = Selection((frozenset({(0, 1), (0, 2)}), frozenset({(1, 1)})), 9, 3, 2, 1)


class Servers:
    """What the servers would be asked, and what they answer."""

    def __init__(self) -> None:
        self.selection = SELECTION
        self.written = Written(3)
        self.spans: list[Span] = []
        self.replayed = 0

    async def count(self, _own: Any, _topic: str, **_: Any) -> int:
        return self.selection.read

    async def select(self, _own: Any, span: Span, seen: Any) -> Selection:
        self.spans.append(span)
        for _ in range(self.selection.read):
            seen()
        return self.selection

    async def replay(self, _own: Any, _span: Span, _selection: Selection, progress: Any) -> Written:
        self.replayed += 1
        progress(self.written, 7)
        return self.written


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Servers:
    """Servers that answer from memory; the services run under generation 2."""
    made = Servers()
    monkeypatch.setattr(command, "count", made.count)
    monkeypatch.setattr(command.replaying, "select", made.select)
    monkeypatch.setattr(command.replaying, "replay", made.replay)
    monkeypatch.setattr(command, "settings", lambda: Settings(generation=2))
    return made


def run(*words: str) -> Any:
    """Run the command; what it says has no colours and breaks no lines."""
    app = typer.Typer()
    app.command()(command.replay)
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "400"})


ASKED = ("--topic", "pages.fetched", "--from", "2026-11-01")


def test_the_span_is_what_was_asked_for(servers: Servers) -> None:
    """Days begin in UTC, zones are minded, the setting's generation counts where none is given."""
    assert run(*ASKED, "--to", "2026-11-02T06:00+03:00").exit_code == 0
    assert run(*ASKED, "--generation", "7").exit_code == 0

    first, second = servers.spans
    assert first == Span("pages.fetched", datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, 3, tzinfo=UTC), 2)
    assert (second.generation, second.until.tzinfo) == (7, UTC)
    assert (datetime.now(UTC) - second.until).total_seconds() < 60


def test_what_was_found_and_done_is_said(servers: Servers) -> None:
    """Every record of the span is accounted for."""
    assert "9 records of pages.fetched from 2026-11-01 00:00:00 UTC to " in command.summary(
        Span("pages.fetched", datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC), 2), SELECTION
    )
    said = command.summary(Span("pages.fetched", datetime.now(UTC), datetime.now(UTC), 2), SELECTION)
    assert (
        "3 to be replayed under generation 2; 3 carry generation 2 or a higher one; 2 repeat another; 1 cannot" in said
    )
    assert command.outcome(Written(3)).startswith("3 records replayed. `marsad status`")
    assert servers.replayed == 0


def test_a_dry_run_writes_nothing(servers: Servers) -> None:
    """It only counts."""
    assert run(*ASKED, "--dry-run").exit_code == 0
    assert (len(servers.spans), servers.replayed) == (1, 0)


def test_nothing_to_do_is_no_failure(servers: Servers) -> None:
    """A replay that is repeated finds all of it done."""
    servers.selection = Selection((), 9, 9, 0, 0)

    assert run(*ASKED).exit_code == 0
    assert servers.replayed == 0


def test_records_that_do_not_fit_are_a_failure(servers: Servers) -> None:
    """They are counted, and the exit code says that not all was done."""
    servers.written = Written(2, 1)

    assert run(*ASKED).exit_code == 1
    assert "1 have become too large for their topic and stay" in command.outcome(servers.written)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--topic", "ledger", "--from", "2026-11-01"), "ledger cannot be replayed: it holds reports"),
        (("--topic", "extraction.dead", "--from", "2026-11-01"), "marsad dlq replay"),
        (("--topic", "urls.discovered", "--from", "2026-11-01"), "marsad submit --again"),
        (("--topic", "pages", "--from", "2026-11-01"), "there is no such topic"),
        (("--topic", "pages.fetched", "--from", "yesterday"), "'yesterday' is no time"),
        ((*ASKED, "--to", "2026-10-01"), "is not before"),
        ((*ASKED, "--generation", "0"), "raise MARSAD_GENERATION"),
        ((*ASKED, "--generation", "1000"), "less than or equal to 999"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(servers: Servers, words: tuple[str, ...], why: str) -> None:
    """Before any server is asked."""
    result = run(*words)

    assert result.exit_code == 2
    assert why in " ".join(result.output.replace("│", " ").split())
    assert servers.spans == []


def test_a_stop_says_how_to_go_on(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is no failure of anything; what was written stays."""

    async def stopped(*_: Any) -> Written:
        raise KeyboardInterrupt

    monkeypatch.setattr(command.replaying, "replay", stopped)

    result = run(*ASKED)

    assert result.exit_code == 130
    assert servers.replayed == 0
