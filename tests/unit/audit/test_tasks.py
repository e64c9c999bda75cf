"""Which tasks a URL or an id has: by the index, and by what is still on its way to it."""

from typing import Any

import pytest

from marsad.audit import tasks
from marsad.audit.tasks import Tasks, wanted
from marsad.contracts.codec import Record, Wire
from marsad.contracts.ids import derive
from marsad.contracts.states import State
from marsad.search.ledger import Report
from marsad.settings import Settings
from marsad.urls import page_id
from support.payloads import NOON, make_found, make_task, minutes
from unit.audit.shelves import Shelves, silent, told, wire

URL = make_task().url
TASK_ID = derive("x")


def report(name: str = "x", state: State = State.DISCOVERED, **fields: Any) -> Report:
    """Return what the ledger's index says of a task of the URL."""
    return Report(
        **{"task_id": derive(name), "state": state, "kind": "page", "at": NOON.isoformat(), "url": URL} | fields
    )


def found(url: str = URL, task_id: str | None = TASK_ID) -> Wire:
    """Return a URL that waits before discovery."""
    return wire(Record("urls.found", "ajil.example", make_found(url), task_id=task_id))


async def tasks_of(patch: pytest.MonkeyPatch, asked: str = URL, **held: Any) -> Tasks:
    """Return what is found on servers that hold this."""
    Shelves(**held).stand_in(patch, tasks)
    return await tasks.find_tasks(Settings(), asked, silent)


def states(of: Tasks) -> list[tuple[str, State]]:
    """Return the tasks' ids and states."""
    return [(one.task_id, one.state) for one in of.reports]


def test_an_id_is_an_id_and_a_url_also_its_page() -> None:
    """The id may be a task's or an article's."""
    assert wanted(TASK_ID) == (set(), {TASK_ID})
    assert wanted(f"{URL}?utm_source=x") == ({URL}, {page_id(URL)})


@pytest.mark.parametrize("asked", ["", "no url", "ftp://ajil.example/a", TASK_ID.upper(), TASK_ID[:31], "\x1b[31m"])
def test_what_is_neither_is_refused(asked: str) -> None:
    """Before a server is asked."""
    with pytest.raises(ValueError):  # noqa: PT011 - the words are those of `urls`
        wanted(asked)


async def test_an_unknown_url_has_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor has any in an empty system."""
    assert await tasks_of(monkeypatch) == Tasks((), frozenset({URL}))


async def test_the_newest_task_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """By when it was handed on."""
    older, newer = report("x", discovered_at=NOON.isoformat()), report("y", discovered_at=minutes(1).isoformat())

    assert (await tasks_of(monkeypatch, reports=[older, newer])).reports == (newer, older)


async def test_a_url_that_waits_before_discovery_has_a_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that discovery will give it; what discovery has read is the ledger's to tell."""
    held: dict[str, Any] = {
        "topics": {"urls.found": [found(), found("https://b.example/"), Wire("urls.found", b"k", b"\xff", ())]}
    }

    assert states(await tasks_of(monkeypatch, **held)) == [(TASK_ID, State.DISCOVERED)]
    assert states(await tasks_of(monkeypatch, **held, read={"urls.found": 1})) == []


async def test_a_url_whose_report_is_lost_is_known_by_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discovery remembers the task that it handed on last."""
    seen = {"task_id": TASK_ID, "url": URL, "handed_at": NOON.isoformat()}

    assert states(await tasks_of(monkeypatch, state={page_id(URL): seen})) == [(TASK_ID, State.DISCOVERED)]


@pytest.mark.parametrize("order", [(State.GONE, State.DISCOVERED), (State.DISCOVERED, State.GONE)])
async def test_the_strongest_report_counts(monkeypatch: pytest.MonkeyPatch, order: tuple[State, State]) -> None:
    """Of those on their way, of the index, and of a URL that was delivered again."""
    topics = {"ledger": [told("x", state) for state in order], "urls.found": [found()]}

    assert states(await tasks_of(monkeypatch, topics=topics)) == [(TASK_ID, State.GONE)]
    assert states(await tasks_of(monkeypatch, topics=topics, reports=[report()])) == [(TASK_ID, State.GONE)]
    stronger = report(state=State.INDEXED)
    assert (await tasks_of(monkeypatch, topics=topics, reports=[stronger])).reports == (stronger,)


@pytest.mark.parametrize("asked", [TASK_ID, derive("an article"), URL])
async def test_a_report_on_its_way_is_found_by_each_of_its_names(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    """Task, article, URL."""
    topics = {"ledger": [told("x", State.INDEXED, article_id=derive("an article"))]}

    (one,) = (await tasks_of(monkeypatch, asked, topics=topics)).reports

    assert (one.task_id, one.state, one.article_id) == (TASK_ID, State.INDEXED, derive("an article"))
    assert (one.service, one.url, one.discovered_at) == ("fetching", URL, NOON.isoformat())
