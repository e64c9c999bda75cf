"""Write news sitemaps: the sitemap protocol 0.9 (https://www.sitemaps.org/protocol.html) with Google's news elements.

A sitemap lists what has appeared by now, newest first, under the plain addresses, whatever a feed calls them.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from marsad.newsroom.feeds import corrected_by
from marsad.newsroom.items import Item
from marsad.newsroom.model import House


def sitemap(house: House, items: Sequence[Item], now: datetime) -> str:
    """Return a house's news sitemap as it stands; `items` are all of the house's, in the order of their appearance."""
    return _FRAME.format(entries="".join(_entry(house, item, now) for item in reversed(items) if item.appears <= now))


def _entry(house: House, item: Item, now: datetime) -> str:
    return _ENTRY.format(
        url=escape(item.url),
        name=escape(house.site_name),
        language=escape(house.language),
        published=item.published.isoformat(timespec="seconds"),
        changed=(corrected_by(item, now) or item.published).isoformat(timespec="seconds"),
        title=escape(item.version_at(now).title),
        keywords=escape(", ".join(item.article.tags)),
    )


_FRAME = """<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
{entries}</urlset>
"""

_ENTRY = """<url>
<loc>{url}</loc>
<lastmod>{changed}</lastmod>
<news:news>
<news:publication><news:name>{name}</news:name><news:language>{language}</news:language></news:publication>
<news:publication_date>{published}</news:publication_date>
<news:title>{title}</news:title>
<news:keywords>{keywords}</news:keywords>
</news:news>
</url>
"""
