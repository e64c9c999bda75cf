"""What a list of links gives, whatever its form: a feed, a sitemap, a front page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

from marsad.urls import clean

__all__ = ["MAX_ENTRIES", "MAX_PROBLEM", "MAX_TITLE", "MAX_URL", "Dated", "Entry", "Listing", "link_of", "moment_of"]

MAX_ENTRIES = 1_000  # fresh links of one list; Google allows a news sitemap as many
MAX_URL = 2_048  # characters of a link as the list writes it
MAX_TITLE = 500  # characters
MAX_PROBLEM = 300  # characters


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of a list: absolute, as the list writes it; the time in UTC, None where the list gives none."""

    url: str
    title: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Dated:
    """An address in a sitemap, and when what is there last changed, in UTC; None where that is not said."""

    url: str
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as read.

    Attributes:
        title: of the feed.
        entries: fresh links, at most MAX_ENTRIES, in the list's order.
        dropped: entries without a usable link.
        problem: what was wrong; the list may have been read all the same.
        least_s: the list asks not to be asked more often than this.
        hubs: WebSub hubs that the list names.
        topic: the list's own address as it names it, which is the topic at its hubs.
        children: further sitemaps.
        old: links that are not fresh, where they are few.
        parts: links that are not fresh, where they are many: sitemaps of at most `sitemaps.PART` entries each.
        may_be_empty: it is right although it names nothing, as a news sitemap is on a quiet day.
    """

    title: str = ""
    entries: tuple[Entry, ...] = ()
    dropped: int = 0
    problem: str | None = None
    least_s: float = 0.0
    hubs: tuple[str, ...] = ()
    topic: str | None = None
    children: tuple[Dated, ...] = ()
    old: tuple[Dated, ...] = ()
    parts: tuple[bytes, ...] = ()
    may_be_empty: bool = False

    @property
    def barren(self) -> bool:
        """Whether there is no link to be had from it, and there should be."""
        return not (self.entries or self.children or self.old or self.parts or self.may_be_empty)


def link_of(base: str, link: str) -> str | None:
    """Return a link as an absolute URL that can be fetched, or None where it is none."""
    link = link.strip()
    if not 0 < len(link) <= MAX_URL:
        return None
    try:
        url = urljoin(base, link)
        clean(url)
    except ValueError:
        return None
    return url


def moment_of(text: str | None) -> datetime | None:
    """Read a W3C date and time (https://www.w3.org/TR/NOTE-datetime), in UTC; without a zone it counts as UTC."""
    try:
        moment = datetime.fromisoformat((text or "").strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
