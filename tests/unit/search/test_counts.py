"""Counts out of the ledger."""

from typing import Any

import orjson
import pytest

from marsad.contracts.states import State
from marsad.errors import SearchUnavailable
from marsad.search.counts import Counts, Ended, counts, recent
from marsad.search.names import Names

FakeServer = Any  # of conftest.py


def buckets(**kinds: dict[State, int]) -> Any:
    """Return the ledger's aggregations."""
    return {
        "kinds": {
            "buckets": [
                {"key": kind, "states": {"buckets": [{"key": str(key), "doc_count": n} for key, n in states.items()]}}
                for kind, states in kinds.items()
            ]
        },
        "indexed": {"latency": {"values": {"50.0": 900.0, "95.0": 2_000.0, "99.0": None}}},
    }


async def test_pages_and_feeds_are_counted_apart(server: FakeServer) -> None:
    """Feeds end as `read`, pages as articles or not: one sum over both would say nothing."""
    ledger = buckets(page={State.INDEXED: 7, State.DISCOVERED: 2}, feed={State.READ: 3, State.DISCOVERED: 1})
    server.answers = [(200, {"aggregations": ledger}), (200, {"count": 7})]

    found = await counts(server.client(), Names("t-"))

    assert found == Counts(
        pages={State.INDEXED: 7, State.DISCOVERED: 2},
        feeds={State.READ: 3, State.DISCOVERED: 1},
        unknown={},
        articles=7,
        latency_ms={50.0: 900.0, 95.0: 2_000.0},
    )
    assert (found.in_flight, found.terminal) == (3, 10)


async def test_tasks_whose_record_was_never_read_are_counted(server: FakeServer) -> None:
    """A task of which only a dead letter is known has no kind, and is not forgotten."""
    server.answers = [(200, {"aggregations": buckets(unknown={State.QUARANTINED: 2})}), (200, {"count": 0})]

    found = await counts(server.client(), Names())

    assert found.unknown == {State.QUARANTINED: 2}
    assert (found.in_flight, found.terminal) == (0, 2)


async def test_a_fresh_count_refreshes_first(server: FakeServer) -> None:
    """Everything acknowledged is counted when that is asked for."""
    server.answers = [(200, {}), (200, {"aggregations": buckets()}), (200, {"count": 0})]

    await counts(server.client(), Names("t-"), fresh=True)

    assert "_refresh" in server.requests[0].target
    assert "t-ledger-v1" in server.requests[0].target


async def test_the_last_ended_tasks(server: FakeServer) -> None:
    """Tasks that ended are listed newest first, with what a person needs to look further."""
    source = {
        "task_id": "a" * 32, "state": "blocked", "reason": "http_403", "url": "https://a.example/",
        "kind": "page", "at": "2026-01-01T00:00:00.000+00:00", "detail": "consent wall",
    }  # fmt: skip
    bare = {"task_id": "b" * 32, "state": "quarantined", "at": "2026-01-01T00:00:00.000+00:00"}
    server.answers = [(200, {"hits": {"hits": [{"_source": source}, {"_source": bare}]}})]

    first, second = await recent(server.client(), Names(), limit=5)

    assert first == Ended(
        "a" * 32, State.BLOCKED, "http_403", "https://a.example/", "page", source["at"], None, "consent wall"
    )
    assert (second.kind, second.url, second.reason) == ("unknown", None, "")
    body = orjson.loads(server.requests[0].body)
    assert body["query"] == {"bool": {"filter": [{"term": {"terminal": True}}]}}
    assert (body["size"], body["sort"]) == (5, [{"at": "desc"}])


async def test_the_last_tasks_of_one_state(server: FakeServer) -> None:
    """One state can be asked for, also the one that is no end."""
    server.answers = [(200, {"hits": {"hits": []}})]

    await recent(server.client(), Names(), state=State.DISCOVERED)

    assert orjson.loads(server.requests[0].body)["query"] == {"bool": {"filter": [{"term": {"state": "discovered"}}]}}


async def test_a_missing_ledger_is_said_so(server: FakeServer) -> None:
    """Without the index there is nothing to count, and `marsad setup` is named."""
    server.answers = [(404, {"error": {"type": "index_not_found_exception", "reason": "no such index"}})]

    with pytest.raises(SearchUnavailable, match="marsad setup"):
        await counts(server.client(), Names())
