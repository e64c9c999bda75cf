"""Write the feeds: RSS 2.0 (the RSS Advisory Board's specification) and Atom 1.0 (RFC 4287).

A feed lists what has appeared by now, newest first. A corrected article keeps its place and moves its `updated`;
a withdrawn one stays listed, as with sites whose feeds come from a cache.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from marsad.newsroom.items import Item
from marsad.newsroom.model import House

_SUMMARY_CHARS = 160


def feed(house: House, origin: str, items: Sequence[Item], now: datetime, start: datetime) -> str:
    """Return a house's feed as it stands.

    Args:
        house: whose feed it is.
        origin: where the house is served.
        items: all of the house's items, in the order of their appearance.
        now: those that appear later are left out.
        start: the newsroom's, which dates a feed without entries.
    """
    frame, entry = (_RSS, _RSS_ENTRY) if house.feed_format == "rss" else (_ATOM, _ATOM_ENTRY)
    entries = (
        entry.format(url=escape(url), **_fields(item, now))
        for item in reversed(items)
        if item.appears <= now
        for url in item.listed_as
    )
    return frame.format(
        entries="".join(entries),
        origin=escape(origin),
        feed=escape(feed_url(house, origin) or ""),
        language=escape(house.language),
        name=escape(house.site_name),
        updated=last_change(items, now, start).isoformat(timespec="seconds"),
    )


def feed_url(house: House, origin: str) -> str | None:
    """Return where a house's feed is, None where it has none."""
    return origin + house.feed_path if house.feed_path else None


def last_change(items: Sequence[Item], now: datetime, start: datetime) -> datetime:
    """Return when the feed of these items last changed: at an appearance, at a correction, or at the start."""
    appeared = [item for item in items if item.appears <= now]
    moments = [item.appears for item in appeared]
    moments += filter(None, (corrected_by(item, now) for item in appeared))
    return max(moments, default=start)


def corrected_by(item: Item, now: datetime) -> datetime | None:
    """Return when an article was last corrected."""
    return item.changed_by(now) if item.article.corrections else None


def summary(paragraph: str) -> str:
    """Return a lead cut at a word, as sites print it below a headline."""
    if len(paragraph) <= _SUMMARY_CHARS:
        return paragraph
    return paragraph[:_SUMMARY_CHARS].rsplit(" ", 1)[0] + "…"


def _fields(item: Item, now: datetime) -> dict[str, str]:
    version = item.version_at(now)
    updated = corrected_by(item, now) or item.published
    return {
        "title": escape(version.title),
        "house": escape(item.house.site_name),
        "section": escape(item.house.sections[item.article.section]),
        "summary": escape(summary(version.paragraphs[0])) if version.paragraphs else "",
        "published_rfc822": format_datetime(item.published),
        "published": item.published.isoformat(timespec="seconds"),
        "updated": updated.isoformat(timespec="seconds"),
    }


_RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>{name}</title>
<link>{origin}/</link>
<description>{name}</description>
<language>{language}</language>
<atom:link href="{feed}" rel="self" type="application/rss+xml"/>
<atom:updated>{updated}</atom:updated>
{entries}</channel>
</rss>
"""

_RSS_ENTRY = """<item>
<title>{title}</title>
<link>{url}</link>
<guid isPermaLink="false">{url}</guid>
<category>{section}</category>
<description>{summary}</description>
<pubDate>{published_rfc822}</pubDate>
<atom:updated>{updated}</atom:updated>
</item>
"""

_ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">
<title>{name}</title>
<id>{origin}/</id>
<updated>{updated}</updated>
<link rel="self" type="application/atom+xml" href="{feed}"/>
<link rel="alternate" type="text/html" href="{origin}/"/>
{entries}</feed>
"""

_ATOM_ENTRY = """<entry>
<title>{title}</title>
<id>{url}</id>
<link rel="alternate" type="text/html" href="{url}"/>
<author><name>{house}</name></author>
<category term="{section}"/>
<summary>{summary}</summary>
<published>{published}</published>
<updated>{updated}</updated>
</entry>
"""
