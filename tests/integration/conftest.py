"""A client of the real Elasticsearch, and names that no other test uses."""

import uuid
from collections.abc import AsyncIterator

import pytest
from elasticsearch import AsyncElasticsearch

from marsad.localstack import Endpoints
from marsad.search import templates
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.settings import Search, Settings


@pytest.fixture
def search_settings(stack: Endpoints) -> Settings:
    """Settings that name the stack's Elasticsearch and a prefix of this test's own."""
    return Settings(search=Search(url=stack.elasticsearch, index_prefix=f"t{uuid.uuid4().hex[:10]}-"))


@pytest.fixture
async def search_client(search_settings: Settings) -> AsyncIterator[AsyncElasticsearch]:
    """A client; what was made under the test's prefix is removed afterwards."""
    prefix = search_settings.search.index_prefix
    async with connect(search_settings) as client:
        yield client
        if made := list(await client.indices.get(index=f"{prefix}*", expand_wildcards="all")):
            await client.indices.delete(index=made)
        tolerant = client.options(ignore_status=404)  # not every test makes templates
        await tolerant.indices.delete_index_template(name=f"{prefix}*")
        await tolerant.cluster.delete_component_template(name=f"{prefix}*")


@pytest.fixture
async def search_names(search_client: AsyncElasticsearch, search_settings: Settings) -> Names:
    """The test's names, templates applied."""
    names = Names.of(search_settings)
    await templates.apply(search_client, names, search_settings.deploy_dir / "elasticsearch")
    return names
