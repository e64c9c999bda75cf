"""Cut a text into words, each with its place and the spelling that is compared.

A word is a run of letters, digits and the marks that sit on letters; non-joiners and tatweel inside it belong to it,
hyphens, apostrophes and stops do not. Scripts without spaces between words (Chinese, Japanese, Thai, Lao) give runs.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from marsad.text.normalise import normalise

__all__ = ["MAX_WORD", "Word", "words"]

MAX_WORD = 64  # longer runs are no words of any language that is spaced

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u08ca-\u08ff\u200c\u200d\u00ad"
)
_WORD = re.compile(rf"[^\W_][\w{_MARKS}]*")


class Word(NamedTuple):
    """A word of a text; `key` is its normalised spelling, offsets point into the text as it was given."""

    key: str
    start: int
    end: int


def words(text: str, language: str) -> Iterator[Word]:
    """Yield the words in order. Runs longer than MAX_WORD are passed over."""
    for found in _WORD.finditer(text):
        start, end = found.span()
        if end - start <= MAX_WORD and (key := _key(found[0], language)):
            yield Word(key, start, end)


@lru_cache(maxsize=1 << 15)
def _key(word: str, language: str) -> str:
    """Normalise once what comes again and again; at most MAX_WORD characters are kept of each."""
    return normalise(word, language)
