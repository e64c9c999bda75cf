"""`marsad audit`: the sum, the checks, the names of what is missing, and the exit code."""

import importlib
import io
import json
from collections import Counter

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from marsad.audit.balance import Balance, Check, Gap
from marsad.contracts.ids import derive
from marsad.contracts.states import State
from marsad.errors import BrokerUnavailable

command = importlib.import_module("marsad.cli.audit")  # in the package, the name is the function

WELL = Balance(
    ended={"page": Counter({State.INDEXED: 90, State.GONE: 5}), "feed": Counter({State.READ: 3})},
    in_flight={"page": Counter({"fetching": 4, "indexing": 1})},
    missing=Counter(),
    looked_at=dict.fromkeys(Check, 7),
    gaps=(),
)
LOST = tuple(Gap(Check.WAITS, derive(str(number)), f"detail {number}\x1b[31m") for number in range(12))
ILL = Balance(WELL.ended, WELL.in_flight, Counter({"page": 12}), WELL.looked_at, LOST)


def shown(found: Balance, *, everything: bool = False) -> str:
    """Return what is printed for a person, without colours."""
    output = io.StringIO()
    command.show(found, Console(width=120, file=output, highlight=False), everything=everything)
    return output.getvalue()


def row(text: str, start: str) -> list[str]:
    """Return the cells of the row that begins with a text."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"│ {start} ")]
    return [cell.strip() for cell in line.strip("│").split("│")][1:]


def test_what_was_handed_on_is_the_sum_of_what_became_of_it() -> None:
    """Ended, in flight by who has it next, missing: kind by kind."""
    text = shown(WELL)

    assert row(text, "handed on") == ["3", "100"]
    assert row(text, "= ended") == ["3", "95"]
    assert row(text, "+ in flight, before fetching") == ["0", "4"]
    assert row(text, "+ in flight, before indexing") == ["0", "1"]
    assert row(text, "+ missing") == ["0", "0"]
    assert row(shown(ILL), "handed on") == ["3", "112"]
    assert row(shown(ILL), "+ missing") == ["0", "12"]


def test_each_check_is_listed_with_what_it_looked_at() -> None:
    """Also those that found nothing wrong."""
    text = shown(ILL)

    assert all(row(text, str(check))[0] == "7" for check in Check)
    assert row(text, str(Check.WAITS))[1] == "12"
    assert row(text, str(Check.DEAD))[1] == "0"


def test_what_is_missing_is_named_up_to_a_number() -> None:
    """With how many more there are; a stranger's words cannot steer the terminal."""
    text = shown(ILL)

    assert "Not so: every task in flight has a record that waits" in text
    assert sum(gap.id in text for gap in LOST) == command.NAMED
    assert "and 2 more; --all names them." in text
    assert "\x1b" not in text
    assert "marsad trace ID" in text


def test_all_are_named_on_request() -> None:
    """None is left out, and nothing says so."""
    text = shown(ILL, everything=True)

    assert all(gap.id in text for gap in LOST)
    assert "more;" not in text


def test_a_ledger_that_balances_says_so() -> None:
    """In one sentence, and no other."""
    assert shown(WELL).rstrip().endswith("The ledger balances.")
    assert "balances" not in shown(ILL)


def test_an_empty_system() -> None:
    """Nothing was handed on, and nothing is missing."""
    empty = Balance({}, {}, Counter(), dict.fromkeys(Check, 0), ())

    assert row(shown(empty), "handed on") == ["0"]


def run(monkeypatch: pytest.MonkeyPatch, found: Balance | Exception, *arguments: str) -> tuple[int, str]:
    """Call the command over a balance; return exit code and output."""

    async def take_stock(_own: object, _say: object) -> Balance:
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(command, "take_stock", take_stock)
    monkeypatch.setattr(command, "settings", lambda: None)
    app = typer.Typer()
    app.command()(command.audit)
    result = CliRunner().invoke(app, arguments)
    if isinstance(found, Exception):
        assert result.exception is found
    return result.exit_code, result.stdout


@pytest.mark.parametrize(("found", "code"), [(WELL, 0), (ILL, 1)])
def test_the_exit_code_says_whether_it_balances(monkeypatch: pytest.MonkeyPatch, found: Balance, code: int) -> None:
    """So that a script can tell, in either form."""
    assert run(monkeypatch, found)[0] == code
    assert run(monkeypatch, found, "--json")[0] == code


def test_json_names_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """One object on one line, with all gaps."""
    plain = json.loads(run(monkeypatch, ILL, "--json")[1])

    assert plain["balances"] is False
    assert plain["ended"] == {"page": {"indexed": 90, "gone": 5}, "feed": {"read": 3}}
    assert plain["in_flight"] == {"page": {"fetching": 4, "indexing": 1}}
    assert plain["missing"] == {"page": 12}
    assert plain["checks"]["waits"] == 7
    assert [gap["id"] for gap in plain["gaps"]] == [gap.id for gap in LOST]
    assert {gap["check"] for gap in plain["gaps"]} == {"waits"}


def test_without_a_server_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit that could not look has found nothing, neither good nor bad."""
    assert run(monkeypatch, BrokerUnavailable("Kafka is away"))[1] == ""
