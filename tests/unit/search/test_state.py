"""State by id."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from marsad.errors import MarsadError, SearchUnavailable, StateConflict, Unavailable
from marsad.search import state as state_module
from marsad.search.state import Change, Entry, StateIndex

FakeServer = Any  # of conftest.py


def found(key: str, version: int = 1) -> dict[str, Any]:
    """Return an item of a multi-get that holds an entry."""
    return {"_id": key, "_index": "s", "found": True, "_version": version, "_source": {"key": key}}


def missing(key: str) -> dict[str, Any]:
    """Return an item of a multi-get that found nothing."""
    return {"_id": key, "_index": "s", "found": False}


async def test_entries_that_exist_are_returned_by_id(server: FakeServer) -> None:
    """Each id is asked for once, in real time; what is missing has no entry."""
    server.answers = [(200, {"docs": [found("a", 3), missing("b")]})]

    entries = await StateIndex(server.client(), "s").read(["a", "b", "a"])

    assert entries == {"a": Entry(3, {"key": "a"})}
    (request,) = server.requests
    assert request.target == "/s/_mget?realtime=true"
    assert orjson.loads(request.body) == {"ids": ["a", "b"]}


async def test_reading_nothing_asks_nothing(server: FakeServer) -> None:
    """Elasticsearch refuses an empty multi-get, so none is sent."""
    assert await StateIndex(server.client(), "s").read([]) == {}
    assert server.requests == []


async def test_many_ids_are_read_in_parts(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """One request never names more than a bounded number of ids."""
    monkeypatch.setattr(state_module, "IDS_AT_ONCE", 2)
    server.answer = lambda request: (200, {"docs": [found(key) for key in orjson.loads(request.body)["ids"]]})

    entries = await StateIndex(server.client(), "s").read("abcde")

    assert set(entries) == set("abcde")
    assert len(server.requests) == 3


@pytest.mark.parametrize("kind", ["index_not_found_exception", "no_shard_available_action_exception"])
async def test_an_entry_that_cannot_be_read_is_not_taken_for_missing(server: FakeServer, kind: str) -> None:
    """A missing index or shard comes inside an answer of 200; treating it as "no entry" would lose state."""
    server.answers = [(200, {"docs": [{"_id": "a", "_index": "s", "error": {"type": kind, "reason": "r"}}]})]

    with pytest.raises(SearchUnavailable, match=f"a of s: {kind}"):
        await StateIndex(server.client(), "s").read(["a"])


async def test_the_version_written_is_one_above_the_version_read(takes_all: FakeServer) -> None:
    """A new entry is version 1; a changed one is one above what the decision was based on."""
    await StateIndex(takes_all.client(), "s").write(
        {"new": Change({"n": 1}), "old": Change({"n": 2}, Entry(41, {"n": 1}))}
    )

    lines = takes_all.requests[0].lines
    assert [(line["index"]["_id"], line["index"]["version"]) for line in lines[::2]] == [("new", 1), ("old", 42)]
    assert {line["index"]["_index"] for line in lines[::2]} == {"s"}
    assert lines[1::2] == [{"n": 1}, {"n": 2}]


async def test_writing_nothing_asks_nothing(server: FakeServer) -> None:
    """No changes, no request."""
    await StateIndex(server.client(), "s").write({})
    assert server.requests == []


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((201, 409), StateConflict),
        ((201, 429), SearchUnavailable),
        ((503, 409, 400), SearchUnavailable),
        ((403, 201), SearchUnavailable),
        ((409, 400), StateConflict),
        ((201, 400), MarsadError),
    ],
)
async def test_one_failed_entry_fails_the_write(
    server: FakeServer, bulk: Callable[..., Any], statuses: tuple[int, ...], expected: type[MarsadError]
) -> None:
    """What waiting can cure comes first, so that a batch is only given up when nothing else stands against it."""
    server.answers = [bulk(*statuses)]

    with pytest.raises(MarsadError) as caught:
        await StateIndex(server.client(), "s").write({str(place): Change({}) for place in range(len(statuses))})
    assert type(caught.value) is expected
    assert isinstance(caught.value, Unavailable) == (expected is not MarsadError)


async def test_the_message_names_ids_and_causes_within_bounds(server: FakeServer, bulk: Callable[..., Any]) -> None:
    """A failed write names the first few ids, each with the server's reason, and counts the rest."""
    server.answers = [bulk(*[400] * 8)]

    with pytest.raises(
        MarsadError, match=r"did not take 8 entries: 0: 400 some_exception: because of 400;.* and 3 more"
    ):
        await StateIndex(server.client(), "s").write({str(place): Change({}) for place in range(8)})
