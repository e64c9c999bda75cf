"""The ledger's documents one by one: pages of answers, and what a document without some fields means."""

import orjson
import pytest

from marsad.contracts.ids import derive
from marsad.contracts.states import State
from marsad.errors import SearchUnavailable
from marsad.search import ledger
from marsad.search.ledger import Report, Written
from marsad.search.names import Names
from unit.search.conftest import Answer, FakeServer, Request

NAMES = Names("t-")
AT = "2026-03-01T12:00:00.000+00:00"


def answer(*hits: tuple[str, dict[str, object]]) -> Answer:
    """Return an answer with these documents, sorted by id."""
    found = [{"_id": key, "_source": source, "sort": [key]} for key, source in hits]
    return 200, {"hits": {"hits": found}}


def entry(state: State = State.GONE, **fields: object) -> dict[str, object]:
    """Return a document of the ledger."""
    return {"state": str(state), "kind": "page", "at": AT, **fields}


async def test_reports_come_page_by_page(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question goes on after the last document of the answer before; a short page is the last one."""
    monkeypatch.setattr(ledger, "PAGE", 2)
    server.answers = [answer(("a", entry()), ("b", entry())), answer(("c", entry(State.INDEXED, article_id="x")))]
    async with server.client() as client:
        found = [report async for report in ledger.reports(client, NAMES)]

    assert [(report.task_id, report.state) for report in found] == [
        ("a", State.GONE), ("b", State.GONE), ("c", State.INDEXED)
    ]  # fmt: skip
    assert found[2].article_id == "x"
    first, second = [orjson.loads(request.body) for request in server.requests]
    assert "search_after" not in first
    assert second["search_after"] == ["b"]
    assert server.requests[0].target.startswith("/t-ledger-v1/_search")


async def test_a_full_last_page_is_followed_by_an_empty_one(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read twice, and nothing is asked without end."""
    monkeypatch.setattr(ledger, "PAGE", 1)
    source = {"task_id": "t", "revision": 5, "generation": 1}
    server.answers = [answer(("a", source)), answer()]
    async with server.client() as client:
        found = [one async for one in ledger.written(client, NAMES)]

    assert found == [Written("a", "t", 5, 1)]


async def test_a_record_that_could_not_be_read_is_of_unknown_kind(server: FakeServer) -> None:
    """Its report names no task but by id; fields that are not the report's own are left aside."""
    server.answers = [answer(("a", {"state": "quarantined", "at": AT, "latency_ms": 7}))]
    async with server.client() as client:
        (found,) = [report async for report in ledger.reports(client, NAMES)]

    assert found == Report("a", State.QUARANTINED, ledger.UNKNOWN, AT)


async def test_tasks_are_found_by_url_article_and_id(server: FakeServer) -> None:
    """One question for all names, newest first."""
    server.answers = [answer(("a", entry()))]
    async with server.client() as client:
        (found,) = await ledger.find(client, NAMES, urls=["https://ajil.example/a"], ids=[derive("x")])

    body = orjson.loads(server.requests[0].body)
    should = body["query"]["bool"]["filter"][0]["bool"]["should"]
    assert {next(iter(clause["terms"])) for clause in should} == {"url", "article_id", "task_id"}
    assert found.task_id == "a"


async def test_articles_are_found_by_every_url_that_leads_to_them(server: FakeServer) -> None:
    """By their own, by a short link, by the one that the page names."""
    server.answers = [
        answer(("x", {"url": "https://a.example/", "aliases": ["https://k.example/1"]}), ("y", {"url": "u"}))
    ]
    async with server.client() as client:
        found = await ledger.articles_at(client, NAMES, "https://k.example/1")

    assert found == {"x": {"https://a.example/", "https://k.example/1"}, "y": {"u"}}


async def test_reports_by_id_are_those_of_the_moment(server: FakeServer) -> None:
    """A get sees what no search finds yet; a task that is not there is left out."""

    def get(request: Request) -> Answer:
        assert "realtime=true" in request.target
        return 200, {"docs": [{"_id": "a", "found": True, "_source": entry()}, {"_id": "b", "found": False}]}

    server.answer = get
    async with server.client() as client:
        found = await ledger.reports_by_id(client, NAMES, ["a", "b"])
        nothing = await ledger.reports_by_id(client, NAMES, [])

    assert found == {"a": Report("a", State.GONE, "page", AT)}
    assert nothing == {}
    assert len(server.requests) == 1


async def test_a_server_that_is_away_is_an_error_of_ours(server: FakeServer) -> None:
    """Half a ledger is not taken for a whole one."""
    server.answers = [(503, {"error": "unavailable"})]
    async with server.client() as client:
        with pytest.raises(SearchUnavailable, match="reading t-ledger-v1"):
            _ = [report async for report in ledger.reports(client, NAMES)]
