"""The bulk writer."""

from collections.abc import Callable
from typing import Any

import pytest

from marsad.errors import SearchUnavailable
from marsad.search.sink import ATTEMPTS, LONGEST_PAUSE_S, Document, Fate, Sink

FakeServer = Any  # of conftest.py


class Pauses:
    """A sleep that only remembers."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Remember."""
        self.seconds.append(seconds)


def documents(keys: str) -> list[Document]:
    """Return one document per letter."""
    return [Document("i", key, 1, {"key": key}) for key in keys]


async def test_only_what_was_put_off_is_written_again(
    server: FakeServer, bulk: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    """429 and 5xx of single items are repeated alone; written, conflicting and rejected ones are settled."""
    server.answers = [bulk(201, 429, 409, 503, 400), bulk(429, 409), bulk(201)]
    pauses = Pauses()

    results = await Sink(server.client(), pauses, lambda: 1.0).write(documents("abcde"))

    assert [result.fate for result in results] == [
        Fate.WRITTEN,
        Fate.WRITTEN,
        Fate.CONFLICT,
        Fate.CONFLICT,
        Fate.REJECTED,
    ]
    assert sent(server.requests) == [list("abcde"), ["b", "d"], ["b"]]
    assert pauses.seconds == [0.2, 0.4]


async def test_the_repeats_are_bounded(server: FakeServer, bulk: Callable[..., Any]) -> None:
    """A document that is put off again and again makes the sink give up, naming it; the pauses have a ceiling."""
    server.answer = lambda _request: bulk(429)
    pauses = Pauses()

    with pytest.raises(SearchUnavailable, match=f"put off {ATTEMPTS} times; a of i: 429"):
        await Sink(server.client(), pauses, lambda: 1.0).write(documents("a"))

    assert len(server.requests) == ATTEMPTS
    assert len(pauses.seconds) == ATTEMPTS - 1
    assert max(pauses.seconds) <= LONGEST_PAUSE_S


async def test_the_last_attempt_counts(server: FakeServer, bulk: Callable[..., Any]) -> None:
    """A document that is taken by the last attempt is written."""
    server.answers = [*[bulk(503)] * (ATTEMPTS - 1), bulk(201)]

    (result,) = await Sink(server.client(), Pauses()).write(documents("a"))

    assert result.fate is Fate.WRITTEN


async def test_pauses_are_jittered(server: FakeServer, bulk: Callable[..., Any]) -> None:
    """The pause is a random share of its bound, so that copies do not knock in step."""
    server.answers = [bulk(429), bulk(201)]
    pauses = Pauses()

    await Sink(server.client(), pauses, lambda: 0.25).write(documents("a"))

    assert pauses.seconds == [0.05]


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_an_index_that_refuses_as_a_whole_is_said_so(
    server: FakeServer, bulk: Callable[..., Any], status: int
) -> None:
    """A refusal that concerns the index holds the batch; no document is blamed for it."""
    server.answers = [bulk(201, status)]

    with pytest.raises(SearchUnavailable, match=f"1 of 2 documents were refused by their index; b of i: {status}"):
        await Sink(server.client()).write(documents("ab"))


async def test_nothing_to_write(server: FakeServer) -> None:
    """An empty batch asks nothing."""
    assert await Sink(server.client()).write([]) == []
    assert server.requests == []


async def test_documents_are_read_back_in_order(server: FakeServer) -> None:
    """A missing document, and one in a month that has no index yet, is None; order is the question's."""
    server.answers = [
        (
            200,
            {
                "docs": [
                    {"_index": "i", "_id": "a", "found": True, "_source": {"n": 1}},
                    {"_index": "i", "_id": "b", "found": False},
                    {"_index": "j", "_id": "c", "error": {"type": "index_not_found_exception", "reason": "none"}},
                ]
            },
        )
    ]

    assert await Sink(server.client()).read([("i", "a"), ("i", "b"), ("j", "c")]) == [{"n": 1}, None, None]


async def test_a_shard_that_is_away_is_not_a_missing_document(server: FakeServer) -> None:
    """Only a missing index means "no document"; any other failure is transient."""
    error = {"type": "no_shard_available_action_exception", "reason": "r"}
    server.answers = [(200, {"docs": [{"_index": "i", "_id": "a", "error": error}]})]

    with pytest.raises(SearchUnavailable, match="a of i: no_shard_available"):
        await Sink(server.client()).read([("i", "a")])


async def test_reading_nothing_asks_nothing(server: FakeServer) -> None:
    """Elasticsearch refuses an empty multi-get, so none is sent."""
    assert await Sink(server.client()).read([]) == []
    assert server.requests == []
