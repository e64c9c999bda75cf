"""What metrics count of a batch: what became of each record, once."""

import re
from collections.abc import Iterator

import pytest

from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered
from marsad.settings import REPOSITORY
from marsad.streaming.accounts import count, subject, subject_of_batch
from marsad.streaming.outcome import DONE, Outcome, Quarantine, Retry, Settle
from marsad.telemetry.metrics import DEAD_LETTERS, OTHER, REASONS, RETRIES, TASKS_ENDED
from support.payloads import ARTICLE_ID, make_page, make_task
from unit.streaming.carrying import event_of
from unit.streaming.doubles import TASK_ID, make_broken, make_message


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Count from nothing; leave the series of dead letters at 0, as they are from the start."""
    for metric in (DEAD_LETTERS, RETRIES, TASKS_ENDED):
        metric.clear()
    yield
    for metric in (DEAD_LETTERS, RETRIES, TASKS_ENDED):
        metric.clear()
    for reason in (*REASONS, OTHER):
        DEAD_LETTERS.labels(reason)


def counted() -> dict[str, float]:
    """Return all counts by their label."""
    return {
        next(iter(sample.labels.values())): sample.value
        for metric in (DEAD_LETTERS, RETRIES, TASKS_ENDED)
        for family in metric.collect()
        for sample in family.samples
    }


def test_every_outcome_is_counted_as_what_it_is() -> None:
    """Ends by state, retries by lane, dead letters by reason."""
    task = make_task()
    again = UrlDiscovered(task=task, target=task.url, not_before=None, validators=None)
    outcomes: list[Outcome] = [
        Settle(State.GONE, "http_404", task),
        Settle(State.GONE, "http_410", task),
        Settle(State.INDEXED, "first", None),
        Retry("10m", again, "http_503"),
        Quarantine("too_large", "d"),
        DONE,
    ]
    messages = [make_message(offset=offset) for offset in range(len(outcomes))]
    count(messages, [event_of(message) for message in messages], outcomes)

    assert counted() == {"gone": 2, "indexed": 0, "10m": 1, "too_large": 1, "quarantined": 1}


def test_a_record_of_no_task_ends_none() -> None:
    """It is a dead letter, and nobody's end."""
    count([make_broken(), make_broken(task=TASK_ID.encode())], [None, None], [Quarantine("undecodable", "")] * 2)

    assert counted() == {"undecodable": 2, "quarantined": 1}


def test_a_line_names_what_is_known() -> None:
    """Task and article where there are any; the place always."""
    page = make_message(make_page(), topic="pages.fetched", offset=3)

    assert subject(page, event_of(page)) == {
        "task_id": TASK_ID, "article_id": ARTICLE_ID, "topic": "pages.fetched", "partition": 0, "offset": 3,
    }  # fmt: skip
    assert subject(make_broken(offset=5), None) == {"topic": "urls.found", "partition": 2, "offset": 5}


def test_a_line_about_many_names_the_first_and_their_number() -> None:
    """One record needs no number."""
    messages = [make_message(offset=offset) for offset in (7, 8)]
    events = [event_of(message) for message in messages]

    assert subject_of_batch(messages, events) == {**subject(messages[0], events[0]), "records": 2}
    assert subject_of_batch(messages[:1], events[:1]) == subject(messages[0], events[0])


def test_reasons_are_those_of_the_code() -> None:
    """Every reason that is written, as a literal or by a constant of its module, is known to the metrics."""
    written = set()
    for path in (REPOSITORY / "services/marsad").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        constants = dict(re.findall(r'^([A-Z_]+) = "(\w+)"', text, re.MULTILINE))
        written |= {
            literal or constants[name] for literal, name in re.findall(r'Quarantine\((?:"(\w+)"|([A-Z_]+),)', text)
        }

    assert written == REASONS
