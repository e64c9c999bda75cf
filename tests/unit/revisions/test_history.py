"""Tests of the history of an article."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.articles import ArticleExtracted
from marsad.contracts.ids import derive
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


def test_newer_codes_first_look_at_another_page_is_no_edit() -> None:
    """Other bytes with another text: code or editor, nobody can know, so it is not told as an edit; the text counts."""
    first = article("أ", 0, "t1")

    history = after(first, article("ب", 9, "t2", generation=1))

    assert (history.change, history.revision, history.previous_revision) == ("reprocessed", NOON_MS, None)
    assert history.first_seen == NOON.isoformat()
    assert history.content_hash == article("ب", 9, "t2").content_hash


def test_from_then_on_the_same_code_sees_edits_again() -> None:
    """One look under the newer code is enough to compare with."""
    history = after(article("أ", 0, "t1"), article("ب", 9, "t2", generation=1), article("ج", 19, "t3", generation=1))

    assert (history.change, history.previous_revision) == ("edited", NOON_MS)


def test_an_edit_before_a_generation_stays_one() -> None:
    """Reprocessing the last revision keeps its number and the one before it; the change says why it comes again."""
    edited = article("ب", 9, "t2")
    before = after(article("أ", 0, "t1"), edited)

    history = after(article("أ", 0, "t1"), edited, article("ب٢", 9, "r2", generation=1, body_hash=edited.body_hash))

    assert (history.revision, history.previous_revision) == (before.revision, before.previous_revision)
    assert history.change == "reprocessed"


def test_a_page_that_comes_back_under_newer_code_is_an_edit() -> None:
    """Withdrawn and there again is an editor's doing, whatever the generation."""
    gone = make_withdrawn(fetched_at=minutes(3), task=make_task("t2"))

    assert after(article("أ", 0, "t1"), gone, article("أ", 6, "t3", generation=1)).change == "edited"


def test_a_retraction_under_newer_code_is_a_retraction() -> None:
    """That a page is gone no code makes up; one that was gone already adds nothing."""
    gone = make_withdrawn(fetched_at=minutes(3), task=make_task("t2", generation=1))
    history = after(article("أ", 0, "t1"), gone)

    assert history.change == "withdrawn"
    again = make_withdrawn(fetched_at=minutes(3), task=make_task("r2", generation=2))
    assert advance(history, again) == Known(State.UNCHANGED, "still_gone")


def test_the_same_bytes_are_no_edit_even_where_no_generation_was_raised() -> None:
    """Code that changed without a generation does not call its own doing an editor's."""
    first = article("أ", 0, "t1")

    decision = advance(after(first), article("ب", 9, "t2", body_hash=first.body_hash))

    assert decision == Known(State.UNCHANGED, "same_page")


def test_a_redelivery_that_other_code_reads_is_sent_again() -> None:
    """The process may have died before the first text went out: the revision goes out, with the text of now."""
    first = article("أ", 0, "t1")
    other = article("ب", 0, "t1", body_hash=first.body_hash)

    history = after(first, other)

    assert (history.revision, history.change) == (NOON_MS, "first")
    assert history.content_hash == other.content_hash


@given(
    st.lists(
        st.tuples(st.sampled_from("أبت"), st.integers(0, 9)), min_size=1, max_size=8, unique_by=lambda step: step[1]
    ),
    st.permutations(range(8)),
)
def test_a_replay_of_any_fetches_in_any_order_makes_no_revision(
    fetches: list[tuple[str, int]], order: list[int]
) -> None:
    """Newer code over pages that were judged before, the newest first: the revision stays, none is called an edit."""
    live = sorted(fetches, key=lambda fetch: fetch[1])
    history: History | None = None
    for text, minute in live:
        decision = advance(history, article(text, minute, f"t{minute}"))
        history = decision if isinstance(decision, History) else history
    assert history is not None
    revision = history.revision
    newest, rest = live[-1], [live[place] for place in order if place < len(live) - 1]

    for text, minute in [newest, *rest]:
        replayed = article(f"{text} {minute % 2}", minute, f"r{minute}", generation=1, body_hash=derive("body", text))
        decision = advance(history, replayed)
        history = decision if isinstance(decision, History) else history

    assert (history.revision, history.change, history.task_id) == (revision, "reprocessed", derive(f"r{newest[1]}"))


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


def test_revisions_begin_at_one_whatever_a_clock_says() -> None:
    """A page that says it was fetched before 1970 is an article like any other."""
    early = make_extracted("أ", fetched_at="0002-01-01T00:00:00Z")
    history = after(early)

    assert revised(history, early).revision == 1
