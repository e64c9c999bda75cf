"""The ledger's documents: one per task, its strongest report.

The external version is the rank of the state, so that Elasticsearch itself keeps the strongest report whatever order
reports arrive in; see `State.rank`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.model import Task

__all__ = ["project", "version_of"]

_OF_TASK = ("kind", "url", "outlet", "found_in", "referrer", "discovered_at", "generation", "replays")


def version_of(entry: LedgerEntry) -> int:
    """Return the external version of a report."""
    return entry.state.rank


def project(entry: LedgerEntry, existing: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the document of a report; fields without a value are left out, times are UTC.

    Args:
        entry: the report.
        existing: the task's document as it is. A report of a record that could not be read knows no task; what was
            known of it is kept.
    """
    of_task = _of_task(entry.task) if entry.task else {name: (existing or {}).get(name) for name in _OF_TASK}
    fields = {
        "task_id": entry.task_id,
        "state": str(entry.state),
        "terminal": entry.state.terminal,
        "reason": entry.reason,
        "detail": entry.detail,
        "service": entry.service,
        "at": _utc(entry.at),
        "article_id": entry.article_id,
        **of_task,
        "latency_ms": _latency_ms(entry),
    }
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _of_task(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in _OF_TASK} | {"discovered_at": _utc(task.discovered_at)}


def _latency_ms(entry: LedgerEntry) -> int | None:
    """Return how long the task took from being handed on to its end; clocks of two machines may differ a little."""
    if entry.task is None or not entry.state.terminal:
        return None
    return max(0, round((entry.at - entry.task.discovered_at).total_seconds() * 1_000))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
