"""`marsad audit`: whether the ledger balances, and what is missing where it does not."""

import asyncio
from collections import Counter
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from marsad.audit.balance import Balance, Check
from marsad.audit.verdict import audit as take_stock
from marsad.cli.terminal import clean, json_line
from marsad.settings import Settings, settings

NAMED = 10  # of one check, unless all are asked for

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def audit(
    *,
    all_: Annotated[
        bool, typer.Option("--all", help=f"Name everything, not only the first {NAMED} of a kind.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Balance the ledger: every task has ended or waits somewhere, and what ended is where it should be.

    Both servers are read, beside the services and without disturbing them. What does not balance is looked at three
    times before it is named, so that work passing meanwhile is not taken for lost. Exit code 1 where something is.

    Example: marsad audit

    Example: marsad audit --json
    """
    found = asyncio.run(_audit(settings()))
    if as_json:
        typer.echo(json_line(as_plain(found)))
    else:
        show(found, console, everything=all_)
    if found.gaps:
        raise typer.Exit(1)


async def _audit(own: Settings) -> Balance:
    with errors.status("reading") as status:
        return await take_stock(own, lambda what: status.update(f"reading {what}"))


def as_plain(found: Balance) -> dict[str, Any]:
    """Return the balance as JSON's types."""
    return {
        "balances": not found.gaps,
        "ended": {kind: {str(state): count for state, count in found.ended[kind].items()} for kind in found.ended},
        "in_flight": {kind: dict(found.in_flight[kind]) for kind in found.in_flight},
        "missing": dict(found.missing),
        "checks": {check.name.lower(): found.looked_at[check] for check in Check},
        "gaps": [{"check": gap.check.name.lower(), "id": gap.id, "detail": gap.detail} for gap in found.gaps],
    }


def show(found: Balance, output: Console, *, everything: bool = False) -> None:
    """Print the balance for a person."""
    output.print(tasks_table(found))
    output.print(checks_table(found))
    for check in Check:
        gaps = [gap for gap in found.gaps if gap.check is check]
        if not gaps:
            continue
        output.print(f"\nNot so: {check}", style="bold red")
        for gap in gaps if everything else gaps[:NAMED]:
            output.print(Text(f"{gap.id}  {clean(gap.detail)}"), soft_wrap=True)
        if len(gaps) > NAMED and not everything:
            output.print(f"and {len(gaps) - NAMED} more; --all names them.", style="dim")
    if found.gaps:
        output.print("\n`marsad trace ID` shows the way of a task or of an article.", style="dim")
    else:
        output.print("The ledger balances.", style="green")


def tasks_table(found: Balance) -> Table:
    """Return what the tasks of each kind add up to."""
    kinds = sorted({*found.ended, *found.in_flight, *found.missing} or {"page"})
    table = Table(title="Tasks", title_justify="left")
    table.add_column("")
    for kind in kinds:
        table.add_column(f"{kind}s" if kind in {"page", "feed"} else kind, justify="right")
    ended = [sum(found.ended.get(kind, Counter()).values()) for kind in kinds]
    waiting = [found.in_flight.get(kind, Counter()) for kind in kinds]
    missing = [found.missing[kind] for kind in kinds]
    total = [end + sum(wait.values()) + lost for end, wait, lost in zip(ended, waiting, missing, strict=True)]
    _row(table, "handed on", total)
    _row(table, "= ended", ended)
    for service in dict.fromkeys(name for wait in waiting for name in wait):
        _row(table, f"+ in flight, before {service}", [wait[service] for wait in waiting])
    _row(table, "+ missing", missing, "red" if any(missing) else "")
    return table


def checks_table(found: Balance) -> Table:
    """Return what was looked at, and how much of it is not as it should be."""
    wrong = Counter(gap.check for gap in found.gaps)
    table = Table(title="Checks", title_justify="left")
    table.add_column("what must hold")
    table.add_column("looked at", justify="right")
    table.add_column("wrong", justify="right")
    for check in Check:
        table.add_row(str(check), str(found.looked_at[check]), str(wrong[check]), style="red" if wrong[check] else "")
    return table


def _row(table: Table, name: str, numbers: list[int], style: str = "") -> None:
    table.add_row(name, *map(str, numbers), style=style)
