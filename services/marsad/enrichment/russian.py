"""The cases of Russian names of places: Москва, в Москве, из Саудовской Аравии.

Endings are those of regular nouns and adjectives; names with a fleeting vowel (Египет, Египта) are listed in the data.
A form that no Russian would use does no harm: it is not found.
"""

from collections.abc import Iterator
from itertools import product

__all__ = ["declined"]

# Ending in the nominative: what is cut off, and the alternatives for genitive, dative, accusative, instrumental and
# prepositional. The first ending that fits is taken.
_ENDINGS: tuple[tuple[str, int, tuple[str, str, str, str, str]], ...] = (
    ("ская", 2, ("ой", "ой", "ую", "ой", "ой")),
    ("ная", 2, ("ой", "ой", "ую", "ой", "ой")),
    ("кая", 2, ("ой", "ой", "ую", "ой", "ой")),
    ("вая", 2, ("ой", "ой", "ую", "ой", "ой")),
    ("кий", 2, ("ого", "ому", "ий", "им", "ом")),
    ("ний", 2, ("его", "ему", "ий", "им", "ем")),
    ("ый", 2, ("ого", "ому", "ый", "ым", "ом")),
    ("ое", 2, ("ого", "ому", "ое", "ым", "ом")),
    ("ие", 2, ("их", "им", "ие", "ими", "их")),
    ("ые", 2, ("ых", "ым", "ые", "ыми", "ых")),
    ("ия", 1, ("и", "и", "ю", "ей", "и")),
    ("я", 1, ("и", "е", "ю", "ей", "е")),
    ("а", 1, ("ы|и", "е", "у", "ой|ей", "е")),
    ("ь", 1, ("и|я", "и|ю", "ь", "ью|ем", "и|е")),
    ("й", 1, ("я", "ю", "й", "ем", "е")),
    ("ы", 1, ("|ов", "ам", "ы", "ами", "ах")),
)
_CONSONANT = ("а", "у", "", "ом|ем", "е")
_VOWELS = "аеёиоуыэюя"
CASES = 5


def declined(name: str) -> frozenset[str]:
    """Return the name in all cases: every word declined, and the first word alone (Берега Слоновой Кости)."""
    if name.isupper():  # США
        return frozenset({name})
    first, *rest = name.split(" ")
    return frozenset({name, *_agreeing([first, *rest]), *(f"{form} {' '.join(rest)}" for form in _all(first) if rest)})


def _agreeing(parts: list[str]) -> Iterator[str]:
    forms = [_cases(part) for part in parts]
    for case in range(CASES):
        for chosen in product(*(form[case] for form in forms)):
            yield " ".join(chosen)


def _all(word: str) -> Iterator[str]:
    for case in _cases(word):
        yield from case


def _cases(word: str) -> tuple[tuple[str, ...], ...]:
    """Return for each case what the word may read."""
    for ending, cut, cases in _ENDINGS:
        if word.endswith(ending):
            return tuple(tuple(word[:-cut] + form for form in case.split("|")) for case in cases)
    if word[-1:].lower() in _VOWELS:
        return ((word,),) * CASES
    return tuple(tuple(word + form for form in case.split("|")) for case in _CONSONANT)
