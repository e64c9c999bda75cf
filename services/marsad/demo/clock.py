"""The newsroom's clock in the demo: it stands still until the services have shown that they work."""

from datetime import datetime, timedelta

from marsad.newsroom.room import utc_now


class HeldClock:
    """Tells the moment at which it was made until it is released; from then on it runs, late by as much."""

    def __init__(self) -> None:
        self._made = utc_now()
        self._late: timedelta | None = None

    def __call__(self) -> datetime:
        """Return the newsroom's time."""
        return self._made if self._late is None else utc_now() - self._late

    def release(self) -> None:
        """Let it run. Releasing it again changes nothing."""
        if self._late is None:
            self._late = utc_now() - self._made
