"""Which offset of a partition may be committed while records settle out of order."""

from collections.abc import Iterable
from heapq import heappop, heappush


class OffsetWindow:
    """Offsets of one partition that were delivered and not yet committed.

    Kafka's committed offset is the next one to read, so it may only pass records that have settled. Records settle in
    any order; `committable` follows the contiguous settled run from the oldest delivered one. Offsets that the log
    itself skips (transaction markers, compaction) are no gaps, since only delivered offsets count.
    """

    def __init__(self) -> None:
        self._open: list[int] = []
        self._settled: set[int] = set()
        self._newest = -1

    def deliver(self, offsets: Iterable[int]) -> None:
        """Take note of records handed out. Raises ValueError on one that is not newer than the ones before."""
        for offset in offsets:
            if offset <= self._newest:
                raise ValueError(f"offset {offset} was delivered after {self._newest}")
            self._newest = offset
            heappush(self._open, offset)

    def settle(self, offsets: Iterable[int]) -> None:
        """Take note of records whose every effect is acknowledged."""
        self._settled.update(offsets)
        while self._open and self._open[0] in self._settled:
            self._settled.remove(heappop(self._open))

    @property
    def committable(self) -> int | None:
        """The offset to commit: the oldest unsettled record, or one past the newest; None before any delivery."""
        if self._open:
            return self._open[0]
        return None if self._newest < 0 else self._newest + 1

    @property
    def unsettled(self) -> int:
        """How many delivered records have not settled."""
        return len(self._open) - len(self._settled)

    def __len__(self) -> int:
        """Return the span that is held: delivered and not yet passed by the committable offset."""
        return len(self._open)
