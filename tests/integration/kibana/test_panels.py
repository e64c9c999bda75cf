"""Each panel's question on a real Elasticsearch, against the same question answered from the documents in Python.

Articles are the newsroom's own, through the real enrichment, the real handlers and the real mappings. A field that is
renamed in a panel, in the mapping or in what we write fails here.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from elasticsearch import AsyncElasticsearch

from marsad.contracts.articles import ArticleEnriched
from marsad.contracts.ids import derive
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.states import State
from marsad.enrichment.runner import enrich
from marsad.indexing import document, ledger
from marsad.indexing.handler import ArticleHandler, LedgerHandler
from marsad.newsroom.content import houses
from marsad.search.ledger import refresh
from marsad.search.names import Names
from marsad.search.sink import Sink
from marsad.settings import REPOSITORY
from support.panels import Frame, Question, questions, request, rows
from support.payloads import NOON, make_event, make_revised, make_task
from support.tallies import tally
from unit.indexing.makers import make_entry, make_retraction

pytestmark = [pytest.mark.stack, pytest.mark.asyncio(loop_scope="module")]

FOLDER = REPOSITORY / "deploy/kibana"
BOARD = json.loads((FOLDER / "marsad-newsroom.dashboard.json").read_bytes())
VIEWS = {path.name.partition(".")[0]: json.loads(path.read_bytes()) for path in FOLDER.glob("*.data-view.json")}
QUESTIONS = list(questions(BOARD))
ALL_TIME = Frame(NOON - timedelta(days=400), NOON + timedelta(days=400), {})
SOME_DAYS = Frame(NOON - timedelta(days=4), NOON - timedelta(days=1), {})
CHOSEN = Frame(ALL_TIME.start, ALL_TIME.end, {"language": "ar"})
NOT_AT_ALL = Frame(ALL_TIME.start, ALL_TIME.end, {"outlet": "no such outlet"})


def english(question: Question) -> str:
    """Return a title's second half, for reports of tests."""
    return question.name.rpartition(" · ")[2]


@dataclass(frozen=True)
class World:
    """What was indexed: documents by data view."""

    client: AsyncElasticsearch
    names: Names
    documents: dict[str, list[dict[str, Any]]]


def articles() -> list[ArticleEnriched]:
    """Return the newsroom's articles with what the stages find in them, spread over eight days; one without outlet."""
    made: list[ArticleEnriched] = []
    for house, written in houses().values():
        for article in written:
            if article.outcome in {"indexed", "corrected"} or article.paragraphs:
                made.append(_article(house, article, len(made)))
    stranger = made[0].model_copy(
        update={"article_id": derive("stranger"), "outlet": None, "url": "https://x.example/"}
    )
    return [*made, stranger]


def _article(house: Any, article: Any, number: int) -> ArticleEnriched:
    url = f"https://{house.id}.example/{article.id}"
    seen = NOON - timedelta(hours=3 * number, minutes=number)
    revised = make_revised(
        "\n".join((article.lead, *article.paragraphs)),
        article_id=derive(url), url=url, title=article.title, outlet=house.id, language=house.language,
        first_seen=seen, published=seen - timedelta(minutes=article.minutes_before),
        credit=article.credit.shown if article.credit else None, task=make_task(url, url=url, outlet=house.id),
    )  # fmt: skip
    found = enrich(revised)
    if article.credit:  # its agencies are invented: only the newsroom's own outlet files know them
        found.enrichment["credit"]["sources"] = [{"id": article.credit.source.lower(), "name": article.credit.source}]
    processing = {"version": "0.1.0", "stages_ms": found.stages_ms, "failures": found.failures}
    return ArticleEnriched.model_validate({**dict(revised), "enrichment": found.enrichment, "processing": processing})


def reports() -> list[LedgerEntry]:
    """Return reports of every state, some often; one of a record that named no task."""
    made = []
    for often, state in enumerate(State, start=1):
        for number in range(often):
            found_at = NOON - timedelta(days=number % 7)
            kind = "feed" if state is State.READ else "page"
            task = make_task(f"{state} {number}", kind=kind, discovered_at=found_at)
            at = found_at + timedelta(seconds=1.5 * number + often)
            made.append(make_entry(state, f"{state} {number}", task=task, at=at))
    return [*made, make_entry(State.QUARANTINED, "nameless", task=None)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(module_client: AsyncElasticsearch, module_names: Names) -> AsyncIterator[World]:
    """The newsroom's articles, one of them withdrawn, and a ledger; through our own handlers."""
    written, told = articles(), reports()
    sink = Sink(module_client)
    gone = make_retraction(article_id=written[3].article_id, first_seen=written[3].first_seen, url=written[3].url)
    await ArticleHandler(sink, module_names)([make_event(one) for one in (*written, gone)])
    await LedgerHandler(sink, module_names)([make_event(one) for one in told])
    await refresh(module_client, module_names)
    projected = {one.article_id: document.project(one) for one in written}
    projected[gone.article_id] = document.withdraw(gone, projected[gone.article_id])
    yield World(
        module_client,
        module_names,
        {
            "marsad-articles": list(projected.values()),
            "marsad-ledger": [ledger.project(one, None) for one in told],
        },
    )


async def asked(world: World, question: Question, frame: Frame) -> Any:
    """Return what Elasticsearch says."""
    view = VIEWS[question.view]
    body = request(question, view["timeFieldName"], frame)
    answer = await world.client.search(index=f"{world.names.prefix}{view['title']}", **body_of(body))
    return rows(question, answer.body)


def body_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return a search's body as the client's arguments."""
    return {{"_source": "source"}.get(name, name): value for name, value in body.items()}


def counted(world: World, question: Question, frame: Frame) -> Any:
    """Return what must come out."""
    return tally(question, world.documents[question.view], VIEWS[question.view]["timeFieldName"], frame)


@pytest.mark.parametrize("frame", [ALL_TIME, SOME_DAYS, CHOSEN], ids=["all time", "some days", "in Arabic"])
@pytest.mark.parametrize("question", QUESTIONS, ids=english)
async def test_a_panel_shows_what_the_documents_say(world: World, question: Question, frame: Frame) -> None:
    """For each panel, layer and control; none is empty over all time, so that nothing agrees on nothing."""
    told, right = await asked(world, question, frame), counted(world, question, frame)

    assert right
    if question.table:
        assert told == right
    else:
        assert told == pytest.approx(right)
        assert frame is not ALL_TIME or sum(right.values())


@pytest.mark.parametrize("question", QUESTIONS, ids=english)
async def test_the_ledger_ignores_what_is_chosen_for_articles(world: World, question: Question) -> None:
    """A language is no field of the ledger: choosing one must not empty its panels. Articles do follow."""
    whole, chosen = await asked(world, question, ALL_TIME), await asked(world, question, NOT_AT_ALL)

    assert (whole == chosen) is (question.view == "marsad-ledger")


@pytest.mark.parametrize("view", VIEWS)
async def test_each_field_that_is_named_exists(world: World, view: str) -> None:
    """In the mapping, and as something that can be grouped or shown as the panels want it."""
    capable = await world.client.field_caps(index=f"{world.names.prefix}{VIEWS[view]['title']}", fields="*")
    named = {VIEWS[view]["timeFieldName"], *VIEWS[view]["fieldFormats"]}
    grouped: set[str] = set()
    for question in QUESTIONS:
        if question.view == view:
            grouped |= set(grouping(question))
            named |= {field for field, _, _ in question.conditions}
            named |= set((question.table or {}).get("column_order", ()))

    assert named | grouped <= set(capable["fields"])
    assert all(kind["aggregatable"] for field in grouped for kind in capable["fields"][field].values())


def grouping(question: Question) -> Sequence[str]:
    """Return the fields that a question counts by."""
    metric = [question.metric["field"]] if question.metric and "field" in question.metric else []
    return [*metric, *(field for bucket in question.buckets for field in bucket.get("fields", [bucket.get("field")]))]


async def test_the_sample_is_rich_enough(world: World) -> None:
    """Several outlets and languages, places and credited sources, something withdrawn, every state of a task."""
    held = world.documents["marsad-articles"]

    assert len(held) > 50
    assert len({one.get("outlet") for one in held}) > 8
    assert len({one["language"] for one in held}) >= 4
    assert {min(len(one.get("countries", ())), 2) for one in held} == {0, 1, 2}
    assert any(one.get("sources") for one in held)
    assert len([one for one in held if one["withdrawn"]]) == 1
    assert {one["state"] for one in world.documents["marsad-ledger"]} == set(State)
