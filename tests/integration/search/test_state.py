"""State by id on a real Elasticsearch."""

import asyncio

import pytest
from elasticsearch import AsyncElasticsearch

from marsad.errors import MarsadError, SearchUnavailable, StateConflict
from marsad.search.names import Names
from marsad.search.state import Change, Entry, StateIndex
from support.state import MemoryState

pytestmark = pytest.mark.stack


@pytest.fixture
def real(search_client: AsyncElasticsearch, search_names: Names) -> StateIndex:
    """The index of URLs."""
    return StateIndex(search_client, search_names.state_urls)


@pytest.fixture(params=["real", "memory"])
def state(request: pytest.FixtureRequest) -> StateIndex:
    """The real index, and the stand-in that unit tests use: both keep the same laws."""
    return request.getfixturevalue("real") if request.param == "real" else MemoryState()


async def test_entries_are_found_the_moment_they_are_written(state: StateIndex) -> None:
    """The index refreshes every 30 s; a get by id does not wait for that."""
    ids = [f"id{number}" for number in range(1_000)]

    await state.write({key: Change({"seen": key}) for key in ids})
    entries = await state.read([*ids, "missing"])

    assert entries == {key: Entry(1, {"seen": key}) for key in ids}


async def test_a_lost_update_is_a_conflict(state: StateIndex) -> None:
    """Two decisions on the same entry: the second is refused and nothing of it is written over the first."""
    await state.write({"a": Change({"n": 1})})
    read = (await state.read(["a"]))["a"]

    await state.write({"a": Change({"n": 2}, read)})
    with pytest.raises(StateConflict, match=r"a: .*version"):
        await state.write({"a": Change({"n": 3}, read)})

    assert await state.read(["a"]) == {"a": Entry(2, {"n": 2})}


async def test_two_finders_of_a_new_entry_are_a_conflict(state: StateIndex) -> None:
    """Both read that there is none; only one may make it."""
    await state.write({"a": Change({"by": "first"})})

    with pytest.raises(StateConflict):
        await state.write({"a": Change({"by": "second"})})

    assert (await state.read(["a"]))["a"].source == {"by": "first"}


async def test_no_update_is_lost_among_many_writers(state: StateIndex) -> None:
    """Every writer that reads again after a conflict gets its change in exactly once."""

    async def count_up() -> None:
        while True:
            entry = (await state.read(["counter"])).get("counter")
            try:
                await state.write({"counter": Change({"n": entry.source["n"] + 1 if entry else 1}, entry)})
            except StateConflict:
                continue
            return

    await asyncio.gather(*(count_up() for _ in range(20)))

    assert (await state.read(["counter"]))["counter"] == Entry(20, {"n": 20})


async def test_what_a_failed_write_left_is_seen_by_the_next_read(state: StateIndex) -> None:
    """A conflict of one entry does not undo the others: the batch is decided again on what is there."""
    await state.write({"taken": Change({"by": "other"})})

    with pytest.raises(StateConflict):
        await state.write({"new": Change({"by": "us"}), "taken": Change({"by": "us"})})

    assert {key: entry.source["by"] for key, entry in (await state.read(["new", "taken"])).items()} == {
        "new": "us",
        "taken": "other",
    }


async def test_a_missing_index_is_not_an_empty_one(search_client: AsyncElasticsearch) -> None:
    """Without the index every entry would seem new; it is refused, and reading does not make it."""
    nowhere = StateIndex(search_client, "no-such-index")

    with pytest.raises(SearchUnavailable, match="marsad setup"):
        await nowhere.read(["a"])

    assert not await search_client.indices.exists(index="no-such-index")


async def test_an_id_that_elasticsearch_refuses_is_named(real: StateIndex) -> None:
    """An id beyond 512 bytes fails by itself, and is named; the others of its write are there."""
    with pytest.raises(MarsadError, match=r"did not take 1 entries: xxxx.*600 bytes"):
        await real.write({"x" * 600: Change({}), "short": Change({"n": 1})})

    assert set(await real.read(["short"])) == {"short"}


async def test_any_shape_of_entry_is_kept(state: StateIndex) -> None:
    """Nothing but the id is indexed, so entries of one index may differ in the types of their fields."""
    sources: dict[str, dict[str, object]] = {
        "a": {"x": "text"},
        "b": {"x": {"deep": [1, 2]}},
        "c": {"x": 1.5, "y": None},
    }

    await state.write({key: Change(source) for key, source in sources.items()})

    assert {key: entry.source for key, entry in (await state.read(sources)).items()} == sources
