"""Records in hand: read, and not settled yet; and the last sign that they are worked on."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from marsad.telemetry.metrics import RECORDS_IN, UNSETTLED

_written: dict[str, dict[int, float]] = {}  # by topic: when the oldest record of each batch in hand was written
_lock = Lock()  # metrics are read in another thread
_next = iter(range(1 << 62))
_done_at = [float("-inf")]  # by the monotonic clock


@contextmanager
def in_hand(topic: str, records: int, written_s: float) -> Iterator[None]:
    """Count a batch as in hand until the context ends, and as read if it ends well.

    Args:
        topic: short name.
        records: of the batch.
        written_s: when its oldest record was written, seconds since 1970.
    """
    number = next(_next)
    gauge = UNSETTLED.labels(topic)
    gauge.inc(records)
    with _lock:
        _written.setdefault(topic, {})[number] = written_s
    try:
        yield
        RECORDS_IN.labels(topic).inc(records)
    finally:
        with _lock:
            del _written[topic][number]
        gauge.dec(records)


def oldest(topic: str) -> float | None:
    """Return when the oldest record in hand was written, seconds since 1970; None where none is in hand."""
    with _lock:
        return min(_written.get(topic, {}).values(), default=None)


def document_done() -> None:
    """Take note that a worker is through with a document, whatever came of it."""
    _done_at[0] = monotonic()


def last_document() -> float:
    """Return when a worker of this process was last through with a document, by the monotonic clock; -inf for never."""
    return _done_at[0]
