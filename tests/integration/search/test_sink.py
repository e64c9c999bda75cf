"""The bulk writer on a real Elasticsearch."""

from collections.abc import AsyncIterator

import pytest
from elasticsearch import AsyncElasticsearch

from marsad.errors import SearchUnavailable
from marsad.search.names import Names
from marsad.search.sink import Document, Fate, Sink

pytestmark = pytest.mark.stack


@pytest.fixture
def index(search_names: Names) -> str:
    """A month of articles that does not exist yet."""
    return f"{search_names.news}-v1-2026.01"


@pytest.fixture
async def few_shards(search_client: AsyncElasticsearch, search_names: Names) -> AsyncIterator[None]:  # noqa: ARG001
    """Let the cluster refuse new indices, once the fixed ones are there."""
    setting = "cluster.max_shards_per_node"
    await search_client.cluster.put_settings(persistent={setting: 1})
    yield
    await search_client.cluster.put_settings(persistent={setting: None})


async def test_every_document_has_a_fate(search_client: AsyncElasticsearch, index: str) -> None:
    """In one batch: written, refused as not newer, rejected for itself, and written although its neighbours failed."""
    sink = Sink(search_client)
    await sink.write([Document(index, "b", 5, {"title": "newer"})])

    results = await sink.write(
        [
            Document(index, "a", 1, {"title": "x"}),
            Document(index, "b", 5, {"title": "same version"}),
            Document(index, "b", 4, {"title": "older"}),
            Document(index, "c", 1, {"unknown": "field"}),
            Document(index, "d", 1, {"published": "not a date"}),
            Document(index, "b", 6, {"title": "newest"}),
            Document(index, "e", 2**62, {"title": "y"}),
        ]
    )

    assert [result.fate for result in results] == [
        Fate.WRITTEN,
        Fate.CONFLICT,
        Fate.CONFLICT,
        Fate.REJECTED,
        Fate.REJECTED,
        Fate.WRITTEN,
        Fate.WRITTEN,
    ]
    assert "strict_dynamic_mapping_exception" in results[3].reason
    assert "published" in results[4].reason
    assert await sink.read([(index, "b"), (index, "c")]) == [{"title": "newest"}, None]


async def test_two_versions_of_one_document_in_a_batch(search_client: AsyncElasticsearch, index: str) -> None:
    """A batch is carried out in order, so that a later revision finds the earlier one."""
    results = await Sink(search_client).write(
        [Document(index, "a", 1, {"title": "first"}), Document(index, "a", 2, {"title": "second"})]
    )

    assert [result.fate for result in results] == [Fate.WRITTEN, Fate.WRITTEN]


async def test_documents_are_read_before_they_are_searchable(search_client: AsyncElasticsearch, index: str) -> None:
    """A read by id sees what was acknowledged; a month without an index has no documents."""
    sink = Sink(search_client)
    await sink.write([Document(index, "a", 1, {"title": "x"})])

    assert await sink.read([(index, "a"), (index.replace("2026", "1999"), "a")]) == [{"title": "x"}, None]


async def test_more_than_one_request_is_needed_for_many_bytes(search_client: AsyncElasticsearch, index: str) -> None:
    """Twelve documents of a megabyte go as several requests, and all arrive."""
    results = await Sink(search_client).write(
        [Document(index, f"a{number}", 1, {"enrichment": {"x": "ا" * 500_000}}) for number in range(12)]
    )

    assert {result.fate for result in results} == {Fate.WRITTEN}


async def test_a_write_block_holds_the_batch(search_client: AsyncElasticsearch, search_names: Names) -> None:
    """A blocked index (a full disk blocks too) is nobody's dead letter."""
    await search_client.indices.put_settings(index=search_names.ledger, settings={"index.blocks.write": True})

    with pytest.raises(SearchUnavailable, match=r"refused by their index.*cluster_block_exception"):
        await Sink(search_client).write([Document(search_names.ledger, "a", 1, {"state": "gone"})])


async def test_a_closed_index_holds_the_batch(search_client: AsyncElasticsearch, search_names: Names) -> None:
    """Elasticsearch answers 400 here too, as for a bad document; it is told apart."""
    await search_client.indices.close(index=search_names.ledger)

    with pytest.raises(SearchUnavailable, match="index_closed_exception"):
        await Sink(search_client).write([Document(search_names.ledger, "a", 1, {"state": "gone"})])


@pytest.mark.usefixtures("few_shards")
async def test_a_full_cluster_holds_the_batch(search_client: AsyncElasticsearch, index: str) -> None:
    """On the first of a month the new index may be refused: no article is at fault."""
    with pytest.raises(SearchUnavailable, match=r"validation_exception.*maximum normal shards"):
        await Sink(search_client).write([Document(index, "a", 1, {"title": "x"})])
