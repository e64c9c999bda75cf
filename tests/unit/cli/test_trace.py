"""`marsad trace`: the table of hops, and the sentence below it."""

import importlib
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from marsad.audit.hops import Hop
from marsad.audit.tasks import Tasks
from marsad.audit.trail import Whereabouts
from marsad.contracts.ids import derive
from marsad.contracts.states import State
from marsad.search.ledger import Report
from support.payloads import NOON

command = importlib.import_module("marsad.cli.trace")  # in the package, the name is the function

URL = "https://ajil.example/a"


def report(state: State = State.DISCOVERED, **fields: Any) -> Report:
    """Return where a submitted page's task stands."""
    given = {"task_id": derive("a task"), "kind": "page", "at": NOON.isoformat(), "url": URL, "found_in": "submitted"}
    return Report(**{**given, "state": state, **fields})


def hop(what: str = "handed on", after_s: float = 0, topic: str = "urls.discovered", **fields: Any) -> Hop:
    """Return a hop so long after noon."""
    at = NOON + timedelta(seconds=after_s)
    given = {"facts": (), "partition": 1, "offset": 9, "written": at}
    return Hop(**{"at": at, "what": what, "topic": topic, **given, **fields})


def ended(state: State) -> Hop:
    """Return the report of an end."""
    return hop(f"reported {state}", 5, "ledger", state=state)


def shown(of: Report, hops: Sequence[Hop] = (), place: Whereabouts | None = None) -> str:
    """Return what is printed for a person, without colours."""
    output = io.StringIO()
    command.show(command.Traced(of, hops, place), Console(width=140, file=output, highlight=False))
    return output.getvalue()


def test_each_hop_has_its_time_and_the_time_since_the_one_before() -> None:
    """Milliseconds of the day in UTC, and the record's place."""
    text = shown(report(State.GONE), [hop(), hop("fetched", 1.25, "pages.fetched", facts=("status 200", URL))])

    first, second = [line.split() for line in text.splitlines() if "2026-03-01 12:00:0" in line and "Ended" not in line]
    assert first[:4] == ["2026-03-01", "12:00:00.000", "handed", "on"]
    assert second[:5] == ["2026-03-01", "12:00:01.250", "+1.250", "s", "fetched"]
    assert second[-2:] == ["pages.fetched", "1-9"]


def test_what_a_record_adds_stands_below_its_hop_at_the_width_of_a_small_terminal() -> None:
    """80 columns, the longest report and a long URL: the hop is one line, the URL is whole but for line ends."""
    long = URL + "x" * 100
    way = [hop("reported discovered", facts=("by discovery",)), hop("put off", 10, "urls.retry.10s", facts=(long,))]
    output = io.StringIO()

    command.show(command.Traced(report(), way, None), Console(width=80, file=output, highlight=False))

    _, _, head, first, fact, second, *url, _, _ = output.getvalue().splitlines()
    assert head.split() == ["time", "(UTC)", "after", "hop", "record"]
    assert (first.endswith("reported discovered  urls.discovered 1-9"), fact) == (True, "    by discovery")
    assert second.endswith("put off              urls.retry.10s 1-9")
    assert "".join(line.strip() for line in url) == long
    assert max(map(len, (head, first, second, *url))) <= 80


def test_strangers_words_cannot_steer_the_terminal() -> None:
    """Neither in a fact nor in the URL nor in a reason."""
    evil = "\x1b]0;owned\x07\u202e"

    text = shown(report(State.REFUSED, url=f"{URL}{evil}", detail=evil), [hop(facts=(evil,))])

    assert "\x1b" not in text
    assert "\u202e" not in text


def test_an_end_says_state_reason_and_article() -> None:
    """And when."""
    text = shown(report(State.INDEXED, reason="first", article_id=derive("x")), [ended(State.INDEXED)])

    assert f"Ended as indexed at 2026-03-01 12:00:00 UTC (first). Article {derive('x')}." in text


def test_an_end_that_the_index_has_not_taken_in_is_told() -> None:
    """The topic is ahead of the index; the strongest report counts."""
    text = shown(report(), [ended(State.UNREACHABLE), ended(State.GONE)])

    assert "Ended as gone; the ledger's index has not taken that in yet." in text
    assert "In flight" not in text


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (3, "urls.discovered[1]@9 waits for fetching; 3 records wait before it in its partition."),
        (1, "waits for fetching; 1 record waits before it in its partition."),
        (0, "waits for fetching; it is next, or in hand in its partition."),
        (-1, "was read by fetching, and nothing has followed yet."),
    ],
)
def test_a_task_in_flight_says_where_it_is(ahead: int, said: str) -> None:
    """Who reads its last record, and how many are before it."""
    assert said in shown(report(), [hop()], Whereabouts(hop(), "fetching", ahead))


def test_a_retry_says_when_it_is_due() -> None:
    """The lane's delay after the broker had the record."""
    waiting = hop("put off", 2, "urls.retry.1m")

    assert "Its retry is due at 12:01:02 UTC." in shown(report(), [waiting], Whereabouts(waiting, "fetching", 0))


def test_a_task_without_records_is_what_the_ledger_says() -> None:
    """Records expire; the ledger does not."""
    assert "Its records are no longer kept" in shown(report(State.INDEXED))
    assert "In flight, and no record of it is kept: `marsad audit` names it" in shown(report())


def test_a_dead_letter_says_how_to_look_at_it() -> None:
    """Service and place, as `marsad dlq` takes them."""
    letter = hop("quarantined", 3, "extraction.dead", offset=12, partition=0)

    assert "`marsad dlq show extraction 0-12`" in shown(report(State.QUARANTINED), [letter])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "submitted by a person"),
        ({"found_in": "feed", "referrer": "https://ajil.example/rss"}, "found in a feed (https://ajil.example/rss)"),
        ({"found_in": "page"}, "found in a page"),
        ({"found_in": None}, "origin unknown"),
        ({"replays": derive("y")}, f"replays task {derive('y')}"),
    ],
)
def test_where_a_task_came_from(fields: dict[str, Any], said: str) -> None:
    """By whom, by which feed or page, and what it replays."""
    assert said in shown(report(**fields))


def run(monkeypatch: pytest.MonkeyPatch, reports: Sequence[Report], *arguments: str) -> tuple[int, str]:
    """Call the command over tasks that are found; return exit code and output."""

    async def find_tasks(*_: object) -> Tasks:
        return Tasks(tuple(reports), frozenset())

    async def follow(*_: object) -> list[Hop]:
        return []

    async def whereabouts(*_: object) -> None:
        return None

    for name, stand_in in (("find_tasks", find_tasks), ("follow", follow), ("whereabouts", whereabouts)):
        monkeypatch.setattr(command, name, stand_in)
    monkeypatch.setattr(command, "settings", lambda: None)
    app = typer.Typer()
    app.command()(command.trace)
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def test_the_newest_task_is_shown_and_older_ones_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many there are is said."""
    tasks = [report(State.UNCHANGED), report(State.INDEXED), report(State.GONE)]

    code, newest = run(monkeypatch, tasks, URL)
    assert code == 0
    assert "Ended as unchanged" in newest
    assert "Ended as indexed" not in newest
    assert "2 older tasks of it: --all shows them." in newest
    everything = run(monkeypatch, tasks, URL, "--all")[1]
    assert all(f"Ended as {state}" in everything for state in ("unchanged", "indexed", "gone"))
    assert "older" not in everything


def test_what_nobody_knows_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1."""
    code, output = run(monkeypatch, [], URL)

    assert code == 1
    assert f"Nothing is known of {URL}" in output
    assert "marsad submit" in output


def test_what_is_no_url_is_a_mistake_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """No trace, and no question to a server."""
    real = command.find_tasks
    monkeypatch.setattr(command, "settings", lambda: None)
    app = typer.Typer()
    app.command()(command.trace)

    result = CliRunner().invoke(app, ["no url at all"])

    assert result.exit_code == 2
    assert "neither an id nor a URL" in result.output
    assert command.find_tasks is real
