"""JSON Feed, and what only looks like it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from marsad.discovery.feeds import parse_feed
from marsad.discovery.listings import MAX_ENTRIES, Listing

BASE = "https://news.example.org/feed.json"
FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "أخبار  الواحة",
    "feed_url": "https://news.example.org/own.json",
    "hubs": [{"type": "WebSub", "url": "https://hub.example/"}, {"type": "rssCloud", "url": "https://x.example/"}],
    "items": [
        {"id": "1", "url": "/1", "title": "افتتاح", "date_published": "2026-11-22T12:00:00+03:00"},
        {"id": "https://news.example.org/2"},
        {"id": "3", "external_url": "https://news.example.org/3", "date_published": "yesterday"},
    ],
}


def read(feed: Any) -> Listing:
    """Read a value as a feed."""
    return parse_feed(json.dumps(feed).encode(), BASE, "application/feed+json")


def test_a_feed_is_read() -> None:
    """Links, titles and times; relative links become absolute, an id that is a URL stands in for a missing one."""
    feed = read(FEED)

    assert [entry.url.rpartition("/")[2] for entry in feed.entries] == ["1", "2", "3"]
    assert feed.entries[0].title == "افتتاح"
    assert [entry.published for entry in feed.entries] == [datetime(2026, 11, 22, 9, tzinfo=UTC), None, None]
    assert (feed.title, feed.problem) == ("أخبار الواحة", None)


def test_hubs_and_its_own_address_are_read() -> None:
    """WebSub's alone."""
    feed = read(FEED)

    assert feed.hubs == ("https://hub.example/",)
    assert feed.topic == "https://news.example.org/own.json"


@pytest.mark.parametrize("item", [None, 7, "x", [], {}, {"url": 7}, {"url": "javascript:x"}, {"id": "no url"}])
def test_an_item_without_a_link_is_dropped(item: Any) -> None:
    """It costs itself alone, and is counted."""
    feed = read(FEED | {"items": [item, {"url": "/1"}]})

    assert (len(feed.entries), feed.dropped) == (1, 1)


@pytest.mark.parametrize("feed", [{}, {"version": 1, "items": []}, {**FEED, "items": {}}, {**FEED, "version": "x"}])
def test_other_json_is_no_feed(feed: Any) -> None:
    """An answer of some interface is told as such."""
    assert "no JSON Feed" in str(read(feed).problem)


@pytest.mark.parametrize("wrong", [{"title": 7}, {"hubs": "x"}, {"hubs": [None, {"type": "WebSub"}]}, {"feed_url": []}])
def test_wrong_fields_cost_nothing_else(wrong: Any) -> None:
    """What is not as it should be is left out."""
    assert len(read(FEED | wrong).entries) == 3


def test_deep_nesting_is_unreadable_not_fatal() -> None:
    """The parser has a limit and says so."""
    feed = parse_feed(b'{"items":' + b"[" * 100_000, BASE)

    assert feed.problem is not None
    assert feed.problem.startswith("unreadable")


def test_too_many_items_are_cut() -> None:
    """The first ones are read, and the cut is told."""
    feed = read(FEED | {"items": [{"url": f"/{number}"} for number in range(MAX_ENTRIES + 1)]})

    assert len(feed.entries) == MAX_ENTRIES
    assert "only the first" in str(feed.problem)
