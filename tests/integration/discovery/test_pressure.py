"""Discovery holds back while enrichment stands still, and goes on with nothing lost."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES
from marsad.discovery.pressure import ASK_EVERY_S, behind
from marsad.discovery.submission import hand_over
from marsad.localstack import Endpoints
from marsad.newsroom import Newsroom
from marsad.provisioning import set_up
from marsad.settings import Discovery, Settings, as_environment
from marsad.streaming.lag import lags
from marsad.supervisor import Supervisor
from support.chain import chain_settings, documents, terminal, until

pytestmark = pytest.mark.stack

MARK, WAVE = 30, 60


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """A newsroom that slows nobody down."""
    async with Newsroom(speed=0.001, publish_over_s=0, crawl_delay_s=0.001, directory=tmp_path / "room") as room:
        yield room


async def waiting(own: Settings, service: str, topic: str) -> int:
    """Return how many records wait before a service."""
    (lag,) = [lag for lag in await lags(own) if (lag.service, lag.topic) == (service, topic)]
    return lag.waiting


async def submit(own: Settings, room: Newsroom, wave: int) -> set[str]:
    """Hand in one wave of articles, spread over the outlets; return their tasks."""
    each = WAVE // len(room.outlets)
    articles = [room.load_article(outlet, wave, number) for outlet in room.outlets for number in range(each)]
    return {submitted.task_id for submitted in await hand_over(own, [article.url for article in articles])}


def events(log: Path) -> list[str]:
    """Return what a service has logged, by event; what was held, by its reason."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    return [entry["kind"] if entry.get("event") == "held" else str(entry.get("event")) for entry in entries]


async def all_ended(own: Settings, tasks: set[str], services: Supervisor) -> None:
    """Wait until every task has ended; a service that ended meanwhile is started again."""

    async def ended() -> bool:
        services.watch()
        return tasks <= (await terminal(own)).keys()

    await until(f"the end of {len(tasks)} tasks", ended)


async def test_a_slow_enrichment_holds_discovery_back(stack: Endpoints, room: Newsroom, tmp_path: Path) -> None:
    """Above the mark the second wave waits unread before discovery; once enrichment works again, all is indexed."""
    own = chain_settings(stack, tmp_path, room.outlets_dir, discovery=Discovery(feed_floor_s=3_600, hold_above=MARK))
    await set_up(own)
    with Supervisor(SERVICES, as_environment(own), logs=tmp_path / "logs") as services:
        log = tmp_path / "logs/discovery.log"

        async def quiet() -> bool:
            return behind(await lags(own), "discovery") == 0 and "started" in events(tmp_path / "logs/enrichment.log")

        await until("the feeds of the newsroom are through", quiet)
        os.kill(services.pid("enrichment"), signal.SIGSTOP)
        try:
            first = await submit(own, room, 1)

            async def piled_up() -> bool:
                return await waiting(own, "enrichment", "articles.revised") >= len(first)

            await until("the first wave waits before enrichment", piled_up)
            await asyncio.sleep(ASK_EVERY_S)  # its last answer is out of date by then
            handed_on = await _discovered(own)
            second = await submit(own, room, 2)

            async def held() -> bool:
                return "HeldBack" in events(log)

            await until("discovery holds back", held)
            assert await waiting(own, "discovery", "urls.found") >= len(second)
            assert await _discovered(own) == handed_on
            assert not second & (await terminal(own)).keys()
        finally:
            os.kill(services.pid("enrichment"), signal.SIGCONT)
        await all_ended(own, first | second, services)
        seen = events(log)

    ended = await terminal(own)
    assert {task: ended[task] for task in first | second if ended[task] != {State.INDEXED}} == {}
    assert (first | second) <= {document["task_id"] for document in (await documents(own)).values()}
    assert 1 <= seen.count("HeldBack") <= seen.count("holding_back")  # each time it is said once, however long it takes
    assert "handing_on_again" in seen


async def _discovered(own: Settings) -> int:
    """Return how many tasks fetching has been given so far."""
    (lag,) = [lag for lag in await lags(own) if lag.topic == "urls.discovered"]
    return lag.done + lag.waiting
