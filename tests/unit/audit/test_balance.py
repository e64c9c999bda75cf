"""The pure balance: what adds up, and what each check takes for a gap."""

from typing import Any

import pytest

from marsad.audit.balance import Balance, Books, Check, Spot, Told, balance
from marsad.contracts.states import State
from marsad.search.ledger import Report, Written

AT = "2026-03-01T12:00:00.000+00:00"
SPOT = Spot("fetching", "urls.discovered", 2, 7)


def report(name: str, state: State, **fields: Any) -> Report:
    """Return where a task stands."""
    return Report(**{"task_id": name, "state": state, "kind": "page", "at": AT, "service": "indexing", **fields})


def books(*reports: Report, **fields: Any) -> Books:
    """Return books in which the ledger's topic says what its index says."""
    told = {one.task_id: Told(one.state, one.state) for one in reports}
    return Books(**{"reports": {one.task_id: one for one in reports}, "told": told, **fields})


def article(name: str, task: str, revision: int = 5, generation: int = 0) -> Written:
    """Return an article's document."""
    return Written(name, task, revision, generation)


def gaps(found: Balance) -> list[tuple[Check, str]]:
    """Return what does not hold."""
    return [(gap.check, gap.id) for gap in found.gaps]


def test_nothing_balances() -> None:
    """A system without a task has nothing to be missing."""
    found = balance(Books())

    assert found.gaps == ()
    assert not found.ended
    assert not any(found.looked_at.values())


def test_discovered_is_terminal_and_in_flight() -> None:
    """Tasks add up by kind: those that ended by state, those in flight by who has them next."""
    tasks = [
        report("a", State.GONE),
        report("b", State.GONE),
        report("c", State.DISCOVERED),
        report("f", State.READ, kind="feed"),
        report("g", State.DISCOVERED, kind="feed"),
    ]

    found = balance(books(*tasks, waiting={"c": SPOT, "g": Spot("discovery", "feeds.fetched", 0, 1)}))

    assert found.gaps == ()
    assert found.ended == {"page": {State.GONE: 2}, "feed": {State.READ: 1}}
    assert found.in_flight == {"page": {"fetching": 1}, "feed": {"discovery": 1}}
    assert not found.missing
    assert found.looked_at[Check.WAITS] == 2


def test_a_task_in_flight_without_a_record_is_missing() -> None:
    """It has neither ended nor does anything of it wait."""
    found = balance(books(report("a", State.DISCOVERED)))

    assert gaps(found) == [(Check.WAITS, "a")]
    assert found.missing == {"page": 1}
    assert not found.in_flight


def test_a_report_that_indexing_has_not_read_is_no_loss() -> None:
    """The task's end waits before the ledger."""
    task = report("a", State.DISCOVERED)

    found = balance(books(task, told={"a": Told(State.DISCOVERED, State.GONE)}))

    assert found.gaps == ()
    assert found.in_flight == {"page": {"indexing": 1}}


def test_a_record_that_was_read_without_a_report_is_named() -> None:
    """Who reads a record reports of its task, whatever becomes of it."""
    found = balance(books(unknown={"a": SPOT}, records=3))

    assert gaps(found) == [(Check.KNOWN, "a")]
    assert "urls.discovered[2]@7 was read by fetching" in found.gaps[0].detail
    assert found.looked_at[Check.KNOWN] == 3


@pytest.mark.parametrize("state", [State.INDEXED, State.REPROCESSED])
def test_an_indexed_article_must_be_there(state: State) -> None:
    """By its id; a report that names no article is wrong too."""
    there, gone, nameless = (report(name, state, article_id=f"{name}'s") for name in "abc")
    held = {"a's": article("a's", "a")}

    found = balance(books(there, gone, report("c", state, article_id=None), articles=held))

    assert gaps(found) == [(Check.INDEXED, "b"), (Check.INDEXED, "c")]
    assert "article b's is not in the index" in found.gaps[0].detail
    assert nameless.article_id == "c's"


def test_an_article_may_be_written_by_a_newer_task() -> None:
    """An earlier task's article has been revised since: nothing is wrong."""
    tasks = (report("a", State.INDEXED, article_id="x"), report("b", State.INDEXED, article_id="x"))
    newest = article("x", "b", revision=9)

    assert balance(books(*tasks, articles={"x": newest}, revised={"x": newest})).gaps == ()


@pytest.mark.parametrize(
    ("there", "last", "stale"),
    [
        ((5, 0), (9, 0), True),
        ((9, 0), (9, 1), True),
        ((9, 1), (9, 1), False),
        ((9, 2), (9, 1), False),
        ((10, 0), (9, 1), False),
    ],
)
def test_the_index_holds_the_last_revision(there: tuple[int, int], last: tuple[int, int], *, stale: bool) -> None:
    """Older by revision, or by generation within one, is stale; newer is not."""
    task = report("a", State.INDEXED, article_id="x")

    found = balance(books(task, articles={"x": article("x", "a", *there)}, revised={"x": article("x", "a", *last)}))

    assert gaps(found) == ([(Check.NEWEST, "x")] if stale else [])


@pytest.mark.parametrize("state", [State.DISCOVERED, State.QUARANTINED])
def test_a_revision_on_its_way_is_not_expected_yet(state: State) -> None:
    """Only what is reported as indexed must be found."""
    old, new = report("a", State.INDEXED, article_id="x"), report("b", state)
    held = {"articles": {"x": article("x", "a")}, "revised": {"x": article("x", "b", revision=9)}}

    assert balance(books(old, new, waiting={"b": SPOT}, dead={"b"}, **held)).gaps == ()


def test_an_article_of_nobody_is_named() -> None:
    """The ledger knows the writer of every article."""
    assert gaps(balance(books(articles={"x": article("x", "a")}))) == [(Check.WRITTEN, "x")]


def test_an_article_whose_task_ended_otherwise_is_named() -> None:
    """Who wrote a document is reported as indexed."""
    found = balance(books(report("a", State.GONE), articles={"x": article("x", "a")}))

    assert gaps(found) == [(Check.WRITTEN, "x")]
    assert "ended as gone" in found.gaps[0].detail


@pytest.mark.parametrize("state", [State.DISCOVERED, State.GONE])
def test_an_article_that_was_just_written_is_no_gap(state: State) -> None:
    """Its record still waits to be finished with: the report comes."""
    task = report("a", state)

    assert balance(books(task, waiting={"a": SPOT}, articles={"x": article("x", "a")})).gaps == ()
    reported = {"a": Told(None, State.INDEXED)}
    assert balance(books(told=reported, articles={"x": article("x", "a")})).gaps == ()


def test_a_quarantined_task_has_its_letter_as_long_as_letters_are_kept() -> None:
    """A letter that has expired is not asked for."""
    tasks = [report(name, State.QUARANTINED) for name in ("kept", "lost")]
    old = report("old", State.QUARANTINED, at="2025-01-01T00:00:00.000+00:00")

    found = balance(books(*tasks, old, dead={"kept"}, dead_since="2025-12-01T00:00:00+00:00"))

    assert gaps(found) == [(Check.DEAD, "lost")]
    assert found.looked_at[Check.DEAD] == 3


@pytest.mark.parametrize(
    ("index", "read", "whole", "agrees"),
    [
        (State.GONE, State.GONE, State.GONE, True),
        (State.GONE, State.DISCOVERED, State.GONE, True),  # read since the committed offset was asked for
        (State.DISCOVERED, State.DISCOVERED, State.GONE, True),  # not read yet
        (State.DISCOVERED, State.GONE, State.GONE, False),
        (State.GONE, State.DISCOVERED, State.DISCOVERED, False),
        (None, State.GONE, State.GONE, False),
        (None, None, State.GONE, True),
    ],
)
def test_index_and_topic_agree(index: State | None, read: State | None, whole: State, *, agrees: bool) -> None:
    """The index holds at least what indexing has read, and at most what there is."""
    tasks = [report("a", index)] if index else []

    found = balance(books(*tasks, told={"a": Told(read, whole)}, waiting={"a": SPOT}))

    assert gaps(found) == ([] if agrees else [(Check.AGREES, "a")])


def test_a_report_without_its_record_is_named() -> None:
    """Compaction keeps the last report of every task, so one must be there."""
    assert gaps(balance(books(report("a", State.GONE), told={}))) == [(Check.AGREES, "a")]


def test_compaction_may_have_taken_the_stronger_report() -> None:
    """A weaker one came later: the index rightly says more than what is left of the topic."""
    told = {"a": Told(State.UNREACHABLE, State.UNREACHABLE)}

    assert balance(books(report("a", State.GONE), told=told, compacted=True)).gaps == ()
    assert gaps(balance(books(report("a", State.GONE), told=told))) == [(Check.AGREES, "a")]
