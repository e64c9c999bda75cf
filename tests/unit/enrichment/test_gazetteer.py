"""The curated names, and what is made of the packages' names."""

from collections import Counter

import pycountry
import pytest
from babel import Locale

from marsad.enrichment.datafile import read
from marsad.enrichment.demonyms import demonyms
from marsad.enrichment.gazetteer import (
    KOSOVO,
    Ambiguity,
    Cities,
    Countries,
    Name,
    gazetteer,
)
from marsad.enrichment.geonames import City, plain, spellings
from marsad.enrichment.russian import declined

CODES = {country.alpha_2 for country in pycountry.countries} | {KOSOVO}
CITIES = read("cities.yaml", Cities).cities
COUNTRIES = read("countries.yaml", Countries).names
AMBIGUITY = read("ambiguity.yaml", Ambiguity)


def meant_by(language: str, text: str) -> list[Name]:
    """Return what is found in a text, decoys and hints included."""
    return [match.value for match in gazetteer(language).find(text)]


def test_codes_are_iso() -> None:
    """Every code of the curated files is one of ISO 3166-1, or Kosovo's."""
    used = {city.country for city in CITIES if city.country} | {code for city in CITIES for code in city.disputed}
    used |= {code for names in COUNTRIES.values() for code in names} | set(AMBIGUITY.unreviewed)
    for language in AMBIGUITY.languages.values():
        used |= set(language.hints) | {
            code.partition("/")[0] for codes in language.uncertain.values() for code in codes
        }

    assert used <= CODES


def test_cities_are_listed_once() -> None:
    """A city stands once, and has a country or the states that claim it."""
    counts = Counter((city.name, city.country) for city in CITIES)

    assert [city for city, count in counts.items() if count > 1] == []
    assert all(bool(city.country) != bool(city.disputed) for city in CITIES)


def test_marks_are_of_uncertain_names() -> None:
    """Each vowel sign belongs to one meaning of an uncertain name."""
    for language in AMBIGUITY.languages.values():
        for name, marks in language.marks.items():
            assert len(marks) == len(language.uncertain[name])


@pytest.mark.parametrize("language", ["ar", "fa", "en", "ru"])
def test_every_curated_name_is_found(language: str) -> None:
    """Each listed spelling, written alone or after its context, stands for the place that it is listed under."""
    listed = [(name, city.name) for city in CITIES for name in city.names(language)]
    listed += [
        (name, Locale("en").territories[code].partition(" (")[0].removesuffix(" SAR China"))
        for code, names in COUNTRIES[language].items()
        for name in names
    ]
    ambiguity = AMBIGUITY.languages[language]
    for name, place in listed:
        if name in ambiguity.uncertain or name in ambiguity.decoys:
            continue
        (found, *_) = [value for value in meant_by(language, name.replace("(", "").replace(")", "")) if value.meanings]
        assert found.meanings[0].name == place, name


@pytest.mark.parametrize("language", ["ar", "en", "ru", "fa", "fr", "tr", "he", "zh", "ur", "ku"])
def test_languages_have_names(language: str) -> None:
    """Every language of CLDR has the names of countries; Egypt stands for all."""
    locale = Locale("ckb" if language == "ku" else language)

    assert [name.meanings[0].country for name in meant_by(language, locale.territories["EG"])] == ["EG"]


def test_unreviewed_names_are_left_out() -> None:
    """In languages that nobody has reviewed, countries whose names are words elsewhere are not named."""
    assert meant_by("fr", "Géorgie") == meant_by("es", "Granada") == []
    assert meant_by("en", "Niger")[0].meanings[0].country == "NE"


def test_large_cities_are_uncertain() -> None:
    """A city that only GeoNames lists needs its country; a curated one does not."""
    assert [name.certain for name in meant_by("ar", "تولوز وبيروت")] == [False, True]


@pytest.mark.parametrize(
    ("country", "adjectives"),
    [
        ("فرنسا", {"فرنسي", "الفرنسية", "الفرنسيين", "فرنسيون"}),
        ("ألمانيا", {"ألماني", "الألمانية"}),
        ("سوريا", {"سوري", "السورية"}),
        ("الصين", {"صيني", "الصينية"}),
        ("السعودية", {"سعودي"}),
        ("ليبيا", {"ليبي", "الليبية"}),
    ],
)
def test_arabic_demonyms(country: str, adjectives: set[str]) -> None:
    """Regular adjectives are made from a country's name."""
    assert adjectives <= set(demonyms(country))


def test_long_names_have_no_demonyms() -> None:
    """Of names of several words no adjective is made."""
    assert list(demonyms("كوريا الجنوبية")) == []


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Москва", {"Москвы", "Москве", "Москву", "Москвой"}),
        ("Сирия", {"Сирии", "Сирию", "Сирией"}),
        ("Ирак", {"Ирака", "Ираку", "Ираком", "Ираке"}),
        ("Китай", {"Китая", "Китаю", "Китаем", "Китае"}),
        ("Казань", {"Казани", "Казанью"}),
        ("Севастополь", {"Севастополя", "Севастополем", "Севастополе"}),
        ("Афины", {"Афин", "Афинах"}),
        ("Нидерланды", {"Нидерландов", "Нидерландам"}),
        ("Саудовская Аравия", {"Саудовской Аравии", "Саудовскую Аравию"}),
        ("Соединённые Штаты", {"Соединённых Штатов", "Соединённым Штатам", "Соединёнными Штатами"}),
        ("Нижний Новгород", {"Нижнего Новгорода", "Нижнем Новгороде"}),
        ("Санкт-Петербург", {"Санкт-Петербурга", "Санкт-Петербурге"}),
        ("Кот-д’Ивуар", {"Кот-д’Ивуара"}),
        ("Берег Слоновой Кости", {"Берега Слоновой Кости"}),
        ("Баку", set()),
        ("США", set()),
    ],
)
def test_russian_cases(name: str, forms: set[str]) -> None:
    """Names are found in all cases; those that do not change stay as they are."""
    assert {name} | forms <= declined(name)
    if not forms:
        assert declined(name) == {name}


def test_geonames_spellings() -> None:
    """Spellings of another alphabet are left out, and cities that somebody curates can be skipped."""
    arabic = dict(spellings("ar", frozenset()))

    assert arabic["تولوز"] == (City("Toulouse", "FR"),)
    assert not any(letter in "پچژگکی" for spelled in arabic for letter in spelled)
    assert "تولوز" not in dict(spellings("ar", {City("toulouse", "FR")}))
    assert dict(spellings("fa", frozenset())) == {}


def test_geonames_homonyms() -> None:
    """Cities of one name are all named, unless one is clearly larger."""
    english = dict(spellings("en", frozenset()))

    assert {city.country for city in english["Hyderabad"]} == {"IN", "PK"}
    assert [city.country for city in english["Toulouse"]] == ["FR"]


def test_plain_names() -> None:
    """Accents, signs and case do not part two spellings of one city."""
    assert plain("Brasília") == plain("Brasilia")
    assert plain("N'Djamena") == plain("Ndjamena")
