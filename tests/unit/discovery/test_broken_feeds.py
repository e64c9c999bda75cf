"""Feeds as sites really send them: all their links are found, and none is made up."""

import pytest

from marsad.discovery.feeds import parse_feed
from unit.discovery.broken_feeds import FEEDS, Broken


@pytest.mark.parametrize("broken", FEEDS, ids=lambda broken: broken.name)
def test_every_link_is_found(broken: Broken) -> None:
    """Whatever is wrong around them; `bench/discovery` counts how other parsers do."""
    feed = parse_feed(broken.body, "https://news.example.org/rss.xml", broken.content_type)

    assert tuple(entry.url for entry in feed.entries) == broken.links


def test_the_table_is_wide() -> None:
    """At least thirty kinds of breakage, each under a name of its own."""
    assert len({broken.name for broken in FEEDS}) == len(FEEDS) >= 35
