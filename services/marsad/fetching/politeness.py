"""When a host may be asked again: one clock a host, pure, the time passed in.

Times are seconds since 1970. A host takes one request at a time, and the pause counts from the end of a request. A
task that cannot start at once reserves a slot; slots of one host are spaced by its pause and by how long its answers
take, so that a queue drains without two tasks claiming one moment.

A host that is not known (a new one, after an assignment, forgotten for room) waits one full pause before its first
request: another process may have asked it a moment ago.
"""

from collections import OrderedDict
from dataclasses import dataclass

MAX_HOSTS = 20_000
FIRST_GUESS = 0.25  # how long an answer takes before the first one, as a share of the pause
CALMING = 0.1  # share of a new, shorter duration in the guess; a longer one counts at once
AT_ONCE_S = 2.0  # slots nearer than this may lie as close as the host's pause lets
SPARSE_S = 0.3  # farther slots lie at least so far apart: few enough tasks of one host are due at a time


@dataclass(slots=True)
class _Host:
    free_at: float  # the manners allow a request from here on
    tail: float  # behind the last reserved slot
    takes_s: float  # an answer, rather too long than too short


class HostClocks:
    """The clocks of all hosts, in bounded memory. Reserve, ask, say when it ended."""

    def __init__(self) -> None:
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    def reserve(self, host: str, pause_s: float, now: float, not_before: float = 0.0) -> float:
        """Return the host's next free slot that is not before `not_before`, and take it."""
        clock = self._of(host, pause_s, now)
        slot = max(now, not_before, clock.free_at, clock.tail)
        self._take(clock, slot, pause_s, now)
        return slot

    def learn(self, host: str, slot: float, pause_s: float, now: float) -> None:
        """Take note of a slot that was reserved before, perhaps by another process."""
        clock = self._of(host, pause_s, now)
        if slot >= clock.tail:
            self._take(clock, slot, pause_s, now)

    def free_at(self, host: str, pause_s: float, now: float) -> float:
        """Return from when on a request may start, as far as the requests that have ended say."""
        return self._of(host, pause_s, now).free_at

    def ended(self, host: str, pause_s: float, started: float, now: float) -> None:
        """Take note that a request ended."""
        clock = self._of(host, pause_s, now)
        clock.free_at = max(clock.free_at, now + pause_s)
        took = max(now - started, 0.0)
        clock.takes_s = max(took, clock.takes_s + CALMING * (took - clock.takes_s))

    def push_back(self, host: str, pause_s: float, now: float, until: float) -> None:
        """Take note that the host wants no request before `until`."""
        clock = self._of(host, pause_s, now)
        clock.free_at = max(clock.free_at, until)

    def forget(self) -> None:
        """Forget every host: partitions were assigned anew, others may have asked our hosts in the meantime."""
        self._hosts.clear()

    def _of(self, host: str, pause_s: float, now: float) -> _Host:
        clock = self._hosts.get(host)
        if clock is None:
            clock = self._hosts[host] = _Host(now + pause_s, now + pause_s, FIRST_GUESS * pause_s)
            if len(self._hosts) > MAX_HOSTS:
                self._hosts.popitem(last=False)
        self._hosts.move_to_end(host)
        return clock

    def _take(self, clock: _Host, slot: float, pause_s: float, now: float) -> None:
        stride = pause_s + clock.takes_s
        clock.tail = slot + (stride if slot - now <= AT_ONCE_S else max(stride, SPARSE_S))
