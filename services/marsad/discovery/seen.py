"""Whether a URL that was found is handed on: the decision, without any I/O."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of a URL that was handed on.

    Attributes:
        url: cleaned.
        task_id: the task of the last handing-on; the same task coming again is handed on again, as it was.
        handed_at: when, ISO 8601 with zone.
        times: how often.
        named_by: id of the page that named this URL as its home since then, in vain because it was seen.
    """

    url: str
    task_id: str
    handed_at: str
    times: int
    named_by: str | None = None

    @classmethod
    def of(cls, source: dict[str, Any]) -> "Seen":
        """Read a state entry."""
        return cls(source["url"], source["task_id"], source["handed_at"], source["times"], source.get("named_by"))

    def source(self) -> dict[str, Any]:
        """Return the state entry."""
        return asdict(self)

    def due(self, now: datetime, revisit_s: float) -> bool:
        """Whether the URL may be handed on again, also where a clock that was far ahead dated the entry."""
        return abs(now - datetime.fromisoformat(self.handed_at)) >= timedelta(seconds=revisit_s)


def hand_on(seen: Seen | None, url: str, task_id: str, now: datetime, *, revisit_s: float, again: bool) -> Seen | None:
    """Return the entry to keep if the URL is handed on to this task, else None."""
    if seen is None:
        return Seen(url, task_id, now.isoformat(), 1)
    if seen.task_id == task_id:
        return seen
    if again or seen.due(now, revisit_s):
        return Seen(url, task_id, now.isoformat(), seen.times + 1)
    return None
