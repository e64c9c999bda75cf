"""Services as processes, killed while articles pass: nothing is missing, nothing is there twice."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES
from marsad.discovery.submission import hand_over
from marsad.localstack import Endpoints
from marsad.newsroom import Expected, Newsroom
from marsad.provisioning import set_up
from marsad.settings import Settings, as_environment
from marsad.supervisor import Supervisor
from marsad.urls import page_id
from support.chain import chain_settings, documents, duplicates, read_topic, terminal, until

ARTICLES = 300
TOPICS = ("urls.discovered", "pages.fetched", "articles.extracted", "articles.revised", "articles.enriched", "ledger")
ROUNDS = (("fetching", 1), ("extraction", 2), ("indexing", 3))

pytestmark = [pytest.mark.stack, pytest.mark.faults]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """A newsroom that slows nobody down, and whose clock stands still as good as.

    A page withdrawn between two deliveries of its task would rightly be reported twice, `indexed` and then `gone`.
    """
    async with Newsroom(speed=0.001, publish_over_s=0, crawl_delay_s=0.001, directory=tmp_path / "room") as room:
        yield room


def load(room: Newsroom, seed: int) -> list[Expected]:
    """Return one round's articles, spread over the outlets."""
    each = ARTICLES // len(room.outlets)
    return [room.load_article(outlet, seed, number) for outlet in room.outlets for number in range(each)]


async def kill_at_a_random_moment(own: Settings, services: Supervisor, name: str, dice: random.Random) -> int:
    """SIGKILL a service after a random number of articles have ended, start it again; return the number."""
    before = len(await terminal(own))
    moment = dice.randrange(10, ARTICLES - 10)

    async def reached() -> bool:
        return len(await terminal(own)) - before >= moment

    await until(f"{moment} articles", reached)
    services.kill(name)
    await asyncio.sleep(dice.uniform(0, 2))
    services.start(name)
    return moment


async def all_ended(own: Settings, tasks: set[str]) -> None:
    """Wait until every task has a terminal state."""

    async def ended() -> bool:
        return tasks <= (await terminal(own)).keys()

    await until(f"the end of all {len(tasks)} tasks", ended)


async def test_killed_services_lose_and_double_nothing(
    stack: Endpoints, room: Newsroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three rounds of 300 articles, each with one service killed: every task ends once, every article is there once."""
    own = chain_settings(stack, tmp_path, room.outlets_dir)
    await set_up(own)
    titles: dict[str, str] = {}
    tasks: set[str] = set()
    with Supervisor(SERVICES, as_environment(own), logs=tmp_path / "logs") as services:
        for name, seed in ROUNDS:
            articles = load(room, seed)
            titles |= {page_id(article.url): article.title for article in articles}
            tasks |= {submitted.task_id for submitted in await hand_over(own, [article.url for article in articles])}
            moment = await kill_at_a_random_moment(own, services, name, random.Random(seed))  # noqa: S311 - repeatable
            await all_ended(own, tasks)
            with capsys.disabled():
                print(f"\nround {seed}: {name} killed after {moment} articles, {len(tasks)} tasks ended")

    ended = await terminal(own)
    assert {task: states for task, states in ended.items() if task in tasks and states != {State.INDEXED}} == {}
    found = await documents(own)
    assert {key: found[key]["title"] for key in titles if key in found} == titles
    assert {task: states for task, states in ended.items() if len(states) > 1} == {}
    for service in SERVICES:
        assert await read_topic(own, f"{service}.dead") == []
    with capsys.disabled():
        print("\nrecords that repeat one in their topic:", await duplicates(own, TOPICS))
