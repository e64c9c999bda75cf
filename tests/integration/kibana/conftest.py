"""One set of indices for all tests of a module: they only read."""

import uuid
from collections.abc import AsyncIterator

import pytest_asyncio
from elasticsearch import AsyncElasticsearch

from marsad.localstack import Endpoints
from marsad.search import templates
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.settings import Search, Settings


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_client(stack: Endpoints) -> AsyncIterator[AsyncElasticsearch]:
    """A client that lives as long as the module's loop."""
    async with connect(Settings(search=Search(url=stack.elasticsearch))) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_names(module_client: AsyncElasticsearch) -> AsyncIterator[Names]:
    """Names of the module's own, templates applied; what was made under them is removed afterwards."""
    names = Names(f"t{uuid.uuid4().hex[:10]}-")
    await templates.apply(module_client, names, Settings().deploy_dir / "elasticsearch")
    yield names
    made = list(await module_client.indices.get(index=f"{names.prefix}*", expand_wildcards="all"))
    await module_client.indices.delete(index=made)
    await module_client.indices.delete_index_template(name=f"{names.prefix}*")
    await module_client.cluster.delete_component_template(name=f"{names.prefix}*")
