"""The demo while it runs: a live board on a terminal, progress lines elsewhere."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from marsad.cli.status import latency_line, ledger_line, state_table
from marsad.cli.terminal import PDI, RLI, clean, is_rtl
from marsad.contracts.topics import SERVICES
from marsad.demo.play import Moment
from marsad.demo.sight import Sight

HEADLINES = 16
LABEL = 36  # cells before a headline: time, what it is, and an outlet's name
WIDEST = 110  # cells: on a wide terminal a right-to-left headline stays within sight of its label
CHANGES = {"first": "new", "edited": "corrected"}


class Board:
    """Shows moments. Use it as `with board.open():`, and hand `show` to the run."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._before: Sight | None = None
        self._said = ""

    @contextmanager
    def open(self) -> Iterator[None]:
        """Take the terminal for as long as the run lasts; without one, nothing is taken."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as self._live:  # drawn once a look
            yield
        self._live = None

    def show(self, moment: Moment) -> None:
        """Show a moment: the whole board, or one line where something has changed."""
        if self._live is not None:
            self._live.update(board(moment, self._before, self._console), refresh=True)
        elif (line := summary(moment.sight)) != self._said:
            kept = f"{moment.kept:2} of {len(moment.rows)} as promised"
            self._console.print(f"{moment.elapsed_s:6.1f} s  {kept}; {line}", soft_wrap=True)
            self._said = line
        self._before = moment.sight


def board(moment: Moment, before: Sight | None, console: Console) -> Group:
    """Return the board, with as many headlines as the terminal has room for.

    Args:
        moment: what is shown.
        before: the look before, from which rates follow.
        console: where it goes; its width and height count.
    """
    sight, houses = moment.sight, len({row.expected.outlet for row in moment.rows})
    latency = latency_line(sight.counts)
    top = Group(
        Text(f"Marsad's demo, {moment.elapsed_s:.0f} s: {houses} invented outlets publish, correct, withdraw", "bold"),
        Text(f"{moment.kept} of {len(moment.rows)} pages have become what the newsroom says they must", "green"),
        side_by_side(service_table(sight, before, moment.deaths), state_table(sight.counts)),
        Text(f"{ledger_line(sight.counts)} {sight.counts.articles} articles."),
        Text(f"{latency[0].upper()}{latency[1:]}."),
        Text("\nSearchable, the latest first", "italic"),
    )
    room = max(0, console.height - len(console.render_lines(top)))
    news = [headline_line(*item, console.width) for item in newest(sight, min(HEADLINES, room))]
    return Group(top, *(news if sight.revisions else [Text("nothing yet", "dim")]))


def side_by_side(*tables: Table) -> Table:
    """Return tables as one without frames and titles, which cost lines: 80 columns and 24 lines must do."""
    whole = Table.grid(padding=(0, 5))
    for table in tables:
        table.title, table.box, table.show_edge = None, box.SIMPLE_HEAD, False
    whole.add_row(*tables)
    return whole


def service_table(sight: Sight, before: Sight | None, deaths: Mapping[str, int]) -> Table:
    """Return each service with what it has read, how fast, and what waits."""
    table = Table(title="Services", title_justify="left")
    table.add_column("service")
    for name in ("read", "a second", "waiting"):
        table.add_column(name, justify="right")
    for service in SERVICES:
        read, waiting = _place(sight, service)
        rate = ""
        if before is not None and sight.at > before.at:
            rate = f"{(read - _place(before, service)[0]) / (sight.at - before.at):.1f}"
        state = f" (ended {deaths[service]}×)" if deaths.get(service) else ""
        table.add_row(Text(service + state, "red" if state else "green"), str(read), rate, str(waiting))
    return table


def newest(sight: Sight, limit: int) -> list[tuple[str, str]]:
    """Return the latest revisions as label and headline, the last first."""
    shown = []
    for task in sight.revisions[:limit]:
        article = sight.articles.get(task.article_id or "", {})
        label = f"{task.at[11:19]}  {CHANGES.get(task.reason, task.reason):<9}  {clean(str(article.get('outlet', '')))}"
        shown.append((label, str(article.get("title", ""))))
    return shown


def headline_line(label: str, headline: str, width: int) -> Text:
    """Return a label (harmless text of ours) and a headline, cut to one line.

    A right-to-left headline stands as an isolate at the right edge, or at WIDEST.
    """
    line = Text(label[: LABEL - 1].ljust(LABEL), "dim")
    room = min(width, WIDEST) - LABEL
    title = Text(clean(headline), "not dim")
    title.truncate(room, overflow="ellipsis")
    if not is_rtl(title.plain):
        return line.append_text(title)
    return line.append(" " * (room - title.cell_len)).append(RLI).append_text(title).append(PDI)


def summary(sight: Sight) -> str:
    """Return a moment in one line."""
    counts = sight.counts
    ended = ", ".join(f"{number} {state}" for state, number in sorted(counts.pages.items()) if state.terminal)
    waiting = ", ".join(f"{service} {_place(sight, service)[1]}" for service in SERVICES if _place(sight, service)[1])
    return f"{counts.articles} articles; pages: {ended or 'none yet'}; waiting: {waiting or 'nothing'}"


def _place(sight: Sight, service: str) -> tuple[int, int]:
    """Return how many records a service has read and how many wait, all its topics together."""
    own = [lag for lag in sight.lags if lag.service == service]
    return sum(lag.done for lag in own), sum(lag.waiting for lag in own)
