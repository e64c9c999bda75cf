"""Arabic clitics: the one-letter words that are written as part of the next word.

In order: a conjunction (`و` and, `ف` so), then a preposition (`ب` in, `ك` like, `ل` for) or the future's `س`, then the
article `ال`; after `ل` the article loses its alef (للقاهرة), and a third lam too (للجنة from اللجنة). Most words that
begin with one of these letters carry no clitic, so one is only taken off when what is left is known.
"""

from collections.abc import Iterator

__all__ = ["readings"]

_CONJUNCTIONS = ("و", "ف")
_PREPOSITIONS = ("ب", "ك", "ل", "س")
_ARTICLE = "ال"


def readings(word: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every way to read the word as clitics and a rest (at most 16), those with the fewest clitics first."""
    yield from sorted(_readings(word), key=lambda reading: len(reading[0]))


def _readings(word: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for conjunction, rest in _with_first(word, _CONJUNCTIONS):
        for preposition, stem in _with_first(rest, _PREPOSITIONS):
            before = conjunction + preposition
            yield before, stem
            if preposition != ("س",) and stem.startswith(_ARTICLE) and len(stem) > len(_ARTICLE):
                yield (*before, _ARTICLE), stem.removeprefix(_ARTICLE)
            if preposition == ("ل",) and stem.startswith("ل") and len(stem) > 1:
                yield before, _ARTICLE + stem[1:]  # للقاهرة: ل, القاهرة
                yield before, _ARTICLE + stem  # للجنة: ل, اللجنة
                yield (*before, _ARTICLE), stem[1:]


def _with_first(word: str, letters: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the word as it is, and without its first letter where that is one of these and something is left."""
    yield (), word
    if len(word) > 1 and word.startswith(letters):
        yield (word[0],), word[1:]
