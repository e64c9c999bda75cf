"""A raised generation over running services: every document by newer code, none twice, and nobody told of an edit.

The newer code is an outlet file that reads headlines otherwise: the serial number at their end is no part of them.
"""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from marsad.audit.verdict import audit
from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.codec import decode
from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES
from marsad.discovery.submission import hand_over
from marsad.localstack import Endpoints
from marsad.newsroom import Expected, Newsroom
from marsad.provisioning import set_up
from marsad.quarantine import listed
from marsad.settings import Settings, as_environment
from marsad.streaming.lag import lags
from marsad.streaming.replay import Span, Written, replay, select
from marsad.supervisor import Supervisor
from marsad.urls import page_id
from support.chain import chain_settings, documents, read_topic, terminal, until

SEED, EACH = 7, 4
PLACE = ("revision", "previous_revision", "first_seen")
CHANGED = ("discovery", "extraction")  # one begins tasks, the other reads pages
OTHERS = tuple(name for name in SERVICES if name not in CHANGED)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.stack

Documents = Mapping[str, Mapping[str, Any]]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """A newsroom that slows nobody down."""
    async with Newsroom(speed=0.001, publish_over_s=0, crawl_delay_s=0.001, directory=tmp_path / "room") as room:
        yield room


def outlet_files(room: Newsroom, folder: Path, numbers: Sequence[int] = ()) -> Path:
    """Write the outlets' files, without lists of links; headlines lose these numbers at their end."""
    folder.mkdir()
    for path in room.outlets_dir.glob("*.yaml"):
        facts = yaml.safe_load(path.read_text(encoding="utf-8"))
        ends = ["", *facts["title_suffixes"]]
        facts |= {
            **{key: [] for key in ("feeds", "sitemaps", "front_pages")},
            "article_pattern": None,
            "title_suffixes": [*ends[1:], *(f"/{number}{end}" for end in ends for number in numbers)],
        }
        (folder / path.name).write_text(yaml.safe_dump(facts, allow_unicode=True), encoding="utf-8")
    return folder


async def fetched(own: Settings, articles: Sequence[Expected]) -> Counter[State]:
    """Have articles fetched (again); return the states in which their tasks ended."""
    tasks = {one.task_id for one in await hand_over(own, [article.url for article in articles], again=True)}

    async def ended() -> Any:
        states = await terminal(own)
        return tasks <= states.keys() and states

    states = await until("the end of what was submitted", ended)
    return Counter(state for task in tasks for state in states[task])


async def replayed(own: Settings, until_when: datetime) -> tuple[Written, Counter[State]]:
    """Replay all pages; return what was written, and the states in which replayed tasks have ended."""
    span = Span("pages.fetched", LONG_AGO, until_when, own.generation)
    written = await replay(own, span, await select(own, span, lambda: None), lambda _, __: None)

    async def ended() -> bool:
        return not any(lag.waiting for lag in await lags(own))

    await until("the end of what was replayed", ended)
    entries = [json.loads(record.value) for record in await read_topic(own, "ledger")]
    replays = {entry["task_id"] for entry in entries if entry["task"]["replays"]}
    states = await terminal(own)
    assert all(len(states[task]) == 1 for task in replays)
    return written, Counter(state for task in replays for state in states[task])


def places(found: Documents) -> dict[str, tuple[Any, ...]]:
    """Return each document's place in its article's history."""
    return {key: tuple(one.get(name) for name in PLACE) for key, one in found.items()}


def assert_reread(before: Documents, after: Documents) -> None:
    """Hold that all documents keep their places and are told as reprocessed, with the headlines of newer code."""
    assert places(after) == places(before)
    assert {(one["change"], one["generation"]) for one in after.values()} == {("reprocessed", 1)}
    titles = {key: re.sub(r"/\d$", "", one["title"]) for key, one in before.items()}
    assert {key: one["title"] for key, one in after.items()} == titles
    assert all(before[key]["title"] != titles[key] for key in titles)


async def changes(own: Settings, after: int) -> Counter[str]:
    """Return the changes that other teams were told of after so many records."""
    records = await read_topic(own, "articles.enriched")
    told = Counter[str]()
    for record in sorted(records, key=lambda one: one.timestamp)[after:]:
        data = decode("articles.enriched", record.value, record.headers).data
        assert isinstance(data, ArticleEnriched)
        told[data.change] += 1
    return told


async def test_newer_code_reprocesses_everything_and_edits_nothing(
    stack: Endpoints, room: Newsroom, tmp_path: Path
) -> None:
    """Older, edited and unchanged fetches, a live one in between, a replay repeated: places stay, headlines change."""
    own = chain_settings(stack, tmp_path, outlet_files(room, tmp_path / "older-outlets"))
    newer = outlet_files(room, tmp_path / "newer-outlets", range(EACH))
    raised = own.model_copy(update={"outlets_dirs": (newer,), "generation": 1})
    await set_up(own)
    articles = [room.load_article(outlet, SEED, number) for outlet in room.outlets for number in range(EACH)]
    edited, unchanged, live = articles[0], articles[1], articles[EACH]
    with Supervisor(OTHERS, as_environment(own), logs=tmp_path):
        with Supervisor(CHANGED, as_environment(own), logs=tmp_path):
            assert await fetched(own, articles) == {State.INDEXED: len(articles)}
            room.correct_load_article(edited.outlet, SEED, 0, "تصويب: كان العدد خاطئا في النسخة الأولى من الخبر.")
            assert await fetched(own, [edited, unchanged]) == {State.INDEXED: 1, State.UNCHANGED: 1}
            before, told = await documents(own), len(await read_topic(own, "articles.enriched"))
        with Supervisor(CHANGED, as_environment(raised), logs=tmp_path):
            room.correct_load_article(live.outlet, SEED, 0, "A paragraph that was added while the code changed.")
            assert await fetched(raised, [live]) == {State.REPROCESSED: 1}
            moment = datetime.now(UTC)
            first, after = await replayed(raised, moment), await documents(raised)
            again = await replayed(raised, datetime.now(UTC) + timedelta(minutes=1))
            interrupted, repeated = await replayed(raised, moment), await documents(raised)
            told_of = await changes(raised, told)
            room.correct_load_article(unchanged.outlet, SEED, 1, "تصويب ثان: بعد أن قرأت النسخة الجديدة كل شيء.")
            assert await fetched(raised, [unchanged]) == {State.INDEXED: 1}
            last, balanced = await documents(raised), await audit(raised)

    assert first == (Written(len(articles) + 2), {State.REPROCESSED: len(articles) - 1, State.DUPLICATE: 3})
    assert again == (Written(0), first[1])
    assert interrupted == (Written(len(articles) + 2), first[1])
    assert told_of.keys() == {"reprocessed"}
    assert repeated == after
    assert_reread(before, after)
    assert "while the code changed" in after[page_id(live.url)]["text"]
    assert last[page_id(unchanged.url)]["change"] == "edited"
    assert balanced.gaps == ()
    assert await listed(own, SERVICES) == []
