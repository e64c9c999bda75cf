"""Tests of the gold: no more than a page states."""

from marsad.newsroom import Expected, Newsroom
from marsad.newsroom.content import houses
from marsad.newsroom.shapes import SHAPES


def one(room: Newsroom, outlet: str, article: str) -> Expected:
    """Return the gold of one article."""
    (gold,) = [gold for gold in room.expected() if (gold.outlet, gold.article) == (outlet, article)]
    return gold


async def test_gold_has_what_the_shape_states(room: Newsroom) -> None:
    """Section, picture, date of change and lead where the page has them, None elsewhere."""
    for gold in room.expected():
        says = SHAPES[houses()[gold.outlet][0].shape].says if gold.revisions else frozenset()
        assert (gold.section is not None) == ("section" in says)
        assert (gold.image is not None) == ("image" in says)
        assert (gold.modified is not None) == ("modified" in says)
        assert (gold.lead is not None) == ("lead" in says)
        assert not gold.tags or "tags" in says
        assert gold.lead is None or gold.lead == gold.paragraphs[0]


async def test_a_page_that_names_the_day_alone_is_dated_at_midnight(room: Newsroom) -> None:
    """In the zone of its house; others keep their minute."""
    days = {gold.outlet for gold in room.expected() if not gold.published.hour and not gold.published.minute}

    assert days == {"warraq"}


async def test_a_changed_page_says_when(room: Newsroom) -> None:
    """The minute of the last correction; that of publication where there was none."""
    plain, withdrawn = one(room, "nawa", "birds"), one(room, "meridian-wire", "harbour")

    assert plain.modified == plain.published
    assert withdrawn.modified == withdrawn.published
    assert one(room, "sabah-nil", "metro").revisions == 3


async def test_stories_and_reprints_are_told(room: Newsroom) -> None:
    """Who told the same event, and whose text was copied; nothing of it stands on a page."""
    told = [gold.outlet for gold in room.expected() if gold.story == "seedbank"]
    copied = {(gold.outlet, gold.reprints) for gold in room.expected() if gold.reprints}

    assert sorted(told) == ["manara", "nawa", "sabah-nil", "sepidar"]
    assert copied == {
        ("ajil", "nawa/wreck"),
        ("manara", "nawa/seedbank"),
        ("manara", "nawa/water"),
        ("manara", "nawa/wreck"),
        ("sabah-nil", "nawa/seedbank"),
    }
