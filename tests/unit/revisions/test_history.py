"""Tests of the history of an article."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.articles import ArticleExtracted
from marsad.contracts.states import State
from marsad.revisions.history import History, Known, advance, revised
from support.payloads import NOON, make_extracted, make_task, make_withdrawn, minutes

NOON_MS = int(NOON.timestamp() * 1000)


def after(*articles: ArticleExtracted) -> History:
    """Return the history after these texts, each of which must lead to a revision."""
    history: History | None = None
    for article in articles:
        decision = advance(history, article)
        assert isinstance(decision, History), decision
        history = decision
    assert history is not None
    return history


def article(text: str, at: float, name: str, **fields: object) -> ArticleExtracted:
    """Return a text fetched so many minutes after noon by a task of that name."""
    generation = fields.pop("generation", 0)
    return make_extracted(text, fetched_at=minutes(at), task=make_task(name, generation=generation), **fields)


def test_the_first_text_is_the_first_revision() -> None:
    """Its revision is the fetch time in milliseconds, and first_seen is the fetch time."""
    history = after(article("أ", 0, "t1"))

    assert (history.revision, history.previous_revision, history.change) == (NOON_MS, None, "first")
    assert history.first_seen == NOON.isoformat()


def test_the_same_text_is_unchanged() -> None:
    """Another task with the same text adds nothing."""
    assert advance(after(article("أ", 0, "t1")), article("أ", 9, "t2")) == Known(State.UNCHANGED, "same_text")


def test_another_text_is_an_edit() -> None:
    """An edit has its own revision and keeps first_seen."""
    history = after(article("أ", 0, "t1"), article("ب", 9, "t2"))

    assert (history.change, history.previous_revision) == ("edited", NOON_MS)
    assert history.revision == NOON_MS + 9 * 60_000
    assert history.first_seen == NOON.isoformat()


def test_a_redelivery_returns_the_same_history() -> None:
    """The same task with the same text is sent again as it was, not settled as unchanged."""
    history = after(article("أ", 0, "t1"), article("ب", 9, "t2"))

    assert advance(history, article("ب", 9, "t2")) is history


def test_an_older_fetch_comes_too_late() -> None:
    """A text fetched before the last revision never overwrites it."""
    assert advance(after(article("أ", 5, "t1")), article("ب", 4, "t2")) == Known(State.DUPLICATE, "older_fetch")


def test_a_page_that_is_gone_withdraws_the_article() -> None:
    """A retraction is a revision of its own; a second one adds nothing."""
    gone = make_withdrawn(fetched_at=minutes(3), task=make_task("t2"))
    history = after(article("أ", 0, "t1"), gone)

    assert (history.change, history.withdrawn) == ("withdrawn", True)
    again = make_withdrawn(fetched_at=minutes(4), task=make_task("t3"))
    assert advance(history, again) == Known(State.UNCHANGED, "still_gone")


def test_a_withdrawn_article_may_come_back() -> None:
    """The same text after a retraction is a revision again."""
    gone = make_withdrawn(fetched_at=minutes(3), task=make_task("t2"))

    history = after(article("أ", 0, "t1"), gone, article("أ", 6, "t3"))

    assert (history.change, history.withdrawn) == ("edited", False)


def test_a_page_never_seen_that_is_gone_is_no_article() -> None:
    """Nothing is withdrawn that was not there."""
    assert advance(None, make_withdrawn()) == Known(State.GONE, "never_seen")


@pytest.mark.parametrize("text", ["أ", "ما يراه الإصدار الجديد"])
def test_newer_code_reprocesses_without_a_new_revision(text: str) -> None:
    """The same bytes under a higher generation keep their revision, even where newer code reads them differently."""
    first = article("أ", 0, "t1")
    newer = article(text, 9, "t2", generation=1, body_hash=first.body_hash)

    history = after(first, newer)

    assert (history.change, history.revision, history.generation) == ("reprocessed", NOON_MS, 1)


def test_newer_code_still_sees_an_edit() -> None:
    """Other bytes with another text are an edit whatever the generation."""
    assert after(article("أ", 0, "t1"), article("ب", 9, "t2", generation=1)).change == "edited"


def test_the_revised_article_carries_its_place() -> None:
    """All fields of the text go on, with the history's."""
    text = article("أ", 0, "t1")

    payload = revised(after(text), text)

    assert payload.revision == NOON_MS
    assert payload.first_seen == NOON
    assert payload.text == "أ"
    assert payload.task == text.task


def test_an_entry_survives_its_state() -> None:
    """What is written is what is read."""
    history = after(article("أ", 0, "t1"))

    assert History.of(history.source()) == history


@given(st.lists(st.tuples(st.sampled_from("أبت"), st.integers(0, 3)), min_size=1, max_size=20))
def test_revisions_only_rise(steps: list[tuple[str, int]]) -> None:
    """Whatever texts come at whatever times, revisions rise, name the one before, and first_seen stays."""
    history: History | None = None
    for index, (text, minute) in enumerate(steps):
        decision = advance(history, article(text, minute, f"t{index}"))
        if isinstance(decision, History):
            if history is not None:
                assert decision.revision > history.revision
                assert decision.previous_revision == history.revision
                assert decision.first_seen == history.first_seen
            history = decision
    assert history is not None
    assert NOON_MS <= history.revision < NOON_MS + timedelta(hours=1).total_seconds() * 1000
