"""Reads what came for a task of kind feed, by what the task says it is. Runs in a worker process."""

from dataclasses import dataclass
from datetime import datetime

from marsad.discovery.feeds import parse_feed
from marsad.discovery.frontpages import parse_front_page
from marsad.discovery.listings import Listing
from marsad.discovery.sitemaps import parse_sitemap

__all__ = ["Answer", "parse"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A fetched list of links, as a worker gets it.

    Attributes:
        body: of the answer.
        url: that answered.
        content_type: as declared.
        reads_as: as in the task; None is a feed.
        pattern: of an article's address, for front pages.
        now: for sitemaps: tells what is fresh; None: nothing is.
        oldest: for sitemaps: what is older is left out.
    """

    body: bytes
    url: str
    content_type: str | None
    reads_as: str | None
    pattern: str | None
    now: datetime | None
    oldest: datetime


def parse(answer: Answer) -> Listing:
    """Read a list of links: strangers' markup may hang a parser."""
    if answer.reads_as == "sitemap":
        return parse_sitemap(answer.body, answer.url, answer.now, answer.oldest)
    if answer.reads_as == "front_page":
        if answer.pattern is None:
            return Listing(problem="the outlet's file gives no article_pattern")
        return parse_front_page(answer.body, answer.url, answer.content_type, answer.pattern)
    return parse_feed(answer.body, answer.url, answer.content_type)
