"""Comparing what was promised with what is seen."""

from datetime import timedelta
from typing import Any

import pytest

from marsad.contracts.states import State
from marsad.demo.gold import Difference, judge, strays
from marsad.search.counts import Counts
from marsad.urls import page_id
from unit.demo.makers import PUBLISHED, article, ended, kept_sight, promise, sight

SHORT = "http://127.0.0.1:40002/a1"


def whats(differences: tuple[Difference, ...] | list[Difference]) -> list[str]:
    """Return what differs."""
    return [difference.what for difference in differences]


def test_a_kept_promise_has_no_differences() -> None:
    """An article that is indexed once, exactly as published, is as promised."""
    gold = promise()

    (row,) = judge([gold], kept_sight([gold]))

    assert (row.outcome, row.revisions, row.reasons, row.differences) == ("indexed", 1, ("first",), ())


def test_before_the_first_task_there_is_nothing() -> None:
    """An address of which nothing is known yet differs in outcome and revisions, and in nothing that needs a text."""
    (row,) = judge([promise()], sight())

    assert row.outcome == "nothing"
    assert whats(row.differences) == ["outcome", "revisions"]


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("title", "عبارة تصل إلى الميناء", "title"),
        ("text", "وصلت العبّارة صباحا.", "text"),
        ("authors", [], "authors"),
        ("credit", "وكالة", "credit"),
        ("published", (PUBLISHED + timedelta(minutes=1)).isoformat(), "published"),
        ("published", None, "published"),
        ("language", "fa", "language"),
        ("outlet", "ajil", "outlet"),
        ("section", "مجتمع", "section"),
        ("tags", ["بحر"], "tags"),
    ],
)
def test_every_part_of_an_article_must_be_exact(field: str, value: Any, what: str) -> None:
    """A missing vowel sign, paragraph, author or minute is a difference, and only that one is told."""
    gold = promise()
    seen = sight([ended(gold)], [(gold, article(gold, **{field: value}))])

    (row,) = judge([gold], seen)

    assert whats(row.differences) == [what]
    assert row.differences[0].where == "sada/ferry"


def test_a_lead_that_stands_apart_is_the_first_paragraph() -> None:
    """Where extraction sets the lead apart, lead and text together are the paragraphs."""
    gold = promise()
    document = article(gold, lead=gold.paragraphs[0], text="\n".join(gold.paragraphs[1:]))

    (row,) = judge([gold], sight([ended(gold)], [(gold, document)]))

    assert row.differences == ()


def test_a_text_that_differs_is_told_by_its_first_unlike_paragraph() -> None:
    """A long text is not printed whole: the place where it parts from the promise is."""
    gold = promise()
    document = article(gold, text="\n".join((*gold.paragraphs[:2], "شارك المقال")))

    (row,) = judge([gold], sight([ended(gold)], [(gold, document)]))

    (difference,) = row.differences
    assert (difference.expected, difference.seen) == ("3 of 3: وستعود غدا.", "3 of 3: شارك المقال")


def test_a_text_that_ends_early_is_told_by_its_length() -> None:
    """Where paragraphs are missing at the end, there is none to show."""
    gold = promise()
    document = article(gold, text=gold.paragraphs[0])

    (row,) = judge([gold], sight([ended(gold)], [(gold, document)]))

    assert (row.differences[0].expected, row.differences[0].seen) == ("2 of 3: وكان البحر هادئا.", "only 1")


def test_a_correction_is_two_revisions() -> None:
    """Each indexed task of an article is a revision; revisits that find the same text are none."""
    gold = promise(revisions=2)
    tasks = [
        ended(gold),
        ended(gold, State.UNCHANGED, "same_text"),
        ended(gold, reason="edited"),
    ]

    (row,) = judge([gold], sight(tasks, [(gold, article(gold))]))

    assert (row.revisions, row.reasons, row.differences) == (2, ("first", "edited"), ())


def test_a_withdrawn_article_keeps_its_text() -> None:
    """A retraction that lost the text is a difference."""
    gold = promise(outcome="withdrawn", revisions=2)
    tasks = [ended(gold), ended(gold, reason="withdrawn")]

    (kept,) = judge([gold], sight(tasks, [(gold, article(gold, withdrawn=True))]))
    (lost,) = judge([gold], sight(tasks, [(gold, article(gold, withdrawn=True, text=""))]))

    assert (kept.outcome, kept.differences) == ("withdrawn", ())
    assert whats(lost.differences) == ["text"]


@pytest.mark.parametrize(
    ("state", "reason", "outcome"),
    [
        (State.BLOCKED, "http_403", "blocked"),
        (State.REFUSED, "robots", "refused"),
        (State.GONE, "http_404", "gone"),
        (State.NOT_ARTICLE, "listing", "not_article"),
        (State.DUPLICATE, "canonical", "duplicate"),
    ],
)
def test_an_address_without_an_article_ends_in_one_state(state: State, reason: str, outcome: Any) -> None:
    """However often it is asked again, it ends the same; the reason is the ledger's."""
    gold = promise(outcome=outcome, revisions=0, paragraphs=())
    tasks = [ended(gold, state, reason), ended(gold, state, reason, task_id="again")]

    (row,) = judge([gold], sight(tasks))

    assert (row.outcome, row.reasons, row.differences) == (outcome, (reason,), ())


def test_an_address_that_ends_now_so_now_so_differs() -> None:
    """Two different ends of one address are both told."""
    gold = promise(outcome="gone", revisions=0)

    (row,) = judge([gold], sight([ended(gold, State.GONE), ended(gold, State.UNREACHABLE)]))

    assert row.outcome == "gone and unreachable"
    assert whats(row.differences) == ["outcome"]


def test_a_task_of_an_indexed_article_that_ended_badly_differs() -> None:
    """The article is there, but another attempt at it lies among the dead letters."""
    gold = promise()
    tasks = [ended(gold), ended(gold, State.QUARANTINED, "extraction_failed")]

    (row,) = judge([gold], sight(tasks, [(gold, article(gold))]))

    (difference,) = row.differences
    assert (difference.what, difference.seen) == ("other ends", "quarantined")


def test_an_article_that_should_not_be_there_differs() -> None:
    """A listing that was taken for an article is found, whatever other tasks of its address say."""
    gold = promise(outcome="not_article", revisions=0, paragraphs=())
    tasks = [ended(gold), ended(gold, State.NOT_ARTICLE, "listing")]

    (row,) = judge([gold], sight(tasks, [(gold, article(gold))]))

    assert [(one.what, one.expected, one.seen) for one in row.differences] == [
        ("outcome", "not_article", "indexed"),
        ("revisions", "0", "1"),
    ]


@pytest.mark.parametrize("aliases", [[SHORT], ["http://127.0.0.1:40009/other", SHORT]])
def test_an_article_found_by_its_short_link_names_it(aliases: list[str]) -> None:
    """The short link is among the aliases."""
    gold = promise(short_url=SHORT, listed_as=(SHORT,))

    (row,) = judge([gold], sight([ended(gold, url=SHORT)], [(gold, article(gold, aliases=aliases))]))

    assert row.differences == ()


def test_what_feed_and_sitemap_find_at_once_keeps_its_outcome() -> None:
    """The second finding ends as a duplicate, which says nothing of the page."""
    gold = promise(outcome="refused", revisions=0)
    tasks = [ended(gold, State.REFUSED, "robots"), ended(gold, State.DUPLICATE, "seen")]

    (row,) = judge([gold], sight(tasks, []))

    assert row.outcome == "refused"


def test_a_lost_alias_differs() -> None:
    """Nobody else named the address of an article that only its short link led to."""
    gold = promise(short_url=SHORT, listed_as=())

    (row,) = judge([gold], sight([ended(gold, url=SHORT)], [(gold, article(gold))]))

    assert [(one.what, one.expected, one.seen) for one in row.differences] == [("alias", SHORT, "none")]


def test_an_article_with_other_addresses_needs_no_alias() -> None:
    """Whoever finds it first gives the alias, so an article that the feed lists plainly may have none."""
    gold = promise(short_url=SHORT)

    (row,) = judge([gold], kept_sight([gold]))

    assert row.differences == ()


def test_nothing_strays_in_a_good_run() -> None:
    """As many articles as promised, no dead letter, nothing in flight, feeds read."""
    gold = [promise(), promise(article="gone", url="http://127.0.0.1:40001/gone", outcome="gone", revisions=0)]

    assert strays(gold, {}, kept_sight(gold[:1])) == []


def test_what_strays_is_told() -> None:
    """More articles than promised, dead letters of any kind, tasks in flight, feeds that could not be read."""
    counts = Counts(
        pages={State.INDEXED: 2, State.DISCOVERED: 1, State.QUARANTINED: 1},
        feeds={State.READ: 1, State.UNREACHABLE: 2, State.NOT_ARTICLE: 1},
        unknown={State.QUARANTINED: 2},
        articles=2,
        latency_ms={},
    )

    found = strays([promise()], {}, sight(counts=counts))

    assert [(one.where, one.what, one.expected, one.seen) for one in found] == [
        ("index", "articles", "1", "2"),
        ("ledger", "dead letters", "0", "3"),
        ("ledger", "in flight", "0", "1"),
        ("feeds", "other ends", "none", "not_article, unreachable"),
    ]


@pytest.mark.parametrize("state", [State.INDEXED, State.UNCHANGED, State.DUPLICATE])
def test_a_short_link_leads_to_its_article(state: State) -> None:
    """It may be the first to get there, or find the article known."""
    gold = promise(short_url=SHORT)
    seen = sight([ended(gold, state, url=SHORT, task_id="submitted")], [(gold, article(gold))])

    assert strays([gold], {"submitted": gold}, seen) == []


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"task_id": "another"}, "nothing"),
        ({"state": State.GONE, "article_id": None}, "gone"),
        ({"state": State.UNCHANGED, "article_id": "f" * 32}, f"unchanged {'f' * 32}"),
    ],
)
def test_a_short_link_that_leads_elsewhere_differs(changes: dict[str, Any], seen: str) -> None:
    """Its task has not ended, ended badly, or became another article."""
    gold = promise(short_url=SHORT)
    task = ended(gold, **{"url": SHORT, "task_id": "submitted", **changes})

    (found,) = strays([gold], {"submitted": gold}, sight([task], [(gold, article(gold))]))

    assert (found.where, found.what, found.expected, found.seen) == ("submitted", SHORT, page_id(gold.url), seen)


def test_a_long_value_is_cut_in_a_difference() -> None:
    """A stranger's headline of any length stays a line or two."""
    gold = promise()

    (row,) = judge([gold], sight([ended(gold)], [(gold, article(gold, title="ا" * 5_000))]))

    assert len(row.differences[0].seen) < 200
