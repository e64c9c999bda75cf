"""`marsad status`: what it says of offsets, ledger and articles."""

import importlib
import io
import json
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from marsad.contracts.states import State
from marsad.discovery.health import Sick
from marsad.errors import BrokerUnavailable, SearchUnavailable
from marsad.search.counts import Counts
from marsad.streaming.lag import Lag

command = importlib.import_module("marsad.cli.status")  # in the package, the name is the function

LAGS = (
    Lag("discovery", "urls.found", 121, 0),
    Lag("discovery", "feeds.fetched", 3, 2),
    Lag("indexing", "ledger", 240, 0),
)
COUNTS = Counts(
    pages={State.INDEXED: 115, State.DISCOVERED: 4, State.REFUSED: 1},
    feeds={State.READ: 3, State.DISCOVERED: 1},
    unknown={},
    articles=114,
    latency_ms={50.0: 3_595.0, 95.0: 4_381.7, 99.0: 4_852.0},
)
EMPTY = Counts({}, {}, {}, 0, {})


def shown(lags: Any = LAGS, counts: Counts = COUNTS, sick: Any = ()) -> str:
    """Return what is printed for a person, without colours."""
    output = io.StringIO()
    command.show(command.Overview(lags, counts, sick), Console(width=100, file=output, highlight=False))
    return output.getvalue()


def cells(text: str, start: str) -> list[str]:
    """Return the cells of the table row that begins with a text."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"│ {start} ")]
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_each_topic_of_a_service_has_its_place() -> None:
    """Read and waiting, topic by topic; the service is named once."""
    text = shown()

    assert cells(text, "discovery") == ["discovery", "urls.found", "121", "0"]
    assert any("│ feeds.fetched │    3 │       2 │" in line for line in text.splitlines())
    assert text.count("discovery") == 1


def test_pages_and_feeds_stand_apart() -> None:
    """A state that only one kind has leaves the other's cell empty."""
    text = shown()

    assert cells(text, "indexed") == ["indexed", "115", ""]
    assert cells(text, "read") == ["read", "", "3"]
    assert cells(text, "in flight") == ["in flight", "4", "1"]


def test_states_that_nothing_is_in_are_left_out() -> None:
    """The table shows what there is."""
    assert "quarantined" not in shown()


def test_records_that_could_not_be_read_have_a_column_when_there_are_some() -> None:
    """A dead letter without a task is neither page nor feed, and is not hidden."""
    counts = Counts({State.INDEXED: 1}, {}, {State.QUARANTINED: 2}, 1, {})

    text = shown(counts=counts)

    assert "unreadable records" in text
    assert cells(text, "quarantined") == ["quarantined", "", "2"]


def test_the_sum_of_the_ledger_holds() -> None:
    """Discovered is ended and in flight, over all kinds."""
    assert "124 tasks discovered = 119 ended + 5 in flight." in shown()


def test_articles_and_latency() -> None:
    """Seconds from discovered to indexed, the median and the slowest hundredth."""
    assert "114 articles; from discovered to indexed: p50 3.60 s, p99 4.85 s." in shown()


def test_an_empty_system() -> None:
    """Before the first task nothing is claimed, and nothing fails."""
    text = shown(counts=EMPTY)

    assert "0 tasks discovered = 0 ended + 0 in flight." in text
    assert "no article yet" in text


def test_reports_before_the_ledger_are_told() -> None:
    """What the ledger has not read yet is missing from the counts; that is said, not hidden."""
    assert "7 reports wait before the ledger" in shown(lags=(Lag("indexing", "ledger", 240, 7),))
    assert "reports wait" not in shown()


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """The command alone, over what is counted here."""

    async def overview(_own: object) -> Any:
        return command.Overview(LAGS, COUNTS)

    monkeypatch.setattr(command, "overview", overview)
    monkeypatch.setattr(command, "settings", lambda: None)
    app = typer.Typer()
    app.command()(command.status)
    return app


def test_json_is_one_object(cli: typer.Typer) -> None:
    """A program reads the same figures, latency in milliseconds as counted."""
    result = CliRunner().invoke(cli, ["--json"])

    assert json.loads(result.stdout) == {
        "services": [
            {"service": "discovery", "topic": "urls.found", "read": 121, "waiting": 0},
            {"service": "discovery", "topic": "feeds.fetched", "read": 3, "waiting": 2},
            {"service": "indexing", "topic": "ledger", "read": 240, "waiting": 0},
        ],
        "tasks": {
            "by_kind": {
                "page": {"indexed": 115, "discovered": 4, "refused": 1},
                "feed": {"read": 3, "discovered": 1},
                "unknown": {},
            },
            "ended": 119,
            "in_flight": 5,
            "reports_not_counted_yet": 0,
        },
        "articles": 114,
        "latency_ms": {"p50": 3595.0, "p95": 4381.7, "p99": 4852.0},
        "sick": [],
        "hosts": [],
    }


def test_help_shows_an_example(cli: typer.Typer) -> None:
    """Who asks for help sees how it is called."""
    assert "marsad status --json" in CliRunner().invoke(cli, ["--help"]).stdout


@pytest.mark.parametrize("error", [BrokerUnavailable("Kafka is away"), SearchUnavailable("Elasticsearch is away")])
def test_a_server_that_is_away_is_an_error_of_ours(
    cli: typer.Typer, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The command line turns it into one sentence; half a status is not shown as a whole one."""

    async def away(_own: object) -> Any:
        raise error

    monkeypatch.setattr(command, "overview", away)

    result = CliRunner().invoke(cli)

    assert result.exception is error
    assert result.stdout == ""


def test_sick_feeds_are_shown_with_the_reason() -> None:
    """Lists by their address, an outlet as a whole by its pages; nothing where all are well."""
    text = shown(
        sick=[
            Sick("ajil", "silent", "nothing new since noon", "https://ajil.example/rss"),
            Sick("sada", "blocked", "30 of the last 40 pages are blocked"),
        ]
    )

    assert cells(text, "ajil") == ["ajil", "silent", "https://ajil.example/rss", "nothing new since noon"]
    assert cells(text, "sada")[2:] == ["its pages", "30 of the last 40 pages are blocked"]
    assert "Sick" not in shown()


def test_what_strangers_wrote_steers_no_terminal() -> None:
    """Neither by escape sequences nor by the table's own markup."""
    text = shown(sick=[Sick("ajil", "failing", "\x1b[31m[bold]x\u202e", "https://ajil.example/[link=x]")])

    assert cells(text, "ajil")[2:] == ["https://ajil.example/[link=x]", "[31m[bold]x"]


def test_programs_get_the_sick_too() -> None:
    """As plain values."""
    found = command.Overview(LAGS, COUNTS, [Sick("sada", "blocked", "why")])

    assert command.as_plain(found)["sick"] == [{"outlet": "sada", "state": "blocked", "detail": "why", "url": None}]
