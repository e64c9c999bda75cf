"""What every page shape needs: the page's facts, its template and the fields that all templates share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from zlib import crc32

from marsad.newsroom.feeds import feed_url, summary
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
    tags: tuple[str, ...] = ()

    @property
    def credit_line(self) -> str | None:
        """The agency that a line of the page names; None where there is none or the text itself names it."""
        return self.credit.shown if self.credit and self.credit.form == "line" else None


@dataclass(frozen=True, slots=True)
class Shape:
    """A page shape: what fills its template, and what its pages state beside headline, text, authors and credit.

    `says` holds `section`, `tags`, `image`, `modified`; `lead` where it stands apart from the body; `day` where no
    time of the day is stated.
    """

    fields: Callable[[Page], dict[str, str]]
    says: frozenset[str]


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
        "image": escape(image_url(page.url)),
        "tag_metas": "".join(f'<meta property="article:tag" content="{escape(tag)}">' for tag in page.tags),
        "tags": "".join(f'<li><a href="{escape(page.origin)}/">{escape(tag)}</a></li>' for tag in page.tags),
        "author_metas": "".join(f'<meta name="author" content="{escape(name)}">' for name in page.authors),
    }


def image_url(page_url: str) -> str:
    """Return the address of an article's picture, which nobody serves."""
    return f"{'/'.join(page_url.split('/', 3)[:3])}/media/{crc32(page_url.encode()):08x}.jpg"


def site_fields(house: House, origin: str) -> dict[str, str]:
    """Return the escaped fields that belong to a site and not to one of its pages."""
    feed = escape(feed_url(house, origin) or "")
    return {
        "site": escape(house.site_name),
        "origin": escape(origin),
        "charset": escape(house.charset),
        "feed": feed,
        "feed_link": f'<link rel="alternate" href="{feed}" title="{escape(house.site_name)}">' if feed else "",
        "language": escape(house.language),
        "nav": "".join(
            f'<li><a href="{escape(origin)}/{escape(key)}/">{escape(label)}</a></li>'
            for key, label in house.sections.items()
        ),
    }


def paragraphs_html(paragraphs: Iterable[str]) -> str:
    """Return paragraphs as HTML, one element each."""
    return "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs)


def text_html(page: Page, start: int = 0, end: int | None = None) -> str:
    """Return a part of the text as HTML; after the last word an agency's name, where it is credited in brackets."""
    texts = list(page.paragraphs)
    if page.credit and page.credit.form == "brackets":
        texts[-1] += f" ({page.credit.shown})"
    return paragraphs_html(texts[start:end])


def in_script(json: str) -> str:
    """Return JSON without angle brackets: a script element ends at the first "</script" whatever the JSON says."""
    return json.replace("<", "\\u003c").replace(">", "\\u003e")


def clock_time(moment: datetime) -> str:
    """Return a visible date such as `22.11.2026 | 07:15 GMT`."""
    return f"{moment.astimezone(UTC):%d.%m.%Y | %H:%M} GMT"
