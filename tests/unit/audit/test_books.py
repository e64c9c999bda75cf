"""What the audit notes of topics and indices, and what it lets pass."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marsad.audit import books
from marsad.audit.balance import Books, Spot, Told
from marsad.contracts.codec import Record, Wire
from marsad.contracts.ids import derive
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered
from marsad.search.ledger import Report, Written
from marsad.settings import Settings
from support.payloads import ARTICLE_ID, NOON, make_page, make_task
from unit.audit.shelves import SPECS, Shelves, silent, told, wire


def handed_on(name: str, topic: str = "urls.discovered") -> Wire:
    """Return the record of a task that is to be fetched."""
    task = make_task(name)
    data = UrlDiscovered(task=task, target=task.url, not_before=None, validators=None)
    return wire(Record(topic, "ajil.example", data, task_id=task.task_id))


def fetched(name: str) -> Wire:
    """Return the record of a task whose page came."""
    task = make_task(name)
    return wire(Record("pages.fetched", ARTICLE_ID, make_page(task=task), b"<html>", task.task_id))


def report(name: str, state: State, **fields: Any) -> Report:
    """Return what the ledger's index says of a task."""
    return Report(derive(name), state, "page", NOON.isoformat(), **fields)


async def books_of(patch: pytest.MonkeyPatch, **held: Any) -> Books:
    """Return what is noted of servers that hold this."""
    Shelves(**held).stand_in(patch, books)
    return await books.read_books(Settings(), silent)


async def test_an_empty_system_has_empty_books(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first URL there is nothing to balance."""
    found = await books_of(monkeypatch)

    assert (found.reports, found.told, found.unknown, found.waiting, found.articles) == ({}, {}, {}, {}, {})
    assert (found.records, found.compacted) == (0, False)


async def test_a_record_that_was_read_has_its_task_in_the_ledger_or_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the index, in the topic, or waiting further down; what none of them knows is noted with its place."""
    names = ("indexed", "told", "fetched", "lost", "waiting")
    found = await books_of(
        monkeypatch,
        topics={
            "urls.discovered": [handed_on(name) for name in names],
            "pages.fetched": [fetched("fetched")],
            "ledger": [told("told", State.DISCOVERED)],
        },
        read={"urls.discovered": 4},
        reports=[report("indexed", State.INDEXED)],
    )

    assert found.unknown == {derive("lost"): Spot("fetching", "urls.discovered", 0, 3)}
    assert found.records == 4
    assert found.waiting == {
        derive("waiting"): Spot("fetching", "urls.discovered", 0, 4),
        derive("fetched"): Spot("extraction", "pages.fetched", 0, 0),
    }


async def test_of_several_places_the_furthest_on_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever order the topics are read in."""
    topics = {"urls.discovered": [handed_on("x")], "urls.retry.1m": [handed_on("x", "urls.retry.1m")]}

    assert (await books_of(monkeypatch, topics=topics)).waiting == {
        derive("x"): Spot("fetching", "urls.retry.1m", 0, 0)
    }
    topics["pages.fetched"] = [fetched("x")]
    assert (await books_of(monkeypatch, topics=topics)).waiting == {
        derive("x"): Spot("extraction", "pages.fetched", 0, 0)
    }


async def test_a_record_of_nobody_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's bytes are no task, and no report."""
    noise = Wire("ledger", b"k", b"\xff", ())

    found = await books_of(monkeypatch, topics={"urls.found": [noise], "ledger": [noise]}, read={"urls.found": 1})

    assert (found.unknown, found.told, found.records, found.compacted) == ({}, {}, 0, False)


async def test_the_strongest_report_of_a_task_counts_read_and_unread_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A weaker one that comes later changes nothing."""
    states = (State.GONE, State.DISCOVERED, State.INDEXED, State.UNCHANGED)
    ledger = [*(told("x", state) for state in states), told("y", State.DISCOVERED)]

    found = await books_of(monkeypatch, topics={"ledger": ledger}, read={"ledger": 2})

    assert found.told == {
        derive("x"): Told(read=State.GONE, whole=State.INDEXED),
        derive("y"): Told(read=None, whole=State.DISCOVERED),
    }


@pytest.mark.parametrize("skipped", [0, 1])
async def test_fewer_reports_than_offsets_are_a_compacted_topic(monkeypatch: pytest.MonkeyPatch, skipped: int) -> None:
    """Then the index may rightly know more than the topic."""
    held = {"topics": {"ledger": [told("x", State.GONE)]}, "skipped": {"ledger": skipped}}

    assert (await books_of(monkeypatch, **held)).compacted is bool(skipped)


async def test_a_dead_letter_belongs_to_its_original_s_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its header, or by its bytes as a record of the topic that it came from; what expired is not asked for."""
    named, unnamed = handed_on("named"), handed_on("unnamed")
    facts = (("marsad_dead_topic", b"urls.discovered"),)
    bare = tuple((name, value) for name, value in unnamed.headers if name != "marsad_task_id")
    letters = [
        Wire("fetching.dead", b"k", b"\xff", (*named.headers, *facts)),
        Wire("fetching.dead", b"k", unnamed.value, (*bare, *facts)),
        Wire("fetching.dead", b"k", b"\xff", facts),
    ]

    found = await books_of(monkeypatch, topics={"fetching.dead": letters})

    assert found.dead == {derive("named"), derive("unnamed")}
    kept = timedelta(days=SPECS["fetching.dead"].retention_days)
    assert datetime.fromisoformat(found.dead_since) < datetime.now(UTC) - kept + timedelta(minutes=1)


async def test_last_revisions_are_looked_up_of_what_is_searchable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tasks gave their article none."""
    history = {"task_id": derive("x"), "revision": 5, "generation": 1}

    found = await books_of(
        monkeypatch,
        reports=[report("x", State.INDEXED, article_id="a"), report("y", State.UNCHANGED, article_id="b")],
        state={"a": history, "b": history},
        articles=[Written("a", derive("x"), 5, 1)],
    )

    assert found.revised == {"a": Written("a", derive("x"), 5, 1)} == found.articles
