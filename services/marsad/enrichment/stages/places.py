"""Name the countries and cities that the article speaks of; rather too few than wrong ones.

A name that may mean something else too (عمان, مالي, Georgia) counts only where a vowel sign settles it, or where the
article speaks in other words of one of the countries that it may belong to, and of no other of them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from pydantic import Field

from marsad.enrichment.article import Document, Fields, Stage
from marsad.enrichment.gazetteer import Meaning, Name, gazetteer
from marsad.enrichment.phrases import Match, PhraseIndex
from marsad.enrichment.stages.language import language_of

MAX_CHARS = 200_000  # of the text; ten times the longest news feature
MAX_PLACES = 100  # the most frequent ones; an article speaks of fewer, a list of all countries of more

Found = tuple[Meaning, int]  # a place and where it stands


class Place(Fields):
    """A country or city that the article names."""

    kind: Literal["country", "city"] = Field(description="country, or territory with an ISO code of its own; or city")
    name: str = Field(description="its English name, the same in articles of every language")
    country: str | None = Field(description="ISO 3166-1 alpha-2, `XK` for Kosovo; null for a city that states dispute")
    count: int = Field(ge=1, description="how often headline, lead and text name it")
    first: int | None = Field(description="where the text names it first, in code points; null where it does not")
    in_title: bool = Field(description="whether the headline names it")


class PlacesFields(Fields):
    """Where the article takes place, or what it is about."""

    places: tuple[Place, ...] = Field(description="the most frequent first; at most 100")


class Places:
    """Finds known countries and cities."""

    name = "places"
    fields = PlacesFields

    def __init__(self, names: Callable[[str], PhraseIndex[Name]]) -> None:
        self._names = names

    def apply(self, document: Document) -> PlacesFields:
        """Return the places of headline, lead and text; none where the language is not known."""
        article, index = document.article, self._names(language_of(document))
        parts = [list(index.find(part[:MAX_CHARS])) for part in (article.title, article.lead or "", article.text)]
        spoken_of = _countries(match.value for part in parts for match in part)
        sources = (article.title, article.lead or "", article.text)
        title, lead, text = (_settled(source, part, spoken_of) for source, part in zip(sources, parts, strict=True))
        return PlacesFields(places=_counted(title, lead, text))


def _countries(names: Iterable[Name]) -> frozenset[str]:
    """Return the countries that the article speaks of beyond doubt."""
    countries: set[str | None] = set()
    for name in names:
        countries.add(name.hints)
        if name.certain:
            countries.update(meaning.country for meaning in name.meanings)
    return frozenset(country for country in countries if country)


def _settled(source: str, matches: Sequence[Match[Name]], spoken_of: frozenset[str]) -> list[Found]:
    found = []
    for match in matches:
        meaning = _meaning(match.value, source[match.start : match.end], spoken_of)
        if meaning:
            found.append((meaning, match.start))
    return found


def _meaning(name: Name, written: str, spoken_of: frozenset[str]) -> Meaning | None:
    if name.certain:
        return name.meanings[0] if name.meanings else None
    for meaning, mark in zip(name.meanings, name.marks, strict=False):
        if mark in written:
            return meaning
    likely = [meaning for meaning in name.meanings if meaning.country in spoken_of]
    return likely[0] if len(likely) == 1 else None


def _counted(title: Sequence[Found], lead: Sequence[Found], text: Sequence[Found]) -> tuple[Place, ...]:
    counts = Counter(meaning for meaning, _ in (*title, *lead, *text))
    first = dict(reversed(text))  # the first of each comes last
    titled = {meaning for meaning, _ in title}
    return tuple(
        Place(
            kind=meaning.kind,
            name=meaning.name,
            country=meaning.country,
            count=count,
            first=first.get(meaning),
            in_title=meaning in titled,
        )
        for meaning, count in counts.most_common(MAX_PLACES)
    )


def stage() -> Stage:
    """Build the stage with its names; those of a language are put together when its first article comes."""
    return Places(gazetteer)
