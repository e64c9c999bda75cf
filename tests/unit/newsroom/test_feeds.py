"""Tests of the feeds, read with feedparser as a crawler would."""

import io
from calendar import timegm
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import struct_time
from typing import Any

import feedparser
import httpx
import pytest

from marsad.newsroom import Newsroom
from marsad.newsroom.content import houses
from marsad.newsroom.feeds import feed, last_change, summary
from marsad.newsroom.items import Addresses, Item, Pace, plan

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
FED = [outlet for outlet, (house, _) in houses().items() if house.feed_path]
ORIGIN = "http://127.0.0.1:7001"


def items_of(outlet: str) -> list[Item]:
    """Return one house's items in a plan over 40 seconds."""
    addresses = {
        name: Addresses(ORIGIN, "http://127.0.0.1:7002" if house.short_links else None)
        for name, (house, _) in houses().items()
    }
    return [item for item in plan(list(houses().values()), addresses, Pace(START, 40, 1)) if item.house.id == outlet]


def feed_of(room: Newsroom, outlet: str) -> str:
    """Return the address of a feed that is there."""
    address = room.feed_of(outlet)
    assert address is not None
    return address


def read(text: str) -> Any:
    """Parse a feed."""
    return feedparser.parse(io.BytesIO(text.encode()))


def utc(parsed: struct_time) -> datetime:
    """Return a moment as feedparser gives it."""
    return datetime.fromtimestamp(timegm(parsed), UTC)


@pytest.mark.parametrize("outlet", FED)
def test_feeds_are_well_formed(outlet: str) -> None:
    """All are RSS 2.0 but one, which is Atom 1.0, and feedparser has nothing to mend."""
    house = houses()[outlet][0]
    version = "atom10" if outlet == "meridian-wire" else "rss20"

    parsed = read(feed(house, ORIGIN, items_of(outlet), START + timedelta(hours=1), START))

    assert (parsed.version, parsed.bozo) == (version, False)
    assert parsed.feed.title == house.site_name
    assert parsed.feed.link == f"{ORIGIN}/"


@pytest.mark.parametrize("outlet", FED)
@pytest.mark.parametrize("second", [0, 27.5, 500])
async def test_a_feed_lists_what_has_appeared(
    room: Newsroom, client: httpx.AsyncClient, move_to: Callable[[float], None], outlet: str, second: float
) -> None:
    """Newest first, under the addresses of the gold, and nothing that is still to come."""
    move_to(second)
    appeared = {event.url for event in room.events if event.kind == "published"}
    gold = [one for one in room.expected() if one.outlet == outlet and one.url in appeared]

    parsed = read((await client.get(feed_of(room, outlet))).text)

    assert [entry.link for entry in parsed.entries] == [url for one in reversed(gold) for url in one.listed_as]
    assert len(appeared) == len(room.urls()) or second < 40


async def test_entries_carry_headline_date_and_section(
    room: Newsroom, client: httpx.AsyncClient, move_to: Callable[[float], None]
) -> None:
    """The first version's headline, the date of publication in UTC, a short description."""
    move_to(40)
    gold = {url: one for one in room.expected() for url in one.listed_as}

    for outlet in FED:
        for entry in read((await client.get(feed_of(room, outlet))).text).entries:
            one = gold[entry.link]
            assert (one.outcome == "indexed" and one.revisions > 1) or entry.title == one.title
            assert utc(entry.published_parsed) == one.published
            assert entry.link.isascii()
            assert entry.tags[0].term
            assert bool(entry.get("summary")) == (one.outcome in {"indexed", "withdrawn", "refused"})


async def test_a_correction_moves_updated_and_headline(
    room: Newsroom, client: httpx.AsyncClient, move_to: Callable[[float], None]
) -> None:
    """The entry keeps its place and its date of publication."""
    (gold,) = [one for one in room.expected() if one.outcome == "indexed" and one.revisions == 2]
    seen = {}
    for second in (54.0, 56.0):
        move_to(second)
        entries = read((await client.get(feed_of(room, gold.outlet))).text).entries
        seen[second] = [(place, entry) for place, entry in enumerate(entries) if entry.link == gold.url]
    ((place, before),), ((place_after, after),) = seen[54.0], seen[56.0]

    assert place == place_after
    assert before.title != after.title == gold.title
    assert before.published_parsed == after.published_parsed == before.updated_parsed
    assert utc(after.updated_parsed) == max(event.at for event in room.events if event.url == gold.url)


async def test_a_second_correction_moves_updated_again(
    room: Newsroom, client: httpx.AsyncClient, move_to: Callable[[float], None]
) -> None:
    """Three headlines and two moments of change stand in the feed, one after the other."""
    (gold,) = [one for one in room.expected() if one.revisions == 3]
    seen = []
    for second in (54.0, 56.0, 71.0):
        move_to(second)
        entries = read((await client.get(feed_of(room, gold.outlet))).text).entries
        seen += [(entry.title, utc(entry.updated_parsed)) for entry in entries if entry.link == gold.url]

    assert len({title for title, _ in seen}) == 3
    assert [when for _, when in seen[1:]] == [room.started + timedelta(seconds=s) for s in (55, 70)]
    assert seen[-1][0] == gold.title


async def test_a_withdrawn_article_stays_listed(
    room: Newsroom, client: httpx.AsyncClient, move_to: Callable[[float], None]
) -> None:
    """Feeds lag behind: that it is gone shows on its page alone."""
    (gold,) = [one for one in room.expected() if one.outcome == "withdrawn"]
    move_to(500)

    entries = read((await client.get(feed_of(room, gold.outlet))).text).entries

    assert gold.url in {entry.link for entry in entries}


def test_a_feed_without_entries_is_a_feed() -> None:
    """Before anything has appeared it is valid, empty and dated by the start."""
    house = houses()["ajil"][0]

    parsed = read(feed(house, ORIGIN, items_of("ajil"), START, START))

    assert (parsed.version, parsed.bozo, parsed.entries) == ("rss20", False, [])
    assert last_change(items_of("ajil"), START, START) == START


def test_last_change_follows_appearances_and_the_correction() -> None:
    """A withdrawal does not touch the feed."""
    sada, wire = items_of("sada"), items_of("meridian-wire")

    assert last_change(sada, START + timedelta(seconds=54), START) == sada[-1].appears
    assert last_change(sada, START + timedelta(seconds=55), START) == START + timedelta(seconds=55)
    assert last_change(wire, START + timedelta(seconds=500), START) == wire[-1].appears


def test_markup_in_texts_is_escaped() -> None:
    """A headline with markup reaches the reader as it was written, in RSS and in Atom."""
    nasty = 'Sales of "A & B" <script>alert(1)</script> ]]> &amp; more'
    for outlet in ("ajil", "meridian-wire"):
        item = items_of(outlet)[0]
        article = item.article.model_copy(update={"title": nasty, "lead": nasty})
        addresses = Addresses(ORIGIN, None)
        changed = plan([(item.house, (article,))], {outlet: addresses}, Pace(START, 0, 1))

        text = feed(item.house, ORIGIN, changed, START, START)

        assert "<script" not in text
        parsed = feedparser.parse(io.BytesIO(text.encode()), sanitize_html=False)
        assert (parsed.bozo, parsed.entries[0].link) == (False, changed[0].url)
        assert "&amp;amp; more" in text


def test_a_summary_ends_at_a_word() -> None:
    """Long leads are cut with an ellipsis, short ones stay whole."""
    long = "word " * 60

    assert summary("short lead.") == "short lead."
    assert summary(long).endswith("word…")
    assert len(summary(long)) <= 161
