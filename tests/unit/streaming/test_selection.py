"""What of a span is replayed: each thing once, from its newest code, unless that code is new enough."""

from dataclasses import replace

import pytest

from marsad.contracts.ids import derive
from marsad.streaming.effects import RawMessage
from marsad.streaming.selection import REPLAYED, Selection, Selector, refusal
from marsad.streaming.topics import load_topics
from unit.streaming.doubles import SETTINGS
from unit.streaming.spans import extracted, fetched, revision


def selected(topic: str, generation: int, *messages: RawMessage) -> Selection:
    """Return what is selected of these records."""
    selector = Selector(topic, generation)
    for message in messages:
        selector.add(message)
    return selector.select()


def offsets(selection: Selection) -> list[list[int]]:
    """Return the offsets of each wave."""
    return [sorted(offset for _, offset in wave) for wave in selection.waves]


def test_the_newest_fetch_of_each_page_goes_first() -> None:
    """Two pages with three and one fetch: the older fetches of the first wait for the second wave."""
    other = derive("another page")
    span = [fetched(1, 0), fetched(2, 1), fetched(5, 2, page=other), fetched(3, 3)]

    assert offsets(selected("pages.fetched", 1, *span)) == [[2, 3], [0, 1]]


def test_a_page_delivered_twice_is_replayed_once() -> None:
    """The same fetch of the same page is the same thing."""
    selection = selected("pages.fetched", 1, fetched(1, 0), fetched(1, 1))

    assert (offsets(selection), selection.repeated) == ([[1]], 1)


def test_what_an_earlier_replay_wrote_is_not_multiplied() -> None:
    """Generation after generation, the records that are written again are as many as the fetches."""
    span = [fetched(1, 0), fetched(1, 1, generation=1, name="r"), fetched(2, 2), fetched(2, 3, generation=1, name="r2")]

    assert offsets(selected("pages.fetched", 2, *span)) == [[3], [1]]


def test_what_carries_the_generation_is_left_out() -> None:
    """A repeated replay writes what is missing; live records of the generation need none."""
    span = [fetched(1, 0), fetched(2, 1), fetched(1, 2, generation=1, name="r"), fetched(9, 3, generation=1)]

    selection = selected("pages.fetched", 1, *span)

    assert (offsets(selection), selection.current, selection.repeated) == ([[1]], 2, 1)


@pytest.mark.parametrize("topic", ["articles.revised", "articles.enriched"])
def test_revisions_are_replayed_in_order_each_by_its_newest_code(topic: str) -> None:
    """Older code's reading of a revision would go backwards; the order lets a retraction find its text."""
    span = [
        revision(1, 0, topic=topic),
        revision(2, 1, topic=topic),
        revision(1, 2, topic=topic, generation=1, change="reprocessed"),
        revision(2, 3, topic=topic),
    ]

    selection = selected(topic, 2, *span)

    assert (offsets(selection), selection.repeated) == ([[2, 3]], 2)


def test_extracted_articles_are_told_apart_by_their_fetch() -> None:
    """They have no revision yet."""
    span = [extracted(1, 0), extracted(2, 1), extracted(1, 2, generation=1)]

    assert offsets(selected("articles.extracted", 2, *span)) == [[1, 2]]


def test_a_record_that_cannot_be_read_is_counted() -> None:
    """It lies among the dead letters; the replay goes on."""
    broken = replace(fetched(1, 0), headers=(("ce_id", b"\xff"), ("x", None)))

    selection = selected("pages.fetched", 1, broken, fetched(2, 1))

    assert (offsets(selection), selection.unreadable, selection.read) == ([[1]], 1, 2)


def test_an_empty_span_is_nothing() -> None:
    """No record, no wave."""
    assert selected("pages.fetched", 1) == Selection((), 0, 0, 0, 0)


@pytest.mark.parametrize("topic", sorted(set(load_topics(SETTINGS).specs) - set(REPLAYED)))
def test_each_other_topic_says_why_not(topic: str) -> None:
    """No topic is refused without a reason of its own and a remedy."""
    why = refusal(topic) or ""

    assert why.startswith(f"{topic} cannot be replayed: ")
    assert "there is no such topic" not in why
    assert "pages.fetched" in why


def test_a_topic_that_does_not_exist_says_so() -> None:
    """A slip of the pen is no riddle."""
    assert "there is no such topic" in (refusal("pages") or "")
    assert [refusal(topic) for topic in REPLAYED] == [None] * 4
