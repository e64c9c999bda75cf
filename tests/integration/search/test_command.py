"""`marsad search` as a person runs it, over a real Elasticsearch."""

import asyncio
import json
import os
import sys

import pytest
from elasticsearch import AsyncElasticsearch

from marsad.search.names import Names
from marsad.settings import Settings

pytestmark = pytest.mark.stack


async def marsad(*arguments: str, **variables: str) -> tuple[int, str, str]:
    """Run the command; return its exit status, output and errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "marsad", *arguments,
        env=os.environ | {"COLUMNS": "60", "NO_COLOR": "1"} | variables,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


def variables(own: Settings) -> dict[str, str]:
    """Return the environment that names the test's server and prefix."""
    return {"MARSAD_SEARCH__URL": own.search_url(), "MARSAD_SEARCH__INDEX_PREFIX": own.search.index_prefix}


async def test_hits_for_people_and_for_programs(
    search_client: AsyncElasticsearch, search_names: Names, search_settings: Settings
) -> None:
    """The same hit, set for reading and as JSON."""
    document = {"title": "قمة المدن الساحلية", "text": "افتتحت القمة بوهران.", "url": "https://ajil.example/1"}
    await search_client.index(index=f"{search_names.news}-v1-2026.01", id="a", document=document, refresh=True)

    status, output, errors = await marsad("search", "وهران", **variables(search_settings))
    assert status == 0, errors
    assert "قمة المدن الساحلية" in output
    assert "1 of 1 article" in output

    status, output, errors = await marsad("search", "وهران", "--json", **variables(search_settings))
    assert status == 0, errors
    assert json.loads(output)["url"] == "https://ajil.example/1"


async def test_a_server_that_is_away_is_a_sentence() -> None:
    """No trace, whatever is wrong: the message says what was tried, and the status is not zero."""
    status, output, errors = await marsad("search", "وهران", MARSAD_SEARCH__URL="http://127.0.0.1:1")

    assert status == 1
    assert output == ""
    assert "searching news" in errors
    assert "Traceback" not in errors
