"""The hosts in `marsad status`."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from marsad.cli.terminal import clean
from marsad.search.hosts import HostState

LATELY = timedelta(minutes=10)
SHOWN = 12


def lately(states: Iterable[HostState], now: datetime) -> list[HostState]:
    """Return the hosts that were asked lately or rest, the most pressing first: resting, failing, longest queue."""
    known = [state for state in states if now - state.at <= LATELY or (state.resting and state.next_at > now)]
    return sorted(known, key=lambda one: (not one.resting, -one.failures, -one.queued, -one.archives, one.host))


def host_table(states: Sequence[HostState], now: datetime) -> Table:
    """Return a table of the first SHOWN hosts; its caption says how many there are."""
    more = f"; {len(states) - SHOWN} more in --json" if len(states) > SHOWN else ""
    resting = sum(state.resting for state in states)
    caption = f"{len(states)} hosts lately, {resting} left alone{more}"
    table = Table(title="Hosts", title_justify="left", caption=caption, caption_justify="left")
    table.add_column("host", overflow="fold")
    for name in ("pause", "next request", "failures", "queued", "of archives"):
        table.add_column(name, justify="right")
    for state in states[:SHOWN]:
        failures = Text(str(state.failures or ""), style="red" if state.resting else "")
        queued = (str(state.queued or ""), str(state.archives or ""))
        table.add_row(Text(clean(state.host)), f"{state.pause_s:.1f} s", _next(state, now), failures, *queued)
    return table


def _next(state: HostState, now: datetime) -> Text:
    seconds = (state.next_at - now).total_seconds()
    if seconds <= 0:
        return Text("free")
    said = f"in {seconds:.0f} s" if seconds < 120 else f"in {seconds / 60:.0f} min"  # noqa: PLR2004 - two minutes
    return Text(f"left alone, {said}", style="red") if state.resting else Text(said)
