"""All services as processes, watched from outside: logs, metrics, health, and one trace for each article."""

import asyncio
import json
import random
import socket
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from marsad.contracts.envelope import text_of
from marsad.contracts.topics import SERVICES
from marsad.discovery.submission import hand_over
from marsad.localstack import Endpoints
from marsad.newsroom import Newsroom
from marsad.provisioning import set_up
from marsad.settings import Metrics, Settings, as_environment
from marsad.streaming.exposing import port_of
from marsad.supervisor import Supervisor
from support.chain import chain_settings, read_topic, terminal, until

HOPS = ("urls.found", "urls.discovered", "pages.fetched", "articles.extracted", "articles.revised", "articles.enriched")

pytestmark = pytest.mark.stack


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """A newsroom that slows nobody down."""
    async with Newsroom(speed=0.001, publish_over_s=0, crawl_delay_s=0.001, directory=tmp_path / "room") as room:
        yield room


def free_ports() -> int:
    """Return the first of as many ports as there are services, all free, and none that the system gives to others."""
    while True:
        first = random.randrange(20_000, 24_000)  # noqa: S311 - no secret
        try:
            for number in range(len(SERVICES)):
                socket.create_server(("127.0.0.1", first + number)).close()
        except OSError:
            continue
        return first


def get(own: Settings, service: str, path: str) -> str:
    """Ask a service."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port_of(service, own)}{path}", timeout=30) as answer:
        return str(answer.read().decode())


async def all_idle(own: Settings) -> bool:
    """Whether every service answers, is well and has nothing left to do."""
    try:
        told = [json.loads(await asyncio.to_thread(get, own, service, "/health")) for service in SERVICES]
    except OSError:
        return False
    return {one["state"] for one in told} == {"idle"}


async def traces(own: Settings, topic: str) -> dict[str, list[str]]:
    """Return trace-id and parent-id of a topic's records, by task."""
    headers = [text_of(record.headers) for record in await read_topic(own, topic)]
    return {one["marsad_task_id"]: one["traceparent"].split("-")[1:3] for one in headers}


async def test_the_chain_can_be_watched(stack: Endpoints, room: Newsroom, tmp_path: Path) -> None:
    """Every log line is an object with its service; all are scraped and idle; a task's records are one trace."""
    own = chain_settings(stack, tmp_path, room.outlets_dir, metrics=Metrics(port=free_ports()))
    await set_up(own)
    with Supervisor(SERVICES, as_environment(own), logs=tmp_path / "logs"):
        articles = [article.url for article in room.expected()[:3]]
        tasks = {one.task_id for one in await hand_over(own, [*articles, f"{articles[0]}-gone"])}

        async def ended() -> Any:
            return tasks <= (await terminal(own)).keys()

        await until("the end of what was submitted", ended)
        await until("all services idle", lambda: all_idle(own))
        metrics = {service: get(own, service, "/metrics") for service in SERVICES}
        by_topic = {topic: await traces(own, topic) for topic in HOPS}
    lines = [json.loads(line) for log in (tmp_path / "logs").glob("*.log") for line in log.read_text().splitlines()]

    assert {line["service"] for line in lines} == set(SERVICES)
    assert all(line["timestamp"] and line["level"] for line in lines)
    for service, text in metrics.items():
        assert f'marsad_build_info{{service="{service}"' in text
    assert 'marsad_stage_seconds_count{stage="places"}' in metrics["enrichment"]
    assert 'marsad_tasks_ended_total{state="indexed"}' in metrics["indexing"]
    arrived = tasks & by_topic["articles.enriched"].keys()
    assert arrived
    for task in arrived:
        places = [by_topic[topic][task] for topic in HOPS]
        assert {trace for trace, _ in places} == {task}
        assert len({parent for _, parent in places}) == len(HOPS)
