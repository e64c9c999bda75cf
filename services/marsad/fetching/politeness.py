"""When a host may be asked again: one clock a host, pure, the time passed in.

Times are seconds since 1970. A host takes one request at a time, and the pause counts from the end of a request. A
task that cannot start at once reserves a slot; slots of one host are spaced by its pause and by how long its answers
take, so that a queue drains without two tasks claiming one moment.

Fresh news and archives (backfill) queue apart: a fresh task's slot lies behind those of fresh tasks alone, an archive's
behind all, and the archives of a host take one slot of four, so that news that comes meanwhile finds the host idle
three times of four.

A host that is not known (a new one, after an assignment, forgotten for room) waits one full pause before its first
request: another process may have asked it a moment ago.
"""

from collections import OrderedDict
from dataclasses import dataclass
from itertools import takewhile

from marsad.fetching.health import LONGEST_REST_S, MAX_DELAY_S, Health, adapted_s, rest_s

MAX_HOSTS = 20_000
FIRST_GUESS = 0.25  # how long an answer takes before the first one, as a share of the pause
CALMING = 0.1  # share of a new, shorter duration in the guess; a longer one counts at once
AT_ONCE_S = 5.0  # slots nearer than this may lie as close as the host's pause lets
SPARSE_S = 0.3  # farther slots lie at least so far apart: few enough tasks of one host are due at a time
ARCHIVE_STRIDES = 4  # an archive takes one slot of so many


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a host's last owner left: its pause, when it may be asked, and its failures since the last page."""

    pause_s: float
    free_at: float
    failures: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A host for people: its pause, when it may be asked, its failures, whether it rests, and about how many wait."""

    pause_s: float
    free_at: float
    failures: int
    resting: bool
    queued: int
    archives: int


@dataclass(slots=True)
class HostClock:
    """What is known of one host.

    Attributes:
        free_at: the manners allow a request from here on.
        tail: behind the last slot that fresh tasks reserved.
        archive_tail: behind the last slot that archives reserved.
        takes_s: an answer, rather too long than too short.
        pause_s: that the manners asked for last.
        used_at: when it was last thought of.
        delay_s: the adaptive pause (see `health`).
        failures: since the last page.
        ill_since: the first of them, or None.
    """

    free_at: float
    tail: float
    archive_tail: float
    takes_s: float
    pause_s: float
    used_at: float
    delay_s: float = 0.0
    failures: int = 0
    ill_since: float | None = None


class HostClocks:
    """The clocks of all hosts, in bounded memory. Reserve, ask, say when it ended."""

    def __init__(self) -> None:
        self._hosts: OrderedDict[str, HostClock] = OrderedDict()

    def reserve(
        self, host: str, pause_s: float, now: float, not_before: float = 0.0, *, archive: bool = False
    ) -> float:
        """Return the host's next free slot that is not before `not_before`, and take it."""
        clock = self._of(host, pause_s, now)
        slot = max(now, not_before, max(clock.free_at, clock.tail) + _spared_s(clock, pause_s, archive=archive))
        if archive:
            slot = max(slot, clock.archive_tail)
        self._take(clock, slot, pause_s, now, archive=archive)
        return slot

    def learn(self, host: str, slot: float, pause_s: float, now: float, *, archive: bool = False) -> None:
        """Take note of a slot that was reserved before, perhaps by another process."""
        clock = self._of(host, pause_s, now)
        if slot >= (clock.archive_tail if archive else clock.tail):
            self._take(clock, slot, pause_s, now, archive=archive)

    def free_at(self, host: str, pause_s: float, now: float, *, archive: bool = False) -> float:
        """Return from when on a request may start, as far as the requests that have ended say."""
        clock = self._of(host, pause_s, now)
        return clock.free_at + _spared_s(clock, pause_s, archive=archive)

    def ended(self, host: str, pause_s: float, started: float, now: float, health: Health = Health.WELL) -> None:
        """Take note that a request ended."""
        clock = self._of(host, pause_s, now)
        took = max(now - started, 0.0)
        clock.takes_s = max(took, clock.takes_s + CALMING * (took - clock.takes_s))
        clock.delay_s = adapted_s(clock.delay_s, pause_s, took, health)
        clock.free_at = max(clock.free_at, now + max(pause_s, clock.delay_s))
        if health is Health.WELL:
            clock.failures, clock.ill_since = 0, None
        if health is Health.ILL:
            clock.failures += 1
            clock.ill_since = clock.ill_since or now
            clock.free_at = max(clock.free_at, now + rest_s(clock.failures))

    def push_back(self, host: str, pause_s: float, now: float, until: float) -> None:
        """Take note that the host wants no request before `until`."""
        clock = self._of(host, pause_s, now)
        clock.free_at = max(clock.free_at, until)

    def down_s(self, host: str, now: float) -> float:
        """Return for how long a host that is left alone has given no page; 0 for one that is not, or is not known."""
        clock = self._hosts.get(host)
        if clock is None or clock.ill_since is None or not rest_s(clock.failures):
            return 0.0
        return now - clock.ill_since

    def forget(self) -> None:
        """Forget every host: partitions were assigned anew, others may have asked our hosts in the meantime."""
        self._hosts.clear()

    def __contains__(self, host: str) -> bool:
        """Whether the host is known."""
        return host in self._hosts

    def remember(self, host: str, pause_s: float, now: float, left: Remembered) -> None:
        """Begin with an unknown host where its last owner left it: a full pause from now, of the longer kind."""
        if host in self._hosts:
            return
        clock = self._of(host, max(pause_s, left.pause_s), now)
        clock.delay_s, clock.failures = min(left.pause_s, MAX_DELAY_S), left.failures
        clock.ill_since = now if left.failures else None
        clock.free_at = max(clock.free_at, min(left.free_at, now + LONGEST_REST_S))

    def used_since(self, since: float) -> list[str]:
        """Return the hosts that were thought of since a moment."""
        return [host for host, clock in takewhile(lambda item: item[1].used_at >= since, reversed(self._hosts.items()))]

    def seen(self, host: str, now: float) -> Seen:
        """Return a known host for people."""
        clock = self._hosts[host]
        pause = max(clock.pause_s, clock.delay_s)
        stride = max(pause + clock.takes_s, 0.001)
        begin = max(now, clock.free_at)
        queued = max(round((clock.tail - begin) / stride), 0)
        behind = max(round((clock.archive_tail - max(begin, clock.tail)) / (ARCHIVE_STRIDES * stride)), 0)
        resting = bool(rest_s(clock.failures)) and clock.free_at > now
        return Seen(pause, clock.free_at, clock.failures, resting, queued, behind)

    def _of(self, host: str, pause_s: float, now: float) -> HostClock:
        clock = self._hosts.get(host)
        if clock is None:
            first = now + pause_s
            clock = self._hosts[host] = HostClock(first, first, first, FIRST_GUESS * pause_s, pause_s, now)
            if len(self._hosts) > MAX_HOSTS:
                self._hosts.popitem(last=False)
        self._hosts.move_to_end(host)
        clock.pause_s, clock.used_at = pause_s, now
        return clock

    def _take(self, clock: HostClock, slot: float, pause_s: float, now: float, *, archive: bool) -> None:
        delay_s = 0.0 if clock.failures else clock.delay_s  # it will be well again, or its tasks come back for nothing
        stride = max(pause_s, delay_s) + clock.takes_s
        if slot - now > AT_ONCE_S:
            stride = max(stride, SPARSE_S)
        if archive:
            clock.archive_tail = slot + ARCHIVE_STRIDES * stride
        else:
            clock.tail = slot + stride


def _spared_s(clock: HostClock, pause_s: float, *, archive: bool) -> float:
    """Return how much longer than others an archive leaves the host alone."""
    return (ARCHIVE_STRIDES - 1) * max(pause_s, clock.delay_s) if archive else 0.0
