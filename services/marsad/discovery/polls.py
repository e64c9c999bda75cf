"""What is kept of a feed, sitemap or front page between two requests, and how it changes: pure, without any I/O."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Self

from marsad.contracts.states import State
from marsad.contracts.urls import Validators
from marsad.discovery.intervals import FIRST, LEAST_AT_MOST_S, SPREAD, after, spread
from marsad.discovery.listings import Listing
from marsad.discovery.rhythm import Rhythm
from marsad.discovery.websub import Subscription

__all__ = ["Pace", "Poll", "Read"]

FAILED = frozenset({State.UNREACHABLE, State.REFUSED, State.BLOCKED, State.GONE, State.QUARANTINED})
LOST_AFTER = timedelta(hours=6)  # without an end: longer than all attempts, and most pauses that a host asks for
UNSENT_AFTER = timedelta(minutes=15)  # without any report: whoever claimed the list ended before it sent the task
FARTHEST = timedelta(seconds=LEAST_AT_MOST_S * (1 + SPREAD))  # that a list is put off; or its ceiling, if longer
MARK = 8  # hexadecimal digits that stand for a link the list had: one new link in millions is taken for an old one
MARKS = 1_500


@dataclass(frozen=True, slots=True)
class Pace:
    """Between which intervals lists are asked, in seconds."""

    floor_s: float
    ceiling_s: float


@dataclass(frozen=True, slots=True)
class Read:
    """An answer that was read.

    Attributes:
        task_id: that brought it.
        listing: what it says.
        at: when it was read.
        validators: of the answer; None where it was pushed by a hub, and is no answer to a request.
        body_hash: of its bytes.
        least_s: for how long its headers ask not to be asked again.
    """

    task_id: str
    listing: Listing
    at: datetime
    validators: Validators | None
    body_hash: str | None
    least_s: float


@dataclass(frozen=True, slots=True)
class Poll:
    """The state of one list; times in ISO 8601 with zone.

    Attributes:
        url: of the list.
        next_at: when it is due.
        interval_s: at present; 0 before the first answer.
        task_id: of the last request.
        asked_at: when that was sent.
        answered: the last task whose end is accounted for.
        etag, last_modified, body_hash: of the last answer that was read.
        read_at: when that was read as a whole.
        least_s: how long the list asks to be left alone.
        marks: of the links that it had.
        barren: answers in a row without a usable link.
        failures: requests in a row that brought no answer.
        failure: how the last of them ended.
        backfill: it led to an archive, and to nothing fresh.
        rhythm: of its news; None before it was first read.
        websub: its subscription at a hub, where it names one.
    """

    url: str
    next_at: str
    interval_s: float = 0.0
    task_id: str | None = None
    asked_at: str | None = None
    answered: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    read_at: str | None = None
    least_s: float = 0.0
    marks: str = ""
    barren: int = 0
    failures: int = 0
    failure: str = ""
    backfill: bool = False
    rhythm: Rhythm | None = None
    websub: Subscription | None = None

    @classmethod
    def of(cls, source: dict[str, Any]) -> Self:
        """Read a state entry, also one of an older version."""
        known = {name: source[name] for name in cls.__dataclass_fields__ if name in source}
        rhythm, websub = known.pop("rhythm", None), known.pop("websub", None)
        return cls(
            **known,
            rhythm=Rhythm.of(rhythm) if rhythm else None,
            websub=Subscription(**websub) if websub else None,
        )

    def source(self) -> dict[str, Any]:
        """Return the state entry."""
        return asdict(self)

    @property
    def pending(self) -> bool:
        """Whether the last request's end is not known yet."""
        return self.task_id is not None and self.answered != self.task_id

    def due(self, now: datetime, pace: Pace) -> bool:
        """Whether it is to be asked; a time that no wait leads to is of a clock that was wrong."""
        ahead = datetime.fromisoformat(self.next_at) - now
        return not timedelta() < ahead <= max(FARTHEST, timedelta(seconds=pace.ceiling_s * (1 + SPREAD)))

    def lost(self, now: datetime, *, reported: bool) -> bool:
        """Whether the end of the last request has been waited for long enough.

        Args:
            now: the time.
            reported: the ledger knows the task.
        """
        longest = LOST_AFTER if reported else UNSENT_AFTER
        return self.asked_at is None or abs(now - datetime.fromisoformat(self.asked_at)) >= longest

    def ended(self, state: State, reason: str, pace: Pace) -> Self:
        """Return the state after a request that brought nothing to read, by what the ledger says of it."""
        if state in FAILED:
            said = f"{state} {reason}".strip()
            return replace(self, answered=self.task_id, failures=self.failures + 1, failure=said)
        quiet = replace(self, answered=self.task_id, failures=0, failure="")
        if state is not State.UNCHANGED:
            return quiet
        return replace(quiet, interval_s=quiet.next_interval_s(pace, changed=False))

    def read(self, read: Read, pace: Pace) -> "Poll":
        """Return the state after an answer that was read. The same answer coming again changes nothing."""
        asked, first = read.task_id == self.task_id, self.rhythm is None
        if asked and not self.pending:
            return self
        known = [self.marks[start : start + MARK] for start in range(0, len(self.marks), MARK)]
        marks = _marks(read.listing)
        news = bool(set(marks) - set(known)) and not first
        rhythm = self.rhythm or Rhythm(read.at.isoformat(), read.at.isoformat())
        came = replace(
            self,
            marks="".join((marks if asked else [*marks, *known])[:MARKS]),
            rhythm=rhythm.arrived(read.at) if news else rhythm,
            barren=self.barren + 1 if read.listing.barren else 0,
            backfill=bool(read.listing.old or read.listing.parts) and not read.listing.entries,
        )
        return _answered(came, read, pace, changed=None if first else news) if asked else came

    def next_interval_s(self, pace: Pace, *, changed: bool) -> float:
        """Return the interval that follows an answer, in seconds."""
        return after(self.present_s(pace), changed=changed, floor_s=pace.floor_s, ceiling_s=pace.ceiling_s)

    def present_s(self, pace: Pace) -> float:
        """Return the interval at present, in seconds."""
        return min(max(self.interval_s or pace.floor_s * FIRST, pace.floor_s), pace.ceiling_s)

    def wait(self, now: datetime, pace: Pace) -> timedelta:
        """Return how long to wait after a request of now. While a hub pushes, it is asked as seldom as any."""
        pushed = self.websub is not None and self.websub.active(now)
        interval_s = pace.ceiling_s if pushed else self.present_s(pace)
        lot = f"{self.url} {now.isoformat()}"
        return timedelta(seconds=spread(interval_s, self.least_s, self.failures, pace.ceiling_s, lot))

    def asked(self, task_id: str, now: datetime, pace: Pace) -> Self:
        """Return the state after a request was sent."""
        due = now + self.wait(now, pace)
        return replace(self, task_id=task_id, asked_at=now.isoformat(), next_at=due.isoformat())


def _answered(poll: Poll, read: Read, pace: Pace, *, changed: bool | None) -> Poll:
    """Account for the request that brought the answer: its validators, and when to ask again."""
    listing, validators = read.listing, read.validators
    came = replace(poll, answered=poll.task_id, failures=0, failure="", least_s=max(read.least_s, listing.least_s))
    if not listing.barren and validators is not None:
        came = replace(
            came,
            etag=validators.etag,
            last_modified=validators.last_modified,
            body_hash=read.body_hash,
            read_at=read.at.isoformat(),
        )
    if changed is not None:
        came = replace(came, interval_s=came.next_interval_s(pace, changed=changed))
    asked_at = datetime.fromisoformat(poll.asked_at) if poll.asked_at else read.at
    return replace(came, next_at=(asked_at + came.wait(asked_at, pace)).isoformat())


def _marks(listing: Listing) -> list[str]:
    """Return what stands for each thing that a list names, each once, in order."""
    named = [
        *(entry.url.encode("utf-8", "replace") for entry in listing.entries),
        *(f"{one.url} {one.modified}".encode("utf-8", "replace") for one in (*listing.children, *listing.old)),
        *listing.parts,
    ]
    return list(dict.fromkeys(blake2b(one, digest_size=MARK // 2).hexdigest() for one in named))
