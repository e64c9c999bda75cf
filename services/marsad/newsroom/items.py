"""Give every article its addresses and its moments: the plan of one run of the newsroom.

All of it follows from the data, the start and the ports: articles appear oldest first, evenly spread over the
publishing span; corrections and the withdrawal come fixed times after its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from marsad.newsroom.calendars import month_name
from marsad.newsroom.model import Article, Event, EventKind, House, Listing

CORRECTION_AFTER_S = 15.0  # and as long after a correction comes the next one of the same article
WITHDRAWAL_AFTER_S = 25.0

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a house is served: origins such as `http://127.0.0.1:40001`; no short origin where it has none."""

    origin: str
    short_origin: str | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How the plan is laid over time: every planned second lasts `1 / speed` real ones."""

    start: datetime
    publish_over_s: float
    speed: float

    def moment(self, planned_s: float) -> datetime:
        """Return when a planned second comes."""
        return self.start + timedelta(seconds=planned_s / self.speed)


@dataclass(frozen=True, slots=True)
class Version:
    """One state of an article's text; paragraphs with the lead first."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An article with its addresses (paths unescaped, URLs escaped), its moments and its versions."""

    house: House
    article: Article
    path: str
    url: str
    short_path: str | None
    short_url: str | None
    published: datetime
    appears: datetime
    changes: tuple[datetime, ...]
    versions: tuple[Version, ...]

    @property
    def listed_as(self) -> tuple[str, ...]:
        """The addresses that the feed gives it; none where there is no feed."""
        if self.house.feed_path is None:
            return ()
        return tuple(self._spelled(listing) for listing in self.article.listed_as)

    def _spelled(self, listing: Listing) -> str:
        spellings = {
            "plain": self.url,
            "utm": f"{self.url}?utm_source=rss&utm_medium=feed&utm_campaign={self.house.id}",
            "fbclid": f"{self.url}?fbclid=IwAR0{self.article.minutes_before:05d}",
            "short": self.short_url or self.url,
        }
        return spellings[listing]

    def changed_by(self, now: datetime) -> datetime | None:
        """Return when the last correction, or the withdrawal, happened; None before the first."""
        return max((change for change in self.changes if change <= now), default=None)

    def version_at(self, now: datetime) -> Version:
        """Return the text that stands at a moment."""
        past = sum(change <= now for change in self.changes)
        return self.versions[min(past, len(self.versions) - 1)]


def plan(
    houses: Sequence[tuple[House, tuple[Article, ...]]], addresses: dict[str, Addresses], pace: Pace
) -> tuple[Item, ...]:
    """Return all items in the order in which they appear.

    Args:
        houses: each house with its articles.
        addresses: by house id.
        pace: the start and the speed.
    """
    known = [(house, number, article) for house, articles in houses for number, article in enumerate(articles)]
    known.sort(key=lambda one: (-one[2].minutes_before, one[0].id, one[2].id))
    step_s = pace.publish_over_s / max(len(known) - 1, 1)
    return tuple(
        _item(house, house.first_number + number, article, addresses[house.id], (pace, rank * step_s))
        for rank, (house, number, article) in enumerate(known)
    )


def _item(house: House, number: int, article: Article, at: Addresses, when: tuple[Pace, float]) -> Item:
    pace, appears_s = when
    before = timedelta(minutes=article.minutes_before)
    published = (pace.start - before).replace(second=0, microsecond=0).astimezone(ZoneInfo(house.time_zone))
    path = house.path.format(section=article.section, number=number, slug=article.slug, date=f"{published:%Y%m%d}")
    path = f"/print{path}" if article.of else path
    short_path = f"/{_base36(number)}" if at.short_origin else None
    return Item(
        house=house,
        article=article,
        path=path,
        url=at.origin + quote(path),
        short_path=short_path,
        short_url=f"{at.short_origin}{short_path}" if short_path else None,
        published=published,
        appears=pace.moment(appears_s),
        changes=_changes(article, pace),
        versions=_versions(house, article, published),
    )


def _changes(article: Article, pace: Pace) -> tuple[datetime, ...]:
    if article.outcome == "withdrawn":
        return (pace.moment(pace.publish_over_s + WITHDRAWAL_AFTER_S),)
    times = range(1, len(article.corrections) + 1)
    return tuple(pace.moment(pace.publish_over_s + time * CORRECTION_AFTER_S) for time in times)


def _versions(house: House, article: Article, published: datetime) -> tuple[Version, ...]:
    title, text = article.title, [article.lead, *article.paragraphs] if article.lead else []
    found = [Version(title, _opened(house, article, text, published))]
    for correction in article.corrections:
        title = correction.title or title
        text = [correction.replace.get(place, paragraph) for place, paragraph in enumerate(text)]
        found.append(Version(title, _opened(house, article, [*text, correction.note], published)))
    return tuple(found)


def _opened(house: House, article: Article, text: list[str], published: datetime) -> tuple[str, ...]:
    """Return a text with its dateline."""
    if not (text and house.dateline and article.dateline):
        return tuple(text)
    month = month_name(published.month, house.language)
    opening = house.dateline.format(
        place=article.dateline, date=f"{published:%d %b}", day=published.day, month=month, house=house.site_name
    )
    at = house.dateline_at
    return (*text[:at], opening + text[at], *text[at + 1 :])


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
    return digits


def events(items: Sequence[Item]) -> list[Event]:
    """Return what a plan makes happen, in order: publications, then the corrections and withdrawals."""
    found = [_event(item, item.appears, "published") for item in items]
    found += [
        _event(item, change, "corrected" if item.article.corrections else "withdrawn")
        for item in items
        for change in item.changes
    ]
    return sorted(found, key=lambda event: event.at)


def _event(item: Item, at: datetime, kind: EventKind) -> Event:
    return Event(at, kind, item.house.id, item.article.id, item.url)
