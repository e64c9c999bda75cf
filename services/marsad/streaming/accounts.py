"""What metrics and logs say of records and what became of them."""

from collections import Counter
from collections.abc import Sequence

from marsad.contracts.codec import Event
from marsad.contracts.model import Payload
from marsad.contracts.states import State
from marsad.streaming.effects import RawMessage, task_id_of
from marsad.streaming.outcome import Outcome, Quarantine, Retry, Settle
from marsad.telemetry.metrics import RETRIES, TASKS_ENDED, count_dead

Read = Event[Payload] | None
"""A record that was decoded, or None where it could not be."""


def subject(message: RawMessage, event: Read) -> dict[str, object]:
    """Return what a log line about a record names: its task, from pages on its article, and where it lies."""
    data = event.data if event else None
    named = {
        "task_id": task_id_of(message, data),
        "article_id": getattr(data, "article_id", None) or getattr(data, "page_id", None),
    }
    place = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
    return {**{name: value for name, value in named.items() if value}, **place}


def subject_of_batch(messages: Sequence[RawMessage], events: Sequence[Read]) -> dict[str, object]:
    """Return what a line about a batch names: its first record, and how many there are."""
    first = subject(messages[0], events[0])
    return first if len(messages) == 1 else {**first, "records": len(messages)}


def count(messages: Sequence[RawMessage], events: Sequence[Read], outcomes: Sequence[Outcome]) -> None:
    """Add what became of a batch to the metrics."""
    states: Counter[State] = Counter()
    lanes: Counter[str] = Counter()
    reasons: list[str] = []
    for message, event, outcome in zip(messages, events, outcomes, strict=True):
        if isinstance(outcome, Settle):
            states[outcome.state] += outcome.task is not None
        elif isinstance(outcome, Retry):
            lanes[outcome.lane] += 1
        elif isinstance(outcome, Quarantine):
            reasons.append(outcome.reason)
            known = message.topic != "ledger" and task_id_of(message, event.data if event else None) is not None
            states[State.QUARANTINED] += known
    for state, number in states.items():
        TASKS_ENDED.labels(state).inc(number)
    for lane, number in lanes.items():
        RETRIES.labels(lane).inc(number)
    count_dead(reasons)
