"""When the article was published and changed: which of the page's dates are the article's, and not its template's."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from lxml.html import HtmlElement

from marsad.extraction import dates
from marsad.extraction.addresses import parts
from marsad.extraction.dates import Found
from marsad.extraction.structured import Structured
from marsad.text.normalise import primary

__all__ = ["modified", "published"]

NEAR = 40  # elements after the headline in which a date is the article's; above it stands today's
SHORT = 120  # characters of an element that shows a date and little else
LEEWAY = timedelta(days=1)  # a clock ahead of ours, a zone that is not named
RENDERED = timedelta(seconds=2)  # a change just before we fetched it is the page's making, not the article's
ELSEWHERE = frozenset({"footer", "aside", "nav"})


def published(
    tree: HtmlElement,
    headline: HtmlElement | None,
    said: Structured,
    url: str,
    zone: tzinfo | None,
    fetched: datetime | None,
) -> Found | None:
    """Return the date of publication: what the page's head says, what stands below the headline, the URL's day."""
    candidates = _candidates(tree, headline, said, url)
    dated = (found.in_zone(zone) for found in candidates if found is not None)
    return next((found for found in dated if fetched is None or found.when <= fetched + LEEWAY), None)


def modified(said: Structured, since: Found | None, zone: tzinfo | None, fetched: datetime | None) -> datetime | None:
    """Return the date of the last change; None where it is before publication, or the moment of the request."""
    for value in said.values("modified"):
        found = dates.for_machines(value)
        if found is None:
            continue
        when = found.in_zone(zone).when
        if fetched is not None and when > fetched - RENDERED:
            continue
        if since is None or since.precision == "day" or when >= since.when:
            return when
    return None


def _candidates(tree: HtmlElement, headline: HtmlElement | None, said: Structured, url: str) -> Iterator[Found | None]:
    for value in said.values("published"):
        yield dates.for_machines(value)
    for element in tree.iter("time"):
        if element.get("itemprop") == "datePublished" or element.get("pubdate") is not None:
            yield dates.for_machines(element.get("datetime") or element.text_content())
    near = list(_near(headline)) if headline is not None else []
    for element in near:
        if element.get("datetime"):
            yield dates.for_machines(element.get("datetime", ""))
    day_first = primary(tree.get("lang") or said.first("language")) != "en"
    for element in near:
        text = element.text_content()
        if len(text) <= SHORT and any(map(str.isdigit, text)):
            yield dates.for_readers(text, day_first=day_first)
    yield dates.of_path(parts(url).path)


def _near(headline: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements that follow the headline, those of other parts of the page left out."""
    inside = [element for element in headline.iterdescendants() if isinstance(element, HtmlElement)]
    following = headline.xpath(f"(following::*)[position()<={NEAR}]")
    for element in (*inside[:NEAR], *following):
        if not any(outer.tag in ELSEWHERE for outer in (element, *element.iterancestors())):
            yield element
