"""Tests of batches of articles against their histories."""

from marsad.contracts.articles import ArticleRevised
from marsad.contracts.states import State
from marsad.revisions.handler import RevisionHandler
from marsad.streaming.outcome import Emit, Outcome, Settle
from support.payloads import ARTICLE_ID, make_event, make_extracted, make_task, minutes
from support.state import MemoryState


def revision(outcome: Outcome) -> ArticleRevised:
    """Return the revision that goes on; no other outcome will do."""
    assert isinstance(outcome, Emit)
    (record,) = outcome.records
    assert record.key == ARTICLE_ID
    assert isinstance(record.data, ArticleRevised)
    return record.data


async def test_events_of_one_article_see_each_other_in_a_batch() -> None:
    """First, unchanged, edited: decided in order, with one write of the last history."""
    state = MemoryState()
    texts = [("أ", 0), ("أ", 1), ("ب", 2)]
    events = [make_event(make_extracted(text, fetched_at=minutes(at), task=make_task(f"t{at}"))) for text, at in texts]

    first, same, edited = await RevisionHandler(state)(events)

    assert revision(first).change == "first"
    assert isinstance(same, Settle)
    assert same.state is State.UNCHANGED
    assert same.article_id == ARTICLE_ID
    assert revision(edited).previous_revision == revision(first).revision
    assert state.writes == 1
    assert state.sources()[ARTICLE_ID]["change"] == "edited"


async def test_a_batch_that_comes_again_is_sent_again() -> None:
    """After a crash between the state's write and the outputs, the same revision is emitted; nothing is lost."""
    state = MemoryState()
    event = make_event(make_extracted("أ"))
    (lost,) = await RevisionHandler(state)([event])

    (again,) = await RevisionHandler(state)([event])

    assert revision(again) == revision(lost)
    assert state.writes == 1
