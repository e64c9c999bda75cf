"""Tests of the plan: addresses, moments, versions and gold."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest

from marsad.newsroom.content import houses
from marsad.newsroom.gold import expected
from marsad.newsroom.items import CORRECTION_AFTER_S, WITHDRAWAL_AFTER_S, Addresses, Item, Pace, events, plan

START = datetime(2026, 5, 4, 12, 0, 30, tzinfo=UTC)
ADDRESSES = {
    outlet: Addresses(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}" if house.short_links else None)
    for port, (outlet, (house, _)) in zip(range(7001, 7099, 2), houses().items(), strict=False)
}


def planned(publish_over_s: float = 40, speed: float = 1, start: datetime = START) -> tuple[Item, ...]:
    """Lay the plan of the real content."""
    return plan(list(houses().values()), ADDRESSES, Pace(start, publish_over_s, speed))


def one(outlet: str, article: str) -> Item:
    """Return one item of the plan."""
    (item,) = [item for item in planned() if (item.house.id, item.article.id) == (outlet, article)]
    return item


def test_articles_appear_oldest_first_over_the_span() -> None:
    """The first appears at the start, the last at the end of the span, the rest evenly between."""
    items = planned(publish_over_s=40)

    gaps = {round((later.appears - earlier.appears).total_seconds(), 3) for earlier, later in pairwise(items)}

    assert items[0].appears == START
    assert items[-1].appears == START + timedelta(seconds=40)
    assert max(gaps) - min(gaps) <= 0.002
    assert [item.published for item in items] == sorted(item.published for item in items)


def test_a_span_of_nothing_shows_all_at_once() -> None:
    """With publish_over_s 0 every article is there from the start."""
    assert {item.appears for item in planned(publish_over_s=0)} == {START}


def test_speed_hastens_everything() -> None:
    """At speed 4 publication, correction and withdrawal come in a quarter of the time."""
    slow = {item.url: item for item in planned(speed=1)}

    for item in planned(speed=4):
        twin = slow[item.url]
        assert (item.appears - START) * 4 == pytest.approx(twin.appears - START, abs=timedelta(milliseconds=1))
        assert [(change - START) * 4 for change in item.changes] == [change - START for change in twin.changes]


def test_corrections_and_the_withdrawal_come_after_the_span() -> None:
    """Two articles are corrected at once, one of them again later; one is withdrawn."""
    changed = {item.article.id: item.changes for item in planned(publish_over_s=40) if item.changes}
    corrected = START + timedelta(seconds=40 + CORRECTION_AFTER_S)

    assert changed == {
        "metro": (corrected, corrected + timedelta(seconds=CORRECTION_AFTER_S)),
        "quake": (corrected,),
        "harbour": (START + timedelta(seconds=40 + WITHDRAWAL_AFTER_S),),
    }


def test_the_plan_is_the_same_every_time() -> None:
    """It follows from data, start and addresses alone."""
    assert planned() == planned()


def test_dates_are_recent_and_have_a_zone() -> None:
    """Every article is dated before the start, by three days at most, to the minute, in its house's zone."""
    for item in planned():
        assert timedelta(0) < START - item.published <= timedelta(days=3)
        assert item.published.second == item.published.microsecond == 0
        assert str(item.published.tzinfo) == item.house.time_zone


def test_urls_are_escaped_and_their_own() -> None:
    """No two items share a path or an address; an address is ASCII and leads back to the path."""
    items = planned()

    assert len({(item.house.id, item.path) for item in items}) == len({item.url for item in items}) == len(items)
    for item in items:
        assert item.url.isascii()
        assert unquote(urlsplit(item.url).path) == item.path


def test_short_links_stand_where_the_house_has_a_host() -> None:
    """Every item of such a house has its own; other houses have none."""
    with_links = [item for item in planned() if item.short_url]

    assert {item.house.id for item in with_links} == {"ajil", "sepidar"}
    assert len({item.short_url for item in with_links}) == len(with_links)
    for item in with_links:
        assert (item.short_url or "").startswith(f"{ADDRESSES[item.house.id].short_origin}/")


def test_feeds_may_list_an_article_under_other_addresses() -> None:
    """By its short link, or twice with tracking parameters."""
    chess, wreck = one("ajil", "chess"), one("ajil", "wreck")

    assert chess.listed_as == (chess.short_url,)
    assert [url.split("?")[0] for url in wreck.listed_as] == [wreck.url, wreck.url]
    assert "utm_source=" in wreck.listed_as[0]
    assert "fbclid=" in wreck.listed_as[1]


def test_what_no_feed_lists_has_no_listed_address() -> None:
    """The house without a feed; every other article that is not a duplicate is listed once at least."""
    unlisted = {item.house.id for item in planned() if not item.listed_as}

    assert unlisted == {"warraq"}


def test_a_duplicate_is_printed_beside_its_original() -> None:
    """Its address is another one, below /print/."""
    assert one("sada", "telescope-print").path.startswith("/print/")
    assert not one("sada", "telescope").path.startswith("/print/")


def test_a_correction_changes_what_it_names() -> None:
    """Headline and lead become new, the other paragraphs stay, a note is added at the end."""
    item = one("sada", "quake")
    (change,) = item.changes
    first, second = item.version_at(change - timedelta(seconds=1)), item.version_at(change)

    assert first.title != second.title
    assert first.paragraphs[0] != second.paragraphs[0]
    assert first.paragraphs[1:] == second.paragraphs[1:-1]
    assert second.paragraphs[-1].startswith("تصحيح")


def test_a_second_correction_builds_on_the_first() -> None:
    """What the first mended stays mended; its note gives way to the second one's."""
    item = one("sabah-nil", "metro")
    early, middle, late = (item.version_at(moment) for moment in (START, *item.changes))

    assert len({early, middle, late}) == 3
    assert [item.changed_by(moment) for moment in (START, *item.changes)] == [None, *item.changes]
    assert "سبع محطات" in early.paragraphs[1]
    assert "تسع محطات" in middle.paragraphs[1]
    assert late.paragraphs[1] == middle.paragraphs[1]
    assert early.paragraphs[3] == middle.paragraphs[3] != late.paragraphs[3]
    assert [len(version.paragraphs) for version in (early, middle, late)] == [7, 8, 8]
    assert middle.paragraphs[-1].startswith("تصويب:")
    assert late.paragraphs[-1].startswith("تصويب ثان")


@pytest.mark.parametrize(
    ("outlet", "article", "place", "opening"),
    [
        ("nawa", "seedbank", 0, "إربد-نوى أعاد مزارعون"),
        ("polus-ru", "tram", 1, "ТОМСК, 3 мая. /ПОЛЮС/. Трамвай"),
        ("polus-en", "tram", 1, "TOMSK, May 3. /POLUS/. A tram"),
    ],
)
def test_datelines_are_in_the_manner_of_the_house(outlet: str, article: str, place: int, opening: str) -> None:
    """Without a date, with the month in its case, below the lead where that stands apart."""
    assert one(outlet, article).versions[0].paragraphs[place].startswith(opening)


def test_the_agency_opens_with_its_dateline() -> None:
    """Place and date stand before the lead, as part of the text."""
    assert one("meridian-wire", "water").versions[0].paragraphs[0].startswith("AMMAN, 04 May (Meridian) — Jordan, Iraq")


def test_events_tell_the_whole_run_in_order() -> None:
    """One publication per item, then corrections, the withdrawal, and a correction of a correction."""
    items = planned()
    told = events(items)
    last = [(event.kind, event.article) for event in told[len(items) :]]

    assert [event.kind for event in told[: len(items)]] == ["published"] * len(items)
    assert [event.at for event in told] == sorted(event.at for event in told)
    assert sorted(last[:2]) == [("corrected", "metro"), ("corrected", "quake")]
    assert last[2:] == [("withdrawn", "harbour"), ("corrected", "metro")]


def test_gold_of_an_indexed_article_is_its_last_version() -> None:
    """Text, authors, credit and the number of revisions that a pipeline shall have made."""
    item = one("sada", "quake")
    gold = expected(item)

    assert (gold.title, gold.paragraphs) == (item.versions[-1].title, item.versions[-1].paragraphs)
    assert (gold.outcome, gold.revisions, gold.language) == ("indexed", 2, "ar")
    assert (gold.credit, gold.credit_shown) == ("Meridian Wire", "ميريديان")
    assert gold.published == item.published


@pytest.mark.parametrize(
    ("outlet", "article", "outcome", "revisions"),
    [
        ("ajil", "water", "indexed", 1),
        ("ajil", "tag", "not_article", 0),
        ("sabah-nil", "metro", "indexed", 3),
        ("sabah-nil", "wall", "blocked", 0),
        ("sada", "premium", "blocked", 0),
        ("sada", "telescope-print", "duplicate", 0),
        ("meridian-wire", "harbour", "withdrawn", 2),
        ("meridian-wire", "embargo", "refused", 0),
        ("meridian-wire", "gone", "gone", 0),
    ],
)
def test_gold_tells_every_outcome(outlet: str, article: str, outcome: str, revisions: int) -> None:
    """Only where something is indexed are there revisions and a text."""
    gold = expected(one(outlet, article))

    assert (gold.outcome, gold.revisions) == (outcome, revisions)
    assert bool(gold.paragraphs) == bool(revisions)


def test_gold_names_authors() -> None:
    """A byline's persons, in its order; none where there is no byline."""
    assert expected(one("meridian-wire", "water")).authors == ("Clara Whitcombe", "Petra Olsen")
    assert expected(one("ajil", "dust")).authors == ()
