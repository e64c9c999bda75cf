"""Where each record went: a dead letter under its offset, a report or a record about its task, or nowhere."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from marsad.contracts.codec import decode
from marsad.contracts.envelope import TASK_HEADER
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.topics import SERVICES, dead_topic
from marsad.streaming.effects import RawMessage

Place = tuple[str, int, int]
NOWHERE = "NOWHERE"
DEAD_TOPICS = frozenset(dead_topic(service) for service in SERVICES)


@dataclass(frozen=True)
class Entry:
    """A record that was put in: where it lies, what was harmed, and the task that it is about if it can be read."""

    place: Place
    kind: str
    subject: str | None


@dataclass
class Accounts:
    """What came out, by the inputs' offsets and by task."""

    inputs: frozenset[Place]
    dead: dict[Place, list[str]] = field(default_factory=lambda: defaultdict(list))
    tasks: dict[str, str] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)

    def take(self, messages: Iterable[RawMessage]) -> None:
        """Take note of records that services wrote, of any topic; inputs among them do not count."""
        for message in messages:
            place = (message.topic, message.partition, message.offset)
            if place not in self.inputs:
                self._take(message)

    def _take(self, message: RawMessage) -> None:
        fields = {name: value or b"" for name, value in message.headers}
        if message.topic in DEAD_TOPICS:
            facts = {
                name: fields[f"marsad_dead_{name}"].decode()
                for name in ("topic", "partition", "offset", "reason", "part")
            }
            if facts["part"].startswith("1/"):
                self.dead[facts["topic"], int(facts["partition"]), int(facts["offset"])].append(facts["reason"])
            return
        data = decode(message.topic, message.value, message.headers).data  # every effect can be read
        if isinstance(data, LedgerEntry):
            if data.state.terminal or data.task_id not in self.tasks:
                self.tasks[data.task_id] = data.state
        elif task := fields.get(TASK_HEADER):
            self.tasks.setdefault(task.decode(), "passed on")

    def end_of(self, entry: Entry) -> str:
        """Return how an input ended: `dead: …`, a state, `passed on`, `document`, or NOWHERE."""
        if reasons := self.dead.get(entry.place):
            return f"dead: {reasons[0]}"
        if entry.subject is None:
            return NOWHERE
        if entry.place[0] == "ledger":
            return "document" if entry.subject in self.documents else NOWHERE
        return self.tasks.get(entry.subject, NOWHERE)

    def ends(self, entries: Iterable[Entry]) -> dict[str, Counter[str]]:
        """Return, by topic, how many ended how."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for entry in entries:
            found[entry.place[0]][self.end_of(entry)] += 1
        return found

    def lost(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the inputs that ended nowhere."""
        return [entry for entry in entries if self.end_of(entry) == NOWHERE]

    def twice(self) -> dict[Place, list[str]]:
        """Return the inputs that have more than one dead letter."""
        return {place: reasons for place, reasons in self.dead.items() if len(reasons) > 1}
