"""A newsroom that has gone through the whole chain, and the services stopped: what audit and trace look at."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from marsad.contracts.topics import SERVICES
from marsad.discovery.submission import hand_over
from marsad.localstack import Endpoints
from marsad.newsroom import Newsroom
from marsad.provisioning import set_up
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.settings import Settings, as_environment
from marsad.streaming.lag import lags
from marsad.streaming.topics import admin_client, load_topics
from marsad.supervisor import Supervisor
from support.chain import chain_settings, terminal, until


@dataclass(frozen=True, slots=True)
class World:
    """Settings of a chain at rest, and what was handed in: URLs by name, with their tasks."""

    own: Settings
    urls: dict[str, str]
    tasks: dict[str, str]
    logs: Path


@pytest.fixture(scope="module")
def world(stack: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Let a newsroom through; one task waits before a fetching that has stopped, and nothing runs any more."""
    made = asyncio.run(_prepare(stack, tmp_path_factory.mktemp("audit")))
    yield made
    asyncio.run(_clean_up(made.own))


async def quiet(own: Settings) -> bool:
    """Whether nothing waits anywhere."""
    return all(lag.waiting == 0 for lag in await lags(own))


async def _prepare(stack: Endpoints, folder: Path) -> World:
    async with Newsroom(speed=0.001, publish_over_s=0, crawl_delay_s=0.001, directory=folder / "room") as room:
        own = chain_settings(stack, folder, room.outlets_dir)
        await set_up(own)
        article, late = (room.load_article(room.outlets[0], 1, number).url for number in (1, 2))
        urls = {"article": article, "nowhere": f"{room.origin_of(room.outlets[0])}/no/such/page.html", "late": late}
        with Supervisor(SERVICES, as_environment(own), logs=folder / "logs") as services:
            first = {one.url: one.task_id for one in await hand_over(own, [urls["article"], urls["nowhere"]])}

            async def at_rest() -> bool:
                return set(first.values()) <= (await terminal(own)).keys() and await quiet(own)

            await until("the newsroom is through", at_rest)
            services.kill("fetching")
            first |= {one.url: one.task_id for one in await hand_over(own, [late])}

            async def waits() -> bool:
                places = {lag.topic: lag.waiting for lag in await lags(own)}
                return places["urls.discovered"] == 1 and places["ledger"] == 0

            await until("the late one waits before fetching", waits)
    return World(own, urls, {name: first[url] for name, url in urls.items()}, folder / "logs")


async def _clean_up(own: Settings) -> None:
    async with admin_client(own) as admin:
        topics = load_topics(own)
        await admin.delete_topics([topics.full(name) for name in topics.specs])
    async with connect(own) as client:
        prefix = Names.of(own).prefix
        made = list(await client.indices.get(index=f"{prefix}*", expand_wildcards="all"))
        await client.indices.delete(index=made)
        await client.indices.delete_index_template(name=f"{prefix}*")
        await client.cluster.delete_component_template(name=f"{prefix}*")
