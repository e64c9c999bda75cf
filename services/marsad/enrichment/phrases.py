"""Find known names in a text: leftmost first, longest first, never overlapping.

Names are compared word by word in the spelling of one language. In Arabic a clitic is taken off the first word where
what is left begins a known name; the article is part of a name and never taken off. A name listed with a capital is
found with one, and a name that is all capitals (US) in capitals only. Takes linear time.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from marsad.text.clitics import readings
from marsad.text.words import Word, words

__all__ = ["Match", "PhraseIndex"]

MAX_INITIAL = 2  # letters before a stop inside a name, a clitic included: وأ.ف.ب

T = TypeVar("T")

_GAP = re.compile(r"[ \t\u00a0'’ʼ\-\u2010-\u2013\u200b-\u200f\u202a-\u202e\u2066-\u2069]{1,3}")
_STOP_GAP = re.compile(r"\.[ \u00a0]?")
_NOT_IN_NAMES = frozenset({"ال", "س"})
_WITH_CONTEXT = re.compile(r"\((?P<context>[^()]+)\)\s*(?P<name>.+)")


class Match(NamedTuple, Generic[T]):
    """A name in a text: what it stands for, and from where to where it goes, a clitic included."""

    value: T
    start: int
    end: int


@dataclass(slots=True)
class _Node(Generic[T]):
    """What may follow the words that lead here, and the name that ends here."""

    following: "dict[str, _Node[T]]" = field(default_factory=dict)
    name: "_Name[T] | None" = None


@dataclass(frozen=True, slots=True)
class _Name(Generic[T]):
    value: T
    context: int  # words before the name that must stand there
    capital: bool  # its first letter is one
    capitals: bool  # all its letters are


class PhraseIndex(Generic[T]):
    """Names of one language.

    A name written `(in) Georgia` is found only after the words in brackets, which are no part of the match.
    Of two entries with one spelling the first counts.
    """

    def __init__(self, language: str, names: Iterable[tuple[str, T]]) -> None:
        self._language = language
        self._root: _Node[T] = _Node()
        for written, value in names:
            self._add(written, value)

    def find(self, text: str) -> Iterator[Match[T]]:
        """Yield the names in the text, in order."""
        found = list(words(text, self._language))
        at = 0
        while at < len(found):
            match, at = self._longest(text, found, at)
            if match:
                yield match

    def _add(self, written: str, value: T) -> None:
        parts = _WITH_CONTEXT.fullmatch(written)
        context = [word.key for word in words(parts["context"], self._language)] if parts else []
        name = parts["name"] if parts else written
        node = self._root
        for key in (*context, *(word.key for word in words(name, self._language))):
            node = node.following.setdefault(key, _Node())
        new = _Name(value, len(context), name[:1].isupper(), name.isupper())
        if node is not self._root and (node.name is None or _relaxes(node.name, new)):
            node.name = new

    def _longest(self, text: str, found: Sequence[Word], at: int) -> tuple[Match[T] | None, int]:
        """Return the longest name that begins at a word, or None, and the word to go on with."""
        for stem in self._stems(found[at].key):
            match, after = self._walk(text, found, at, stem)
            if match:
                return match, after
        return None, at + 1

    def _stems(self, key: str) -> Sequence[str]:
        return _arabic_stems(key) if self._language == "ar" else (key,)

    def _walk(self, text: str, found: Sequence[Word], at: int, stem: str) -> tuple[Match[T] | None, int]:
        node = self._root.following.get(stem)
        last, best, after = at, None, at + 1
        while node:
            if node.name and (match := _matched(text, found, at, last, node.name)):
                best, after = match, last + 1
            if last + 1 == len(found) or not _adjoin(text, found[last], found[last + 1]):
                break
            last += 1
            node = node.following.get(found[last].key)
        return best, after


def _relaxes(old: _Name[T], new: _Name[T]) -> bool:
    """Tell whether one name of the same is written with small letters too: then capitals are not needed."""
    return old.capitals and not new.capitals and old.value == new.value


def _matched(text: str, found: Sequence[Word], at: int, last: int, name: _Name[T]) -> Match[T] | None:
    start, end = found[at + name.context].start, found[last].end
    if (name.capital and text[start].islower()) or (name.capitals and not text[start:end].isupper()):
        return None
    return Match(name.value, start, end)


def _adjoin(text: str, one: Word, other: Word) -> bool:
    """Tell whether two words can belong to one name: a space or hyphen between them, or the stop of an initial."""
    gap = text[one.end : other.start]
    return bool(_GAP.fullmatch(gap)) or (len(one.key) <= MAX_INITIAL and bool(_STOP_GAP.fullmatch(gap)))


@lru_cache(maxsize=1 << 15)
def _arabic_stems(key: str) -> tuple[str, ...]:
    return tuple(stem for clitics, stem in readings(key) if _NOT_IN_NAMES.isdisjoint(clitics))
