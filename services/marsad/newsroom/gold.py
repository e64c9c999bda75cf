"""The gold of an article: what a right pipeline makes of its page, no more than the page states."""

from datetime import datetime
from typing import Any

from marsad.newsroom.items import Item
from marsad.newsroom.model import WITH_TEXT, Expected, House
from marsad.newsroom.shapes import SHAPES
from marsad.newsroom.shapes.common import Page, image_url

__all__ = ["expected", "load_expected"]


def expected(item: Item) -> Expected:
    """Return an item's gold."""
    article, last = item.article, item.versions[-1]
    readable = article.outcome in WITH_TEXT and article.outcome != "refused"
    corrected = item.changes[-1:] if article.corrections else ()
    stated = _stated(item.house, item.url, item.house.sections[article.section], max((item.published, *corrected)))
    return Expected(
        outlet=item.house.id,
        article=article.id,
        url=item.url,
        listed_as=item.listed_as,
        short_url=item.short_url,
        title=last.title,
        paragraphs=last.paragraphs if readable else (),
        published=_published(item.house, item.published),
        authors=article.authors,
        credit=article.credit.source if article.credit else None,
        credit_shown=article.credit.shown if article.credit else None,
        language=item.house.language,
        outcome=article.outcome,
        revisions=1 + len(item.changes) if readable else 0,
        tags=article.tags if readable and "tags" in _says(item.house) else (),
        lead=last.paragraphs[0] if readable and "lead" in _says(item.house) else None,
        story=article.story,
        reprints=article.reprints,
        **(stated if readable else {}),
    )


def load_expected(page: Page) -> Expected:
    """Return a load article's gold. `revisions` counts this text alone: which were fetched, the fetcher knows."""
    return Expected(
        outlet=page.house.id,
        article=page.url.rsplit("/load/", 1)[1],
        url=page.url,
        listed_as=(),
        short_url=page.short_url,
        title=page.title,
        paragraphs=page.paragraphs,
        published=_published(page.house, page.published),
        authors=page.authors,
        credit=None,
        credit_shown=None,
        language=page.house.language,
        outcome="indexed",
        revisions=1,
        lead=page.paragraphs[0] if "lead" in _says(page.house) else None,
        **_stated(page.house, page.url, page.section, page.modified or page.published),
    )


def _says(house: House) -> frozenset[str]:
    return SHAPES[house.shape].says


def _published(house: House, published: datetime) -> datetime:
    return published.replace(hour=0, minute=0) if "day" in _says(house) else published


def _stated(house: House, url: str, section: str, changed: datetime) -> dict[str, Any]:
    """Return what a page says in its head; dates to the minute, as pages print them."""
    values = {"section": section, "image": image_url(url), "modified": changed.replace(second=0, microsecond=0)}
    return {name: value for name, value in values.items() if name in _says(house)}
