"""What the newsroom is made of: houses (outlets), their articles as data, and the gold that a test compares with.

A house is `content/<id>/outlet.yaml`, an article is `content/<id>/articles/<article id>.yaml`; both are read by
`content.py`. An outlet is added by adding such a folder; Python is only needed for a new page shape.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

Outcome = Literal["indexed", "withdrawn", "duplicate", "blocked", "refused", "gone", "not_article"]
"""How an article ends for a polite crawler; the states of the ledger, but for `withdrawn` (indexed, then 410)."""

Listing = Literal["plain", "utm", "fbclid", "short"]
"""How a feed spells an article's address: as it is, with tracking parameters, or as the short link."""

EventKind = Literal["published", "corrected", "withdrawn"]

WITH_TEXT: frozenset[Outcome] = frozenset({"indexed", "withdrawn", "refused"})


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


CreditForm = Literal["line", "brackets", "inside", "dateline"]
"""How a page credits an agency: on a line of its own in the manner of its house, in brackets after the last word, or
by words of the text («نقلت وكالة … عن», «دمشق-سانا»), which then are part of the text."""


class Credit(_Data):
    """The agency that an article is taken from."""

    source: str = Field(description="the agency's name in the outlet file")
    shown: str = Field(description="its name as the page prints it")
    form: CreditForm = "line"


class Correction(_Data):
    """A later version of an article; what it does not name stays as the version before had it."""

    title: str | None = Field(None, description="the new headline, where it changed")
    replace: dict[int, str] = Field(description="new paragraphs by place; 0 is the lead")
    note: str = Field(description="a last paragraph that owns up; it takes the place of an earlier correction's")


class Article(_Data):
    """One article of a house, as its file tells it."""

    id: str
    title: str
    slug: str
    section: str = Field(description="a key of the house's sections")
    minutes_before: int = Field(ge=1, description="how long before the newsroom's start it was published")
    lead: str = ""
    paragraphs: tuple[str, ...] = Field((), description="without the lead")
    authors: tuple[str, ...] = ()
    credit: Credit | None = None
    dateline: str | None = Field(None, description="the city that opens the lead")
    outcome: Outcome = "indexed"
    of: str | None = Field(None, description="of a duplicate: the id of the article whose twin this is")
    behind: Literal["payment", "consent"] | None = Field(None, description="of a blocked one: what keeps readers out")
    listed_as: tuple[Listing, ...] = ("plain",)
    tags: tuple[str, ...] = ()
    story: str | None = Field(None, description="the event it tells of; the same in every house that tells it")
    reprints: str | None = Field(None, description="house/article from which at least half of its sentences are")
    corrections: tuple[Correction, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.outcome in WITH_TEXT) != bool(self.lead and self.paragraphs):
            raise ValueError(f"{self.id}: an article that ends as {self.outcome} has a text, or has none, wrongly")
        if (self.outcome == "duplicate") != (self.of is not None):
            raise ValueError(f"{self.id}: `of` belongs to a duplicate, and to nothing else")
        if (self.outcome == "blocked") != (self.behind is not None):
            raise ValueError(f"{self.id}: `behind` belongs to a blocked article, and to nothing else")
        return self


class House(_Data):
    """One outlet: how its addresses and pages look, and the facts of its outlet file."""

    id: str
    shape: str = Field(description="a name in `shapes.SHAPES`")
    name: dict[str, str] = Field(description="by language")
    language: str
    time_zone: str
    charset: str = Field("utf-8", description="of its pages")
    feed_path: str | None = Field(None, description="none: readers come by its front page")
    feed_format: Literal["rss", "atom"] = "rss"
    sitemap_path: str | None = Field(None, description="of its news sitemap, which robots.txt then names")
    path: str = Field(description="of an article, with {section} {number} {slug} {date}")
    first_number: int = Field(description="articles are numbered from here on")
    short_links: bool = Field(description="whether it has a short-link host")
    disallow: tuple[str, ...] = Field((), description="paths that robots.txt closes")
    dateline: str | None = Field(None, description="what opens the text, with {place} {date} {day} {month}")
    dateline_at: int = Field(0, description="the paragraph that it opens: 1 where the lead stands apart")
    sections: dict[str, str] = Field(description="label by key")
    notices: dict[int, str] = Field(description="what it tells readers with 403, 404 and 410")
    consent: str | None = Field(None, description="what its consent wall asks")
    facts: dict[str, JsonValue] = Field(description="the rest of the outlet file, as it stands")

    @property
    def site_name(self) -> str:
        """Its name in its own language."""
        return self.name[self.language]


@dataclass(frozen=True, slots=True)
class Expected:
    """Gold: what a right pipeline makes of one address once all events of the newsroom are over.

    `paragraphs` is the text to be found, lead first, of the last version; empty where no text is to be had.
    `listed_as` are the addresses that the feed names; none where there is no feed. `credit` is the agency's name in the
    outlet file, `credit_shown` what the page prints. `revisions` counts texts and a retraction: 2 for a withdrawn
    article and one that was corrected once, 0 where nothing is indexed. `published` is midnight where the page names
    only the day. `section`, `tags`, `lead`, `image` and `modified` are None or empty where the page does not state
    them; `lead` is the first paragraph where the page sets it apart. `story` and `reprints` (house/article) tell which
    articles are about one event, and which copies which.
    """

    outlet: str
    article: str
    url: str
    listed_as: tuple[str, ...]
    short_url: str | None
    title: str
    paragraphs: tuple[str, ...]
    published: datetime
    authors: tuple[str, ...]
    credit: str | None
    credit_shown: str | None
    language: str
    outcome: Outcome
    revisions: int
    section: str | None = None
    tags: tuple[str, ...] = ()
    lead: str | None = None
    image: str | None = None
    modified: datetime | None = None
    story: str | None = None
    reprints: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the newsroom did."""

    at: datetime
    kind: EventKind
    outlet: str
    article: str
    url: str
