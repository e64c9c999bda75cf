"""Counts out of a real ledger."""

import pytest
from elasticsearch import AsyncElasticsearch

from marsad.contracts.states import State
from marsad.search.counts import Counts, counts, recent
from marsad.search.names import Names
from marsad.search.sink import Document, Sink

pytestmark = pytest.mark.stack


def entry(
    names: Names, number: int, state: State, kind: str | None = "page", latency_ms: int | None = None
) -> Document:
    """Return a ledger document."""
    source = {
        "task_id": f"{number:032x}",
        "state": str(state),
        "terminal": state.terminal,
        "at": f"2026-01-01T00:00:{number:02}Z",
        **({"kind": kind} if kind else {}),
        **({"latency_ms": latency_ms} if latency_ms is not None else {}),
    }
    return Document(names.ledger, f"{number:032x}", state.rank, source)


async def test_an_empty_system(search_client: AsyncElasticsearch, search_names: Names) -> None:
    """Before the first task everything is nothing, and nothing fails."""
    assert await counts(search_client, search_names, fresh=True) == Counts({}, {}, {}, 0, {})
    assert await recent(search_client, search_names) == []


async def test_a_small_ledger(search_client: AsyncElasticsearch, search_names: Names) -> None:
    """Kinds apart, states counted, latency over indexed pages alone, the last ended tasks first."""
    await Sink(search_client).write(
        [
            *(entry(search_names, number, State.INDEXED, latency_ms=1_000 * number) for number in range(1, 4)),
            entry(search_names, 4, State.DISCOVERED),
            entry(search_names, 5, State.READ, "feed", latency_ms=99_000),
            entry(search_names, 6, State.DISCOVERED, "feed"),
            entry(search_names, 7, State.QUARANTINED, None),
            entry(search_names, 8, State.REFUSED, latency_ms=50_000),
        ]
    )
    await search_client.index(index=f"{search_names.news}-v1-2026.01", document={"title": "x"})

    found = await counts(search_client, search_names, fresh=True)

    assert found.pages == {State.INDEXED: 3, State.DISCOVERED: 1, State.REFUSED: 1}
    assert found.feeds == {State.READ: 1, State.DISCOVERED: 1}
    assert found.unknown == {State.QUARANTINED: 1}
    assert (found.in_flight, found.terminal, found.articles) == (2, 6, 1)
    assert found.latency_ms[50.0] == pytest.approx(2_000)
    assert max(found.latency_ms.values()) <= 3_000

    ended = await recent(search_client, search_names, limit=3)
    assert [(task.state, task.kind) for task in ended] == [
        (State.REFUSED, "page"),
        (State.QUARANTINED, "unknown"),
        (State.READ, "feed"),
    ]
    assert [task.state for task in await recent(search_client, search_names, state=State.INDEXED)] == [
        State.INDEXED
    ] * 3
