"""What a person reads of a campaign."""

from collections.abc import Sequence
from statistics import median

from rich.table import Table

from faults.rounds import Result
from marsad.cli.terminal import clean


def told(result: Result) -> str:
    """Return the lines about one round."""
    plan = result.plan
    repeated = ", ".join(f"{count} in {topic}" for topic, count in sorted(result.repeats.items())) or "none"
    lines = [
        f"  {result.note}",
        (
            f"  after its return: next task ended in {_shown(result.first_s)}, all ended and no lag in "
            f"{_shown(result.all_s)}; the round took {result.took_s:.0f} s"
        ),
        f"  records written twice: {repeated}",
    ]
    if not result.problems:
        return "\n".join([*lines, "  as it must be"])
    again = f"make faults ROUNDS=1 ONLY={plan.scenario.name} SEED={plan.seed} ARTICLES={plan.articles}"
    return "\n".join([*lines, f"  WRONG; {again} repeats it", *(f"    {clean(line)}" for line in result.problems)])


def closing_table(results: Sequence[Result]) -> Table:
    """Return the table of all rounds by scenario."""
    table = Table(
        title=f"{len(results)} rounds, {sum(result.plan.articles for result in results):,} articles",
        caption="seconds from the return of what was harmed, median (≤ greatest): until the next task ended, "
        "until all had ended and no record waited; records written twice",
    )
    table.add_column("scenario", no_wrap=True)
    for heading in ("rounds", "wrong", "next end", "no lag", "twice"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name in sorted({result.plan.scenario.name for result in results}):
        table.add_row(name, *_row([result for result in results if result.plan.scenario.name == name]))
    table.add_section()
    table.add_row("all", *_row(results))
    return table


def _row(results: Sequence[Result]) -> tuple[str, ...]:
    return (
        str(len(results)),
        str(sum(bool(result.problems) for result in results)),
        _spread([result.first_s for result in results]),
        _spread([result.all_s for result in results]),
        f"{sum(result.repeats.total() for result in results):,}",
    )


def _shown(seconds: float | None) -> str:
    return "– s" if seconds is None else f"{seconds:.1f} s"


def _spread(seconds: Sequence[float | None]) -> str:
    """Return median and greatest."""
    values = [value for value in seconds if value is not None]
    return f"{median(values):.1f} (≤ {max(values):.1f})" if values else "–"
