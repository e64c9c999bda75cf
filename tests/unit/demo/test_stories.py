"""What is told of a run, and from which revisions."""

from typing import Any

import pytest

from marsad.contracts.states import State
from marsad.demo.gold import judge
from marsad.demo.stories import WHY, Change, History, changes, stories
from marsad.urls import page_id
from unit.demo.makers import article, ended, promise, sight

FERRY = promise(revisions=2)


def edited(number: int, **parts: Any) -> dict[str, Any]:
    """Return a revision of the ferry's article."""
    return article(FERRY, revision=number, **parts)


def test_an_article_that_was_indexed_once_is_no_story() -> None:
    """It is what every article should be."""
    gold = promise()

    assert stories(judge([gold], sight([ended(gold)], [(gold, article(gold))])), History()) == []


def test_a_correction_is_told_by_the_words_that_changed() -> None:
    """With a few around them, and signs where the rest is left out; the note is what was added."""
    before = edited(1, text="وصلت العبّارة إلى الميناء صباح يوم الاثنين وعلى متنها سبعة ركاب من أهل الجزيرة كلها.")
    after = edited(
        2,
        text="وصلت العبّارة إلى الميناء صباح يوم الاثنين وعلى متنها تسعة ركاب من أهل الجزيرة كلها.\nتصحيح: العدد تسعة.",
    )

    assert changes(before, after) == [
        Change("… الاثنين وعلى متنها سبعة ركاب من أهل …", "… الاثنين وعلى متنها تسعة ركاب من أهل …"),
        Change("", "تصحيح: العدد تسعة."),
    ]


def test_a_headline_that_changed_is_told_first() -> None:
    """Before the text; a paragraph that went is told too."""
    before, after = (
        edited(1, title="Tram with seven stops", text="A.\nB."),
        edited(2, title="Tram with nine stops", text="A."),
    )

    assert changes(before, after) == [Change("Tram with seven stops", "Tram with nine stops"), Change("B.", "")]


def test_a_lead_that_moved_into_the_text_is_no_change() -> None:
    """What readers see is the same."""
    assert changes(edited(1, lead="A.", text="B."), edited(2, text="A.\nB.")) == []


def test_every_revision_that_was_seen_is_remembered_once() -> None:
    """In the order of their numbers, however often they were looked at."""
    history, key = History(), page_id(FERRY.url)
    for number in (2, 2, 3, 1):
        history.note(sight([], [(FERRY, edited(number))]))

    assert [version["revision"] for version in history.versions(key)] == [1, 2, 3]
    assert history.versions("f" * 32) == ()


def test_two_corrections_are_one_story() -> None:
    """With the changes of both, in order."""
    twice = promise(revisions=3)
    history = History()
    for number, word in enumerate(("one", "two", "three"), 1):
        history.note(sight([], [(FERRY, edited(number, title=f"Title {word}"))]))
    tasks = [ended(twice), ended(twice, reason="edited"), ended(twice, reason="edited", task_id="third")]

    (story,) = stories(judge([twice], sight(tasks, [(twice, article(twice))])), history)

    assert (story.what, story.why) == ("corrected twice", "")
    assert story.changes == (Change("Title one", "Title two"), Change("Title two", "Title three"))


@pytest.mark.parametrize(
    ("state", "reason", "what", "why"),
    [
        (State.BLOCKED, "wall", "blocked", WHY["wall"]),
        (State.BLOCKED, "http_403", "blocked", "the site answers 403"),
        (State.REFUSED, "robots", "refused", "robots.txt closes it"),
        (State.NOT_ARTICLE, "listing", "not article", WHY["listing"]),
        (State.GONE, "http_451", "gone", "http_451"),
    ],
)
def test_what_never_came_in_is_told_with_its_reason(state: State, reason: str, what: str, why: str) -> None:
    """In words where there are any, else as the ledger has it."""
    gold = promise(outcome=str(state), revisions=0, paragraphs=())

    (story,) = stories(judge([gold], sight([ended(gold, state, reason)])), History())

    assert (story.what, story.outlet, story.headline, story.why, story.changes) == (what, "sada", gold.title, why, ())


def test_corrections_come_first() -> None:
    """Then the others by what became of them."""
    lost = promise(article="lost", url="http://127.0.0.1:40001/lost", outcome="gone", revisions=0, paragraphs=())
    closed = promise(article="x", url="http://127.0.0.1:40001/x", outcome="blocked", revisions=0, paragraphs=())
    history = History()
    for number in (1, 2):
        history.note(sight([], [(FERRY, edited(number, title=f"Title {number}"))]))
    tasks = [
        *(ended(lost, State.GONE, "http_404"), ended(closed, State.BLOCKED, "wall")),
        *(ended(FERRY), ended(FERRY, reason="edited")),
    ]

    told = stories(judge([lost, closed, FERRY], sight(tasks, [(FERRY, article(FERRY))])), history)

    assert [story.what for story in told] == ["corrected", "blocked", "gone"]
