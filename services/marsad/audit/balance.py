"""Whether the ledger balances: a pure decision over what was read from both servers.

The law: every task that was handed on has ended in one state or is in flight, and what is in flight waits somewhere as
a record. Where that does not hold, something was lost, and it is named.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from marsad.contracts.states import State
from marsad.search.ledger import Report, Written

__all__ = ["Balance", "Books", "Check", "Gap", "Spot", "Told", "balance"]

SEARCHABLE = frozenset({State.INDEXED, State.REPROCESSED})


class Check(StrEnum):
    """What must hold; the value is the sentence for people."""

    KNOWN = "every record that was read has its task in the ledger"
    WAITS = "every task in flight has a record that waits"
    INDEXED = "every indexed task's article is in the index"
    NEWEST = "every article in the index is its last revision"
    WRITTEN = "every article in the index has its task"
    DEAD = "every quarantined task has its dead letter"
    AGREES = "the ledger's index says what its topic says"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a record lies, and which service reads it."""

    service: str
    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


@dataclass(frozen=True, slots=True)
class Told:
    """The strongest reports of a task in the ledger's topic: of those that indexing has read, and of all."""

    read: State | None
    whole: State


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that does not balance.

    Attributes:
        check: what does not hold.
        id: of the task, or of the article.
        detail: what was seen instead, for people.
    """

    check: Check
    id: str
    detail: str


@dataclass(slots=True)
class Books:
    """What was read, in an order that lets nothing fall between two looks (see `books.py`).

    Attributes:
        reports: the ledger's index, by task.
        told: the ledger's topic, by task.
        compacted: the topic holds no longer every report that was written.
        unknown: tasks of records that discovery or fetching has read, of which neither index nor topic knows.
        records: how many such records were looked at.
        waiting: tasks with a record that no service has finished with, by task.
        dead: tasks with a dead letter.
        dead_since: dead letters older than this moment (ISO 8601, UTC) have expired.
        articles: the index of articles, by article.
        revised: the last revision that each article was given: task, revision, generation.
    """

    reports: dict[str, Report] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    compacted: bool = False
    unknown: dict[str, Spot] = field(default_factory=dict)
    records: int = 0
    waiting: dict[str, Spot] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    dead_since: str = ""
    articles: dict[str, Written] = field(default_factory=dict)
    revised: dict[str, Written] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Balance:
    """The result.

    Attributes:
        ended: tasks by kind and state.
        in_flight: tasks by kind and by the service that their record waits for.
        missing: tasks in flight without a record, by kind.
        looked_at: how much each check has looked at.
        gaps: what does not hold.
    """

    ended: Mapping[str, Counter[State]]
    in_flight: Mapping[str, Counter[str]]
    missing: Counter[str]
    looked_at: Mapping[Check, int]
    gaps: tuple[Gap, ...]


def balance(books: Books) -> Balance:
    """Return how the books stand."""
    ended: dict[str, Counter[State]] = {}
    in_flight: dict[str, Counter[str]] = {}
    missing: Counter[str] = Counter()
    for report in books.reports.values():
        if report.state.terminal:
            ended.setdefault(report.kind, Counter())[report.state] += 1
        elif (spot := _waits(books, report.task_id)) is not None:
            in_flight.setdefault(report.kind, Counter())[spot.service] += 1
        else:
            missing[report.kind] += 1
    gaps = (*_known(books), *_in_flight(books), *_quarantined(books), *_indexed(books), *_written(books))
    return Balance(ended, in_flight, missing, _looked_at(books), (*gaps, *_agreeing(books)))


def _looked_at(books: Books) -> Mapping[Check, int]:
    states = Counter(report.state for report in books.reports.values())
    return {
        Check.KNOWN: books.records,
        Check.WAITS: states[State.DISCOVERED],
        Check.INDEXED: sum(states[state] for state in SEARCHABLE),
        Check.NEWEST: len(books.revised),
        Check.WRITTEN: len(books.articles),
        Check.DEAD: states[State.QUARANTINED],
        Check.AGREES: len(books.reports.keys() | books.told.keys()),
    }


def _waits(books: Books, task_id: str) -> Spot | None:
    """Return where a task's record waits; a report of its end that the index has not taken yet is one too."""
    spot = books.waiting.get(task_id)
    told = books.told.get(task_id)
    if spot is None and told is not None and told.whole.terminal and told.read is not told.whole:
        return Spot("indexing", "ledger", -1, -1)
    return spot


def _known(books: Books) -> Iterator[Gap]:
    for task_id, spot in books.unknown.items():
        yield Gap(Check.KNOWN, task_id, f"{spot} was read by {spot.service}, and the ledger knows nothing of its task")


def _in_flight(books: Books) -> Iterator[Gap]:
    for report in books.reports.values():
        if not report.state.terminal and _waits(books, report.task_id) is None:
            yield Gap(Check.WAITS, report.task_id, f"handed on at {report.at}, and no record of it waits anywhere")


def _quarantined(books: Books) -> Iterator[Gap]:
    for report in books.reports.values():
        expired = report.at < books.dead_since
        if report.state is State.QUARANTINED and report.task_id not in books.dead and not expired:
            yield Gap(Check.DEAD, report.task_id, f"quarantined at {report.at}, and {report.service}.dead lacks it")


def _indexed(books: Books) -> Iterator[Gap]:
    """Every indexed task's article is there, and as new as the last revision whose task says that it is indexed."""
    for report in books.reports.values():
        if report.state not in SEARCHABLE:
            continue
        if report.article_id is None:
            yield Gap(Check.INDEXED, report.task_id, f"{report.state}, and its report names no article")
        elif report.article_id not in books.articles:
            detail = f"{report.state} at {report.at}, and article {report.article_id} is not in the index"
            yield Gap(Check.INDEXED, report.task_id, detail)
    for article_id, last in books.revised.items():
        there = books.articles.get(article_id)
        report_of_last = books.reports.get(last.task_id)
        if there is None or report_of_last is None or report_of_last.state not in SEARCHABLE:
            continue
        if (there.revision, there.generation) < (last.revision, last.generation):
            detail = (
                f"the index holds revision {there.revision} of task {there.task_id}; "
                f"revision {last.revision} of task {last.task_id} was reported as {report_of_last.state}"
            )
            yield Gap(Check.NEWEST, article_id, detail)


def _written(books: Books) -> Iterator[Gap]:
    for article in books.articles.values():
        report = books.reports.get(article.task_id)
        if article.task_id in books.waiting or (report is not None and report.state in SEARCHABLE):
            continue
        if report is None:
            told = books.told.get(article.task_id)
            if told is None:
                detail = f"written by task {article.task_id}, of which the ledger knows nothing"
                yield Gap(Check.WRITTEN, article.article_id, detail)
        elif report.state.terminal:
            detail = f"written by task {article.task_id}, which ended as {report.state}"
            yield Gap(Check.WRITTEN, article.article_id, detail)


def _agreeing(books: Books) -> Iterator[Gap]:
    """The index holds the strongest report: of those read at least, of all at most.

    Compaction may have taken a stronger report than those that are left.
    """
    for task_id in books.reports.keys() | books.told.keys():
        report, told = books.reports.get(task_id), books.told.get(task_id)
        if told is None:
            yield Gap(Check.AGREES, task_id, f"the index says {_said(report)}, the topic has no report")
        elif told.read is not None and (report is None or report.state.rank < told.read.rank):
            yield Gap(Check.AGREES, task_id, f"the topic says {told.read}, the index {_said(report)}")
        elif report is not None and report.state.rank > told.whole.rank and not books.compacted:
            yield Gap(Check.AGREES, task_id, f"the index says {report.state}, the topic no more than {told.whole}")


def _said(report: Report | None) -> str:
    return str(report.state) if report else "nothing"
