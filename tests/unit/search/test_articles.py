"""Whole articles by id."""

from typing import Any

import orjson
import pytest

from marsad.errors import SearchUnavailable
from marsad.search import articles
from marsad.search.names import Names

FakeServer = Any  # of conftest.py


def found(*ids: str) -> tuple[int, dict[str, Any]]:
    """Return an answer with these articles."""
    return 200, {"hits": {"hits": [{"_id": key, "_source": {"title": f"title of {key}"}} for key in ids]}}


async def test_articles_come_by_id(server: FakeServer) -> None:
    """An id without an article is missing from the answer; the alias is asked, so the month does not matter."""
    server.answers = [found("b", "a")]

    assert await articles.by_id(server.client(), Names("t-"), ["a", "b", "c", "a"]) == {
        "a": {"title": "title of a"},
        "b": {"title": "title of b"},
    }
    (request,) = server.requests
    assert request.target.startswith("/t-news/_search")
    assert orjson.loads(request.body)["query"] == {"ids": {"values": ["a", "b", "c"]}}


async def test_many_ids_are_asked_for_in_parts(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is left out, and no answer grows without bounds."""
    monkeypatch.setattr(articles, "AT_ONCE", 2)
    server.answers = [found("a", "b"), found("c")]

    assert set(await articles.by_id(server.client(), Names(), ["a", "b", "c"])) == {"a", "b", "c"}
    assert [orjson.loads(request.body)["size"] for request in server.requests] == [2, 2]


async def test_nothing_is_asked_for_no_ids(server: FakeServer) -> None:
    """No id, no request."""
    assert await articles.by_id(server.client(), Names(), []) == {}
    assert server.requests == []


async def test_a_server_that_is_away_is_told(server: FakeServer) -> None:
    """The error is ours, and says what was under way."""
    server.answers = [(503, {})]

    with pytest.raises(SearchUnavailable, match="reading 1 articles"):
        await articles.by_id(server.client(), Names(), ["a"])
