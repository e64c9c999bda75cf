"""The audit as a whole: read, balance, look again before anything is named, and say where it was last seen."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from marsad.audit.balance import Balance, Books, Check, Gap, balance
from marsad.audit.books import Say, read_books
from marsad.audit.hops import Hop
from marsad.audit.trail import last_hops
from marsad.settings import Settings

__all__ = ["audit"]

LOOKS = 3  # a gap is named that is there each time
PAUSE_S = 2.0
BY_TASK = frozenset({Check.KNOWN, Check.WAITS, Check.INDEXED, Check.DEAD})  # whose gaps bear a task's id


def _silent(_: str) -> None:
    """Say nothing."""


async def audit(own: Settings, say: Say = _silent) -> Balance:
    """Balance the ledger of a system at rest or at work; what does not balance is named.

    What could be work passing between two looks is looked for again, so a gap is named only if it is there each time.

    Args:
        own: where the servers are.
        say: takes what is being read, for whoever waits.

    Raises:
        BrokerUnavailable, SearchUnavailable: a server is away, so nothing can be said.
    """
    books = await read_books(own, say)
    found = balance(books)
    for _ in range(LOOKS - 1):
        if not found.gaps:
            return found
        suspects = {(gap.check, gap.id) for gap in found.gaps}
        await asyncio.sleep(PAUSE_S)
        books = await read_books(own, say)
        found = balance(books)
        found = replace(found, gaps=tuple(gap for gap in found.gaps if (gap.check, gap.id) in suspects))
    return replace(found, gaps=await _located(own, books, found.gaps, say))


async def _located(own: Settings, books: Books, gaps: Sequence[Gap], say: Say) -> tuple[Gap, ...]:
    """Return the gaps, those of tasks with the last record that there is of them."""
    tasks = {gap.id for gap in gaps if gap.check in BY_TASK}
    if not tasks:
        return tuple(gaps)
    hops = await last_hops(own, tasks, _since(books, tasks), say)
    return tuple(
        replace(gap, detail=f"{gap.detail}; {_seen(hops, gap.id)}") if gap.check in BY_TASK else gap for gap in gaps
    )


def _since(books: Books, tasks: set[str]) -> datetime | None:
    """Return when the first of these tasks was handed on; None where that is not known of all."""
    begun = [report.discovered_at if (report := books.reports.get(task)) else None for task in tasks]
    known = [datetime.fromisoformat(moment) for moment in begun if moment]
    return min(known) if len(known) == len(begun) else None


def _seen(hops: Mapping[str, Hop], task_id: str) -> str:
    hop = hops.get(task_id)
    if hop is None:
        return "no record of it is kept"
    return f"last seen {hop.what} at {hop.at:%Y-%m-%d %H:%M:%S} UTC, {hop.topic}[{hop.partition}]@{hop.offset}"
