"""The demo's last word: expected against seen, latency, what happened, searches, differences."""

import shlex
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table
from rich.text import Text

from marsad.cli.search import show as show_hits
from marsad.cli.status import latency_line
from marsad.cli.terminal import clean, is_rtl, paragraph
from marsad.demo.board import headline_line, side_by_side
from marsad.demo.gold import FIELDS, Difference, Row
from marsad.demo.play import Played
from marsad.demo.searches import Answered
from marsad.demo.stories import Change, Story

MAX_DIFFERENCES = 30


def report(played: Played, console: Console) -> None:
    """Print everything that a person wants to know of a run."""
    rows, counts = played.moment.rows, played.moment.sight.counts
    console.print(side_by_side(outcome_table(rows), exactness_table(rows)))
    console.print(f"\n{latency_line(counts)[0].upper()}{latency_line(counts)[1:]}.")
    console.print("An article is searchable at the next refresh after that, at most a second later.", style="dim")
    _stories(played, console)
    for answer in played.answers:
        _search(answer, console)
    _verdict(played, console)


def outcome_table(rows: Sequence[Row]) -> Table:
    """Return how many addresses should end in which way, and how many did."""
    promised = Counter(str(row.expected.outcome) for row in rows)
    seen = Counter(row.outcome for row in rows)
    table = _table("outcome")
    for outcome in sorted(promised | seen):
        _row(table, outcome, promised[outcome], seen[outcome])
    _row(table, "revisions", sum(row.expected.revisions for row in rows), sum(row.revisions for row in rows))
    return table


def exactness_table(rows: Sequence[Row]) -> Table:
    """Return for how many articles each part is exactly as published."""
    readable = [row for row in rows if row.expected.revisions]
    table = _table("exactly as published")
    for field in FIELDS:
        wrong = sum(row.revisions == 0 or any(one.what == field.name for one in row.differences) for row in readable)
        _row(table, field.name, len(readable), len(readable) - wrong)
    return table


def _stories(played: Played, console: Console) -> None:
    corrected = [story for story in played.stories if story.changes]
    others = [story for story in played.stories if not story.changes]
    for heading, told in (("What was corrected", corrected), ("What did not come in or did not stay, and why", others)):
        if told:
            console.print(f"\n{heading}", style="italic")
        for story in told:
            _story(story, console)
    if played.links:
        console.print("\nWhat was handed in as short links", style="italic")
    for link in played.links:
        console.print(
            headline_line(f"{urlsplit(link.short_url or '').path}: {link.outlet}", link.title, console.width),
            soft_wrap=True,
        )


def _story(story: Story, console: Console) -> None:
    console.print(headline_line(f"{story.what}: {story.outlet}", story.headline, console.width), soft_wrap=True)
    if story.why:
        console.print(Text(f"    because {story.why}", "dim"), soft_wrap=True)
    for change in story.changes:
        for label, words in _sides(change):
            console.print(headline_line(f"    {label}", words, console.width), soft_wrap=True)


def _sides(change: Change) -> list[tuple[str, str]]:
    """Return the words of a change with what to call them."""
    if change.before and change.after:
        return [("was", change.before), ("is", change.after)]
    return [("added", change.after)] if change.after else [("left out", change.before)]


def _search(answer: Answered, console: Console) -> None:
    words = shlex.quote(answer.search.text)  # as it is typed: a shell would take the quotation marks of a phrase
    console.print(Text("\nmarsad search ", "italic").append(words, "bold"), soft_wrap=True)
    console.print(Text(answer.search.about, "dim"))
    show_hits(answer.found, console)


def _verdict(played: Played, console: Console) -> None:
    seconds = f"{played.moment.elapsed_s:.0f} s after the services were started"
    if not played.differences:
        console.print(f"\nAll is as expected, {seconds}.", style="bold green")
        return
    console.print(f"\nDifferences: {len(played.differences)}, {seconds}.", style="bold red")
    for difference in played.differences[:MAX_DIFFERENCES]:
        _difference(difference, console)
    if len(played.differences) > MAX_DIFFERENCES:
        console.print(f"and {len(played.differences) - MAX_DIFFERENCES} more", style="red")


def _difference(difference: Difference, console: Console) -> None:
    console.print(Text(f"{difference.where}: {difference.what}", "red"))
    for name, text in (("expected", difference.expected), ("seen", difference.seen)):
        if is_rtl(text):
            console.print(f"  {name}:")
            for line in paragraph([(text, False)], console):
                console.print(line)
        else:
            console.print(Text(f"  {name}: {clean(text)}"))


def _table(what: str) -> Table:
    table = Table()
    table.add_column(what)
    table.add_column("expected", justify="right")
    table.add_column("seen", justify="right")
    return table


def _row(table: Table, name: str, expected: int, seen: int) -> None:
    table.add_row(name, str(expected), Text(str(seen), "green" if seen == expected else "bold red"))
