"""What a person types into the search field, read without an error: words, "phrases" and -exclusions.

Every text is a query; signs that mean nothing are dropped, and what goes beyond the caps is left out.
"""

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["Parsed", "article_twin", "clitic_forms", "parse"]

MAX_CHARS = 500
MAX_PARTS = 32  # words and phrases together: each costs the server a clause

_PART = re.compile(r'(?P<without>(?<!\S)-)?(?:"(?P<a>[^"]*)"|«(?P<b>[^»]*)»|“(?P<c>[^”]*)”|(?P<word>[^\s"«»“”]+))')
_ARABIC_WORD = re.compile("[\u0621-\u063a\u0641-\u064a]+")
_DIACRITICS = re.compile("[\u0640\u064b-\u0652\u0670]")
_ARTICLE = "ال"
_CLITICS = ("ب", "ل", "وبال", "ولل")  # the analyser's stemmer takes off one of و, ال, وال, بال, كال, فال, لل
_SHORTEST = 3  # letters; shorter words collide with others


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query.

    Attributes:
        words: to be found, most of them.
        phrases: to be found word by word in this order.
        without: words and phrases that must not be there.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def parse(text: str) -> Parsed:
    """Read a query. Takes any string, in linear time."""
    found: dict[str, list[str]] = {"words": [], "phrases": [], "without": []}
    for match in list(_PART.finditer(_plain(text)))[:MAX_PARTS]:
        phrase = next((match[name] for name in "abc" if match[name] is not None), None)
        part = (match["word"] if phrase is None else phrase).strip()
        if any(character.isalnum() for character in part):
            kind = "without" if match["without"] else "words" if phrase is None else "phrases"
            found[kind].append(part)
    return Parsed(**{kind: tuple(dict.fromkeys(parts)) for kind, parts in found.items()})


def clitic_forms(word: str) -> tuple[str, ...]:
    """Return how an Arabic word looks behind one-letter words that the analyser's stemmer leaves on: بغزة for غزة.

    Only prepositions whose forms rarely are other words: not ك (مال, كمال) nor ف (ساد, فساد). Empty for short words
    and for other scripts.
    """
    bare = _without_article(word)
    return tuple(clitic + bare for clitic in _CLITICS) if len(bare) >= _SHORTEST else ()


def article_twin(word: str) -> str | None:
    """Return an Arabic word that begins with و without its article, or with it: الوزارة for وزارة and back.

    The analyser's stemmer takes a first و for "and" and stems the two apart; all other words it stems alike.
    """
    bare = _without_article(word)
    if not bare.startswith("و") or len(bare) < _SHORTEST:
        return None
    return bare if bare != _DIACRITICS.sub("", word) else _ARTICLE + bare


def _without_article(word: str) -> str:
    """Return the word without vowel signs and article; empty where it is not written in Arabic letters alone."""
    bare = _DIACRITICS.sub("", word).removeprefix(_ARTICLE)
    return bare if _ARABIC_WORD.fullmatch(bare) else ""


def _plain(text: str) -> str:
    """Return the beginning of the text without what UTF-8 cannot carry and without control characters."""
    kept = text[:MAX_CHARS]
    return "".join(" " if unicodedata.category(character) in {"Cc", "Cs"} else character for character in kept)
