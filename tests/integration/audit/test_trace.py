"""Tracing on a real chain: an article hop by hop, by every name it has; an end; a task on its way; a stranger."""

from typing import Any

import pytest
from typer.testing import CliRunner, Result

from integration.audit.conftest import World
from marsad.audit.hops import Hop
from marsad.audit.tasks import find_tasks
from marsad.audit.trail import follow, search_of, whereabouts
from marsad.cli.app import app
from marsad.contracts.states import State
from marsad.settings import as_environment, settings
from marsad.urls import page_id
from support.chain import documents

pytestmark = pytest.mark.stack

ALL_THE_WAY = [
    "found",
    "handed on",
    "reported discovered",
    "fetched",
    "extracted",
    "revised",
    "enriched",
    "reported indexed",
]


def silent(_: str) -> None:
    """Say nothing."""


async def hops_of(world: World, asked: str) -> list[Hop]:
    """Return the way of the newest task."""
    tasks = await find_tasks(world.own, asked, silent)
    return await follow(world.own, search_of(tasks.reports[0], tasks.urls), silent)


async def test_an_article_is_followed_hop_by_hop(world: World) -> None:
    """Every record of its task is there once, in the order of time, from being found to being indexed."""
    hops = await hops_of(world, world.urls["article"])

    assert sorted(hop.what for hop in hops) == sorted(ALL_THE_WAY)
    assert [hop.what for hop in hops if hop.topic != "ledger"] == [
        what for what in ALL_THE_WAY if not what.startswith("reported")
    ]
    assert [hop.at for hop in hops] == sorted(hop.at for hop in hops)
    facts = {hop.what: " ".join(hop.facts) for hop in hops}
    assert "submitted" in facts["found"]
    assert "status 200" in facts["fetched"]
    assert "first" in facts["revised"]
    assert "language" in facts["enriched"]
    assert " ms" in facts["enriched"]
    assert "by indexing" in facts["reported indexed"]


async def test_a_task_is_found_by_each_of_its_names(world: World) -> None:
    """By URL, by the URL with a tracker, by its article's id, by its own id."""
    url, task = world.urls["article"], world.tasks["article"]
    for asked in (url, f"{url}?utm_source=x", page_id(url), task):
        assert (await find_tasks(world.own, asked, silent)).reports[0].task_id == task


async def test_a_short_link_leads_to_its_article(world: World) -> None:
    """A task is found by the link that it began with and by the page that it ended at; its redirect is a hop."""
    found: dict[str, Any] = await documents(world.own)
    short, article = next((one["aliases"][0], one) for one in found.values() if one.get("aliases"))

    by_short = (await find_tasks(world.own, short, silent)).reports
    by_page = (await find_tasks(world.own, article["url"], silent)).reports

    assert article["task_id"] in {report.task_id for report in by_short}
    assert {report.task_id for report in by_page} >= {report.task_id for report in by_short if report.article_id}
    hops = await hops_of(world, article["task_id"])
    assert any(f"by way of {short}" in hop.facts for hop in hops)
    assert hops[-1].state is State.INDEXED


async def test_a_task_on_its_way_says_where_it_waits(world: World) -> None:
    """The last record, who reads it, and how many records are before it."""
    (report,) = (await find_tasks(world.own, world.urls["late"], silent)).reports
    hops = await hops_of(world, world.urls["late"])

    place = await whereabouts(world.own, hops)

    assert report.state is State.DISCOVERED
    assert [hop.what for hop in hops if hop.topic != "ledger"] == ["found", "handed on"]
    assert place is not None
    assert (place.service, place.hop.topic, place.ahead) == ("fetching", "urls.discovered", 0)
    assert place.hop.due is None


def call(world: World, *arguments: str) -> Result:
    """Return what the command line gives for this world."""
    return CliRunner().invoke(app, arguments, env={**as_environment(world.own), "COLUMNS": "200"})


@pytest.fixture
def fresh_settings() -> None:
    """Let the command read the environment that it is called with."""
    settings.cache_clear()


@pytest.mark.usefixtures("fresh_settings")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("article", ["Ended as indexed at", "submitted by a person", "articles.enriched"]),
        ("nowhere", ["Ended as gone at", "http_404"]),
        ("late", ["In flight: urls.discovered[", "waits for fetching; it is next, or in hand"]),
    ],
)
def test_the_command_says_how_it_ended_or_where_it_is(world: World, name: str, said: list[str]) -> None:
    """One sentence below the table."""
    result = call(world, "trace", world.urls[name])

    assert result.exit_code == 0
    assert [text for text in said if text not in result.stdout] == []


@pytest.mark.usefixtures("fresh_settings")
def test_a_stranger_is_told_as_such(world: World) -> None:
    """Nothing is known of it: exit code 1, and what to do."""
    result = call(world, "trace", "https://ajil.example/never/seen")

    assert result.exit_code == 1
    assert "Nothing is known of https://ajil.example/never/seen" in result.output
    assert "marsad submit" in result.output
