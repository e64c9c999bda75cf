"""What decides whether a round went well: it must see every loss, every double, every stranger."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from faults.expectation import Expectation, Letter, content_hash
from faults.verification import Documents, compare
from faults.witness import Sightings, Text
from marsad.contracts.codec import Record, encode
from marsad.contracts.ids import derive
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.model import Task
from marsad.contracts.states import State
from marsad.newsroom import Expected
from marsad.urls import page_id

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "http://127.0.0.1:4001/ajil/load/1/1"
ARTICLE = page_id(URL)
TASK = derive("task", "1")
FEED = derive("feed", "1")


def gold(text: str) -> Expected:
    """Return the gold of the one article, with this text."""
    return Expected(
        "ajil", "1/1", URL, (), None, "عنوان", ("مقدمة", text), AT, (), None, None, "ar", outcome="indexed", revisions=1
    )


def task(task_id: str, kind: str = "page") -> Task:
    """Return a task."""
    return Task.model_validate(
        {"task_id": task_id, "kind": kind, "url": URL, "found_in": "submitted", "discovered_at": AT}
    )


class Chain:
    """A chain with one article that was corrected once, everything as it must be; tests spoil a part of it."""

    def __init__(self) -> None:
        self.expected = Expectation()
        self.seen = Sightings()
        hashes = [content_hash(gold("نص")), content_hash(gold("نص مصحح"))]
        for text in ("نص", "نص مصحح"):
            self.expected.text(gold(text))
        self.expected.tasks[TASK] = State.INDEXED
        for topic in self.expected.texts:
            self.seen.texts[topic][ARTICLE][100].add(Text(hashes[0], "first", None))
            self.seen.texts[topic][ARTICLE][200].add(Text(hashes[1], "edited", 100))
        for task_id, kind, state in ((TASK, "page", State.INDEXED), (FEED, "feed", State.READ)):
            self.seen.tasks[task_id] = task(task_id, kind)
            self.seen.states[task_id] |= {State.DISCOVERED, state}
        self.articles: dict[str, tuple[int, dict[str, Any]]] = {
            ARTICLE: (200_000, {"revision": 200, "content_hash": hashes[1], "url": URL})
        }
        self.ledger: dict[str, tuple[int, dict[str, Any]]] = {
            TASK: (120, {"state": "indexed"}),
            FEED: (100, {"state": "read"}),
        }

    def problems(self) -> str:
        """Return what the comparison finds, as one text."""
        articles: Documents = self.articles
        return "\n".join(compare(self.expected, self.seen, articles, self.ledger))


@pytest.fixture
def chain() -> Chain:
    """Return a chain with nothing wrong."""
    return Chain()


def test_what_is_right_is_found_right(chain: Chain) -> None:
    """A corrected article, its task and a feed's."""
    assert chain.problems() == ""


def test_a_lead_that_stands_apart_is_hashed_apart() -> None:
    """As extraction does it for pages of that kind."""
    assert content_hash(replace(gold("نص"), lead="مقدمة")) == derive("عنوان", "مقدمة", "نص")
    assert content_hash(gold("نص")) == derive("عنوان", "", "مقدمة\nنص")


def test_what_no_feed_lists_is_expected_too() -> None:
    """A house without a feed has its front page, and whatever is listed twice ends as a duplicate once."""
    expectation = Expectation()
    expectation.newsroom([gold("نص")])

    assert expectation.own == {page_id(URL): frozenset({State.INDEXED, State.UNCHANGED, State.DUPLICATE})}
    assert len(expectation.index[page_id(URL)]) == 1


def test_a_missing_article_is_found(chain: Chain) -> None:
    """By its id and its address."""
    chain.articles.clear()

    assert chain.problems() == f"index: {ARTICLE} ({URL}) is missing"


def test_a_stranger_in_the_index_is_found(chain: Chain) -> None:
    """An article that nobody expects."""
    chain.articles["ab" * 16] = (100_000, {"revision": 100, "content_hash": "x", "url": "http://127.0.0.1/other"})

    assert "http://127.0.0.1/other) is unexpected" in chain.problems()


@pytest.mark.parametrize(
    "document",
    [(100_000, {"revision": 100}), (200_001, {}), (200_000, {"content_hash": "0" * 32})],
    ids=["an older revision", "another generation", "another text"],
)
def test_an_article_with_another_text_is_found(chain: Chain, document: tuple[int, dict[str, Any]]) -> None:
    """Revision, version and content hash are each compared."""
    version, fields = document
    chain.articles[ARTICLE] = (version, chain.articles[ARTICLE][1] | fields)

    assert chain.problems().startswith(f"index: {ARTICLE} ({URL}) is version {version}")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (300, Text(content_hash(gold("نص مصحح")), "edited", 200)),
        (200, Text(content_hash(gold("نص")), "edited", 100)),
        (200, Text(content_hash(gold("نص مصحح")), "edited", None)),
        (200, Text(content_hash(gold("نص مصحح")), "reprocessed", 100)),
    ],
    ids=["a revision too many", "two texts of one revision", "two pasts", "two kinds of change"],
)
def test_a_doubtful_history_is_found(chain: Chain, number: int, text: Text) -> None:
    """A topic may repeat a revision, but never tell it in two ways."""
    chain.seen.texts["articles.revised"][ARTICLE][number].add(text)

    assert chain.problems().startswith(f"articles.revised: {ARTICLE} ({URL}) has revisions")


def test_a_revision_that_one_topic_lacks_is_found(chain: Chain) -> None:
    """Lost between two services."""
    del chain.seen.texts["articles.enriched"][ARTICLE][200]

    assert f"articles.enriched: {ARTICLE} ({URL}) has revisions [100]" in chain.problems()


@pytest.mark.parametrize("states", [set(), {State.UNCHANGED}, {State.INDEXED, State.DUPLICATE}])
def test_a_task_must_end_in_its_one_state(chain: Chain, states: set[State]) -> None:
    """No end, another end and two ends are told, with where the task was seen."""
    chain.seen.states[TASK] = {State.DISCOVERED, *states}
    chain.seen.trail[TASK]["urls.discovered"] = "urls.discovered[2]@7"

    assert f"task: {TASK} ({URL}) has " in chain.problems()
    assert "not indexed; seen at urls.discovered[2]@7" in chain.problems()


def test_tasks_that_nobody_handed_over_are_found(chain: Chain) -> None:
    """Unless they are the newsroom's own and end as these may."""
    chain.expected.own[page_id(URL)] = frozenset({State.GONE})
    for task_id, state in ((derive("1"), State.GONE), (derive("2"), State.INDEXED)):
        chain.seen.tasks[task_id] = task(task_id)
        chain.seen.states[task_id] = {state}
        chain.ledger[task_id] = (1, {"state": str(state)})

    assert chain.problems().startswith(f"other task: {derive('2')} ({URL}) has ")


def test_an_index_that_contradicts_the_ledgers_topic_is_found(chain: Chain) -> None:
    """The strongest report counts."""
    chain.ledger[TASK] = (10, {"state": "discovered"})

    assert chain.problems() == f"ledger: {TASK} is discovered in the index, indexed in the topic"


def test_dead_letters_are_compared_both_ways(chain: Chain) -> None:
    """One too few and one too many are told."""
    chain.expected.dead[Letter("revisions", TASK, "too_large")] += 1
    chain.seen.dead[Letter("extraction", TASK, "handler_error")] += 1

    assert "reason='too_large') is missing" in chain.problems()
    assert "reason='handler_error') is unexpected; seen at nowhere" in chain.problems()


def report(state: State) -> SimpleNamespace:
    """Return a ledger record as a consumer gives it."""
    entry = LedgerEntry(task_id=TASK, state=state, service="indexing", at=AT, task=task(TASK))
    wire = encode(Record("ledger", TASK, entry, task_id=TASK, part=state), cause="cause", source="indexing", at=AT)
    return SimpleNamespace(partition=1, offset=5, value=wire.value, headers=wire.headers)


def dead(offset: str) -> SimpleNamespace:
    """Return a dead letter as a consumer gives it."""
    facts = {"marsad_task_id": TASK, "marsad_dead_reason": "too_large", "marsad_dead_offset": offset}
    return SimpleNamespace(
        partition=0, offset=1, value=b"x", headers=[(name, value.encode()) for name, value in facts.items()]
    )


def test_a_record_that_comes_twice_is_a_repeat_and_no_second_fact() -> None:
    """The same CloudEvents id, and the same source of a dead letter."""
    seen = Sightings()
    for record in (report(State.DISCOVERED), report(State.INDEXED), report(State.INDEXED)):
        seen.take("ledger", record)
    for record in (dead("1"), dead("1"), dead("2")):
        seen.take("revisions.dead", record)

    assert seen.repeats == {"ledger": 1, "revisions.dead": 1}
    assert seen.terminal(TASK) == {State.INDEXED}
    assert seen.dead == {Letter("revisions", TASK, "too_large"): 2}
    assert (seen.whereabouts(TASK), list(seen.ends)) == ("ledger[1]@5", [TASK])
