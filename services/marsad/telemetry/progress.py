"""Health that means progress: a service is well while its offsets advance, or nothing waits.

A process that runs says nothing: a consumer can leave its group, be alive, idle, and never come back. So the committed
offsets are held against the ends of the topics, as the broker knows them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic, time
from typing import Literal

from marsad.telemetry import hand, waits
from marsad.telemetry.metrics import LAG, OLDEST_AGE

PATIENCE_S = 5.0  # a server may be away for so long without being mentioned
LOOP_S = 30.0  # the event loop may stand still for so long at least

Partition = tuple[str, int]
"""Topic (short name) and number."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the group stands in a partition: the next offset that it reads, and one past the newest record's."""

    next: int
    end: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a service is.

    Attributes:
        state: `starting`; `idle`, nothing waits; `working`, offsets advance; `held_back` by services further down,
            which have enough to do; `waiting`, a server is away, which a restart would not change; `stuck`, records
            wait and nothing advances.
        reason: for people.
    """

    state: Literal["starting", "idle", "working", "held_back", "waiting", "stuck"]
    reason: str = ""

    @property
    def well(self) -> bool:
        """Whether all is as it should be."""
        return self.state in ("idle", "working", "held_back")


class Progress:
    """Holds what the broker says against the clock. Looks are made in the event loop, answers given in any thread.

    Args:
        delays_s: how long a record of each topic is left lying on purpose (a retry lane).
        limit_s: the longest that records may wait without any offset of their partition advancing.
    """

    def __init__(self, delays_s: Mapping[str, float], limit_s: float) -> None:
        self._delays_s = delays_s
        self._limit_s = limit_s
        self._places: Mapping[Partition, Place] | None = None
        self._since: Mapping[Partition, float] = {}  # each last advanced, or had nothing waiting
        self._own: set[Partition] = set()
        self._beat = monotonic()
        for topic in delays_s:
            LAG.labels(topic)
            OLDEST_AGE.labels(topic).set_function(partial(self.age_s, topic))

    def beat(self) -> None:
        """Take note that the event loop runs."""
        self._beat = monotonic()

    def look(self, places: Mapping[Partition, Place], own: set[Partition]) -> None:
        """Take note of where the group stands in all its partitions; `own` are those that this process is to read."""
        now, before = monotonic(), self._places or {}
        held = waits.longest() is not None  # what time a server costs is no standstill of ours
        self._since = {
            key: now if held or key not in before or _advanced(before[key], place) else self._since[key]
            for key, place in places.items()
        }
        self._places, self._own = places, own
        for topic in self._delays_s:
            waiting = sum(place.end - place.next for (name, _), place in places.items() if name == topic)
            LAG.labels(topic).set(waiting)

    def health(self) -> Health:
        """Return how the service is now."""
        now = monotonic()
        if (still_s := now - self._beat) > max(self._limit_s, LOOP_S):
            return Health("stuck", f"the event loop has not run for {still_s:.0f} s: a handler blocks it")
        wait = waits.longest()
        if wait is not None and now - wait.since > PATIENCE_S:
            state: Literal["held_back", "waiting"] = "held_back" if wait.server == waits.PRESSURE else "waiting"
            return Health(state, f"for {wait.server}, since {now - wait.since:.0f} s: {wait.reason}")
        if self._places is None:
            return Health("starting", "the broker has not been asked yet")
        stuck = {key: s for key, s in self._standstills_s(now).items() if not self._own or key in self._own}
        if stuck:
            (topic, number), longest_s = max(stuck.items(), key=lambda item: item[1])
            place = self._places[topic, number]
            return Health(
                "stuck",
                f"{place.end - place.next} records wait in {topic}[{number}] and none was committed for "
                f"{longest_s:.0f} s ({len(stuck)} partitions in all)",
            )
        records = sum(place.end - place.next for place in self._places.values())
        return Health("working", f"{records} records wait") if records else Health("idle")

    def age_s(self, topic: str) -> float:
        """Return how long the oldest record of a topic has been due, in seconds; 0 where nothing waits.

        Where none is in hand, what is known is since when no offset has advanced: at least so old is it.
        """
        delay_s = self._delays_s[topic]
        written = hand.oldest(topic)
        in_hand_s = time() - written if written is not None else 0.0
        since, now = self._since, monotonic()
        still_s = [
            now - since[key]
            for key, place in (self._places or {}).items()
            if key[0] == topic and place.end > place.next and key in since
        ]
        return max(0.0, max(in_hand_s, *still_s, 0.0) - delay_s)

    def _standstills_s(self, now: float) -> dict[Partition, float]:
        """Return the partitions that wait for longer than they may, with how long.

        A document that a worker is through with is a sign of life: a batch of pages that all hang takes as many
        deadlines, and a restart in between would begin the batch anew, for ever.
        """
        still_s = {
            key: now - max(self._since[key], hand.last_document())
            for key, place in (self._places or {}).items()
            if place.end > place.next
        }
        return {key: s for key, s in still_s.items() if s > self._limit_s + self._delays_s.get(key[0], 0.0)}


def _advanced(before: Place, after: Place) -> bool:
    return after.next != before.next or before.end == before.next
