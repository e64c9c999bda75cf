"""What every page shape needs: the page's facts, its template and the fields that all templates share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from marsad.newsroom.feeds import summary
from marsad.newsroom.model import Credit, House


@dataclass(frozen=True, slots=True)
class Page:
    """One article as it is to be laid out; URLs are absolute, times have a zone, `related` are (title, URL)."""

    house: House
    origin: str
    url: str
    short_url: str | None
    section: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime
    modified: datetime | None
    authors: tuple[str, ...]
    credit: Credit | None
    related: tuple[tuple[str, str], ...]


@cache
def template(shape: str) -> Template:
    """Return the template file of a shape, or one of the plain pages beside them."""
    return Template((Path(__file__).parent / f"{shape}.html").read_text(encoding="utf-8"))


def page_fields(page: Page) -> dict[str, str]:
    """Return the escaped fields that stand in the template of every shape."""
    return site_fields(page.house, page.origin) | {
        "title": escape(page.title),
        "description": escape(summary(page.paragraphs[0])),
        "url": escape(page.url),
        "section": escape(page.section),
        "published": page.published.isoformat(timespec="minutes"),
        "modified": (page.modified or page.published).isoformat(timespec="minutes"),
        "related": "".join(f'<li><a href="{escape(url)}">{escape(title)}</a></li>' for title, url in page.related),
        "author_metas": "".join(f'<meta name="author" content="{escape(name)}">' for name in page.authors),
    }


def site_fields(house: House, origin: str) -> dict[str, str]:
    """Return the escaped fields that belong to a site and not to one of its pages."""
    return {
        "site": escape(house.site_name),
        "origin": escape(origin),
        "feed": escape(origin + house.feed_path),
        "language": escape(house.language),
        "nav": "".join(
            f'<li><a href="{escape(origin)}/{escape(key)}/">{escape(label)}</a></li>'
            for key, label in house.sections.items()
        ),
    }


def paragraphs_html(paragraphs: Iterable[str]) -> str:
    """Return paragraphs as HTML, one element each."""
    return "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs)


def clock_time(moment: datetime) -> str:
    """Return a visible date such as `22.11.2026 | 07:15 GMT`."""
    return f"{moment.astimezone(UTC):%d.%m.%Y | %H:%M} GMT"
