"""Say which language the text is written in, before any rule of one language is applied.

The detector (eldc, 60 languages) is right for practically every text of a sentence or more, and guesses below that:
short texts count only where the page declares the same language, and are undetermined otherwise. eldc knows no Pashto,
Uyghur or Sindhi and takes them for Persian, Urdu or Arabic; letters that only they have decide.
"""

import re
from collections.abc import Callable, Mapping
from typing import Literal, Protocol

import eldc
from pydantic import Field

from marsad.enrichment.article import Article, Document, Fields, Stage
from marsad.text.normalise import primary

MIN_LETTERS = 40  # measured: 99.9 % right at 60 characters, 96.3 % at 20
SLICE = 160  # characters; eldc reads 1,000 bytes, so three slices stand for the whole text
OWN_LETTERS = 0.02  # share of all letters; running text of these languages has several times as many

_NOT_LETTERS = re.compile(r"[\W\d_]+")
_ADDRESSES = re.compile(r"https?://\S+|\S+@\S+|[#@]\w+")
_BEYOND_ELDC: Mapping[str, re.Pattern[str]] = {
    "ps": re.compile("[ټډړږښګڼۍ]"),
    "ug": re.compile("[ۇۈۋڭ]"),
    "sd": re.compile("[ٻڀٺٿڄڃڇڊڌڍڦڪڱڻ]"),
}
_ARABIC_SCRIPT = frozenset({"ar", "fa", "ur", "ku"})
_SAME = {"iw": "he", "in": "id", "ckb": "ku", "arb": "ar", "pes": "fa", "prs": "fa", "nb": "no", "nn": "no"}


class LanguageFields(Fields):
    """The language of the text."""

    code: str = Field(
        pattern=r"^[a-z]{2,3}$",
        description="ISO 639-1 code, `ku` being Kurdish in Arabic letters; `und` where the language is not known",
    )
    basis: Literal["detected", "declared", "none"] = Field(
        description="detected: from the text itself; declared: the page says so and the short text agrees; none: `und`"
    )
    reliable: bool = Field(description="whether the detector's best guess is clearly ahead of its second one")


class Guess(Protocol):
    """What eldc says of a text."""

    @property
    def language(self) -> str:
        """ISO 639-1 code, or `und`."""

    @property
    def reliable(self) -> bool:
        """Whether the best guess is clearly ahead."""


class Language:
    """Names the language of title and text."""

    name = "language"
    fields = LanguageFields

    def __init__(self, detect: Callable[[str], Guess]) -> None:
        self._detect = detect

    def apply(self, document: Document) -> LanguageFields:
        """Return the language of the text, or of the headline where there is no text."""
        sample = _sample(document.article)
        guess = self._detect(sample)
        code = _corrected(guess.language, sample)
        if code == "und":
            return LanguageFields(code="und", basis="none", reliable=False)
        reliable = guess.reliable and code == guess.language
        if len(_NOT_LETTERS.sub("", sample)) >= MIN_LETTERS:
            return LanguageFields(code=code, basis="detected", reliable=reliable)
        if _declared(document.article) == code:
            return LanguageFields(code=code, basis="declared", reliable=reliable)
        return LanguageFields(code="und", basis="none", reliable=False)


def stage() -> Stage:
    """Build the stage with eldc, whose model is part of its shared library."""
    eldc.init()
    return Language(eldc.detect_details)


def language_of(document: Document) -> str:
    """Return the language code for the rules of later stages; `und` where it is not known."""
    fields = document.get(LanguageFields)
    return fields.code if fields else "und"


def _sample(article: Article) -> str:
    """Return begin, middle and end of the text without addresses, as UTF-8 can carry it."""
    text = article.text if article.text.strip() else f"{article.title}\n{article.lead or ''}"
    middle = max((len(text) - SLICE) // 2, 0)
    whole = text if len(text) <= 3 * SLICE else "\n".join((text[:SLICE], text[middle : middle + SLICE], text[-SLICE:]))
    return _ADDRESSES.sub(" ", whole).encode("utf-8", "replace").decode().replace("\0", " ")


def _corrected(code: str, sample: str) -> str:
    """Return the language that eldc does not know but whose letters the text has, else eldc's."""
    if code not in _ARABIC_SCRIPT:
        return code
    letters = len(_NOT_LETTERS.sub("", sample))
    for other, own in _BEYOND_ELDC.items():
        if len(own.findall(sample)) > OWN_LETTERS * letters:
            return other
    return code


def _declared(article: Article) -> str:
    code = primary(article.language)
    return _SAME.get(code, code)
