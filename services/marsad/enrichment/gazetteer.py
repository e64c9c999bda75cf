"""Names of countries and cities by language, and what each may stand for.

Countries are those of ISO 3166-1 with CLDR's names (babel), in every language that CLDR knows. Cities, in Arabic,
Persian, English and Russian, are those of `data/cities.yaml` and the large ones of GeoNames. Names that are also words,
persons or other places stand in `data/ambiguity.yaml`. The files win over the packages.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import pycountry
from babel import Locale, UnknownLocaleError

from marsad.enrichment.datafile import Data, read
from marsad.enrichment.demonyms import demonyms
from marsad.enrichment.geonames import City, plain, spellings
from marsad.enrichment.phrases import PhraseIndex
from marsad.enrichment.russian import declined

__all__ = ["KOSOVO", "Ambiguity", "Cities", "Countries", "Meaning", "Name", "gazetteer"]

KOSOVO = "XK"  # user-assigned: ISO 3166-1 has no code, CLDR and most of the world use this one

_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_CLDR_CODES = {"ku": "ckb", "no": "nb", "tl": "fil"}


class Meaning(NamedTuple):
    """A country or a city. `country` is None where states dispute which one a city belongs to."""

    kind: Literal["country", "city"]
    name: str
    country: str | None


@dataclass(frozen=True, slots=True)
class Name:
    """What a spelling may stand for.

    Attributes:
        meanings: none where a phrase only looks like a place (نهر الأردن) or only hints at one (أردني).
        certain: it counts wherever it stands; else only where the article speaks of its country in other words too.
        hints: the country that the article speaks of where this stands.
        marks: for each meaning the vowel sign that settles it (عُمان, عمّان); empty where none does.
    """

    meanings: tuple[Meaning, ...] = ()
    certain: bool = True
    hints: str | None = None
    marks: tuple[str, ...] = ()


class Countries(Data):
    """`data/countries.yaml`."""

    names: Mapping[str, Mapping[str, tuple[str, ...]]]  # language, country, names beside CLDR's


class CuratedCity(Data):
    """A city of `data/cities.yaml`."""

    name: str
    country: str | None
    disputed: tuple[str, ...] = ()  # states that claim it, where `country` is left open
    ar: tuple[str, ...] = ()
    fa: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    ru: tuple[str, ...] = ()

    @property
    def countries(self) -> tuple[str, ...]:
        """Return its country, or those that claim it."""
        return (self.country,) if self.country else self.disputed

    def names(self, language: str) -> tuple[str, ...]:
        """Return its names in a language; none where nobody has listed them."""
        own = {"ar": self.ar, "fa": self.fa, "ru": self.ru, "en": (self.name, *self.en)}
        return own.get(language, ())


class Cities(Data):
    """`data/cities.yaml`."""

    cities: tuple[CuratedCity, ...]


class Reviewed(Data):
    """What somebody who reads the language has said about its names."""

    uncertain: Mapping[str, tuple[str, ...]] = {}  # name: JO, or JO/Amman
    marks: Mapping[str, tuple[str, ...]] = {}
    hints: Mapping[str, tuple[str, ...]] = {}  # country: words
    decoys: tuple[str, ...] = ()


class Ambiguity(Data):
    """`data/ambiguity.yaml`."""

    languages: Mapping[str, Reviewed]
    unreviewed: tuple[str, ...]  # countries that are left out in all other languages


@cache
def gazetteer(language: str) -> PhraseIndex[Name]:
    """Return the names of a language; none where CLDR does not know it. The first of two equal spellings wins."""
    forms = declined if language == "ru" else _as_it_is
    return PhraseIndex(language, ((form, value) for name, value in _names(language) for form in sorted(forms(name))))


def _as_it_is(name: str) -> frozenset[str]:
    return frozenset({name})


def _names(language: str) -> Iterator[tuple[str, Name]]:
    yield from _reviewed(language)
    for country, names in _countries().names.get(language, {}).items():
        for name in names:
            yield name, Name((_country(country),))
    cities = _cities().cities
    for city in cities:
        for name in city.names(language):
            yield name, Name((Meaning("city", city.name, city.country),))
    yield from _cldr(language)
    listed = {
        City(plain(name), country)
        for city in cities
        if city.names(language)
        for country in city.countries
        for name in (city.name, *city.en)
    }
    for name, meant in spellings(language, listed):  # nobody has reviewed these: the country must be named too
        yield name, Name(tuple(Meaning("city", city.name, city.country) for city in meant), certain=False)
    if language == "ar":
        yield from _demonyms()


def _reviewed(language: str) -> Iterator[tuple[str, Name]]:
    own = _ambiguity().languages.get(language, Reviewed())
    for name, meant in own.uncertain.items():
        yield name, Name(tuple(map(_meaning, meant)), certain=False, marks=own.marks.get(name, ()))
    for country, words in own.hints.items():
        for word in words:
            yield word, Name(hints=country)
    for decoy in own.decoys:
        yield decoy, Name()


def _cldr(language: str) -> Iterator[tuple[str, Name]]:
    if language == "und":  # babel reads this as English
        return
    try:
        territories = Locale.parse(_CLDR_CODES.get(language, language)).territories
    except (UnknownLocaleError, ValueError):
        return
    ambiguity = _ambiguity()
    skipped = () if language in ambiguity.languages else ambiguity.unreviewed
    for code in _codes():
        if code in territories and code not in skipped:
            for name in _variants(territories[code]):
                yield name, Name((_country(code),))


def _demonyms() -> Iterator[tuple[str, Name]]:
    for name, value in _cldr("ar"):
        for adjective in demonyms(name):
            yield adjective, Name(hints=value.meanings[0].country)


def _variants(name: str) -> Iterator[str]:
    """Yield `Myanmar` and `Burma` for `Myanmar (Burma)`, and `A & B` with `and`."""
    yield _BRACKETS.sub("", name)
    if (inside := _BRACKETS.search(name)) and " " not in inside[1]:
        yield inside[1]
    if " & " in name:
        yield name.replace(" & ", " and ")


def _meaning(code: str) -> Meaning:
    country, _, city = code.partition("/")
    return Meaning("city", city, country) if city else _country(country)


@cache
def _country(code: str) -> Meaning:
    name = _BRACKETS.sub("", Locale("en").territories[code]).removesuffix(" SAR China")
    return Meaning("country", name, code)


def _codes() -> tuple[str, ...]:
    return (*sorted(country.alpha_2 for country in pycountry.countries), KOSOVO)


@cache
def _ambiguity() -> Ambiguity:
    return read("ambiguity.yaml", Ambiguity)


@cache
def _countries() -> Countries:
    return read("countries.yaml", Countries)


@cache
def _cities() -> Cities:
    return read("cities.yaml", Cities)
