"""What this process waits for: servers that are away. A restart would not bring them back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from marsad.errors import BrokerUnavailable, HeldBack, SearchUnavailable, Unavailable, WorkersUnavailable
from marsad.telemetry.metrics import HELD

PRESSURE = "pressure"  # no server is away: services further down have enough to do
_SERVERS: tuple[tuple[type[Unavailable], str], ...] = (
    (BrokerUnavailable, "kafka"),
    (SearchUnavailable, "elasticsearch"),
    (WorkersUnavailable, "workers"),
    (HeldBack, PRESSURE),
)
OTHER = "other"  # another writer was faster, which ends by itself


@dataclass(slots=True, eq=False)
class Wait:
    """One delivery or batch that may have to wait, from its first refusal until its `waiting` context ends."""

    server: str = ""
    reason: str = ""
    since: float = field(default_factory=monotonic)

    def on(self, error: Unavailable) -> None:
        """Take note of a refusal; the first one begins the wait."""
        self.reason = str(error)
        if not self.server:
            self.server = _server(error)
            self.since = monotonic()
            HELD.labels(self.server).inc()
            _under_way.add(self)

    def end(self) -> None:
        """Take note that the server is there again."""
        if self.server:
            HELD.labels(self.server).dec()
            _under_way.discard(self)
            self.server = ""


_under_way: set[Wait] = set()


@contextmanager
def waiting() -> Iterator[Wait]:
    """Give what takes note of refusals until the context ends."""
    wait = Wait()
    try:
        yield wait
    finally:
        wait.end()


def longest() -> Wait | None:
    """Return the wait that has lasted longest, if there is any. May be called in any thread."""
    return min(_under_way.copy(), key=lambda wait: wait.since, default=None)


def _server(error: Unavailable) -> str:
    return next((name for kind, name in _SERVERS if isinstance(error, kind)), OTHER)
