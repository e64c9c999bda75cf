"""Index templates on a real Elasticsearch."""

import shutil
from pathlib import Path

import orjson
import pytest
from elasticsearch import AsyncElasticsearch, BadRequestError

from marsad.errors import MarsadError
from marsad.search import templates
from marsad.search.names import Names
from marsad.settings import Settings

pytestmark = pytest.mark.stack


@pytest.fixture
def folder(search_settings: Settings, tmp_path: Path) -> Path:
    """A copy of the template files that a test may change."""
    return Path(shutil.copytree(search_settings.deploy_dir / "elasticsearch", tmp_path / "elasticsearch"))


def set_field(folder: Path, name: str, mapping: dict[str, object]) -> None:
    """Set one field of the articles' mapping."""
    path = folder / "news.index.json"
    body = orjson.loads(path.read_bytes())
    body["template"]["mappings"]["properties"][name] = mapping
    path.write_bytes(orjson.dumps(body))


async def test_applying_twice_changes_nothing(
    search_client: AsyncElasticsearch, search_settings: Settings, folder: Path
) -> None:
    """Before, everything is missing; afterwards, and again afterwards, nothing is."""
    names = Names.of(search_settings)
    missing = await templates.check(search_client, names, folder)
    assert len(missing) == 4 + len(names.fixed)
    assert all(sentence.endswith("is missing.") for sentence in missing)

    await templates.apply(search_client, names, folder)
    assert await templates.check(search_client, names, folder) == []
    before = await search_client.indices.get(index=list(names.fixed))

    await templates.apply(search_client, names, folder)
    assert await templates.check(search_client, names, folder) == []
    assert (await search_client.indices.get(index=list(names.fixed))).body == before.body


async def test_a_changed_file_is_noticed(search_client: AsyncElasticsearch, search_names: Names, folder: Path) -> None:
    """A server with another version of a template is told apart."""
    set_field(folder, "mood", {"type": "keyword"})

    (sentence,) = await templates.check(search_client, search_names, folder)

    assert f"{search_names.prefix}marsad-news is not the one of" in sentence


async def test_a_new_field_reaches_the_indices_that_exist(
    search_client: AsyncElasticsearch, search_names: Names, folder: Path
) -> None:
    """A strict index of this month refuses a new field until the templates are applied again."""
    index = f"{search_names.news}-v1-2026.01"
    await search_client.index(index=index, document={"title": "خطة"})
    with pytest.raises(BadRequestError, match="strict_dynamic_mapping_exception"):
        await search_client.index(index=index, document={"mood": "calm"})

    set_field(folder, "mood", {"type": "keyword"})
    await templates.apply(search_client, search_names, folder)

    await search_client.index(index=index, document={"mood": "calm"})


async def test_a_changed_type_is_refused_and_named(
    search_client: AsyncElasticsearch, search_names: Names, folder: Path
) -> None:
    """Elasticsearch cannot change the type of a field that holds documents."""
    await search_client.index(index=f"{search_names.news}-v1-2026.01", document={"change": "first"})
    set_field(folder, "change", {"type": "long"})

    with pytest.raises(MarsadError, match=r"marsad-news: .*\[change\] cannot be changed"):
        await templates.apply(search_client, search_names, folder)


async def test_every_month_is_read_through_the_alias(search_client: AsyncElasticsearch, search_names: Names) -> None:
    """An index comes with its first article, and is part of the alias at once."""
    for month in ("2026.01", "2026.02"):
        await search_client.index(index=f"{search_names.news}-v1-{month}", document={"title": "x"}, refresh=True)

    assert (await search_client.count(index=search_names.news))["count"] == 2


async def test_free_text_of_kibana_searches_the_texts(search_client: AsyncElasticsearch, search_names: Names) -> None:
    """A query that names no field, as people type into Kibana, finds words of headline and body, stemmed too."""
    index = f"{search_names.news}-v1-2026.01"
    await search_client.index(index=index, document={"title": "خطة", "text": "في المستشفيات"}, refresh=True)

    found = await search_client.search(index=search_names.news, query={"query_string": {"query": "المستشفى"}})

    assert found["hits"]["total"]["value"] == 1


async def test_state_is_not_indexed(search_client: AsyncElasticsearch, search_names: Names) -> None:
    """State entries cost no mapping, whatever they hold."""
    await search_client.index(index=search_names.state_feeds, id="a", document={"deep": {"x": 1}})

    mapping = await search_client.indices.get_mapping(index=search_names.state_feeds)

    assert mapping[search_names.state_feeds]["mappings"] == {"dynamic": "false"}
