"""Find where an article credits agencies and outlets.

A source counts only where credits stand, for a report about an agency is no re-print of it: in the page's own credit;
in the dateline (`بيروت - رويترز:`, `MOSCOW, January 10. /TASS/.`); on a line that says nothing else; in brackets at
the very end.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Literal

from marsad.enrichment.article import Article
from marsad.enrichment.datafile import Data, read
from marsad.enrichment.phrases import Match, PhraseIndex
from marsad.text.words import words

__all__ = ["MAX_CREDIT", "Found", "KnownSource", "find_credit", "known_sources", "named"]

Place = Literal["credit", "dateline", "line", "end"]

MAX_CREDIT = 300  # characters of a credit or a name; longer ones are something else
HEAD = 200  # characters of the first line that are looked at
HEAD_WORDS = 8  # before the source: a city, perhaps a country and a date
LINE = 80  # characters; longer lines are prose
LINES = 500  # looked at
OTHER_WORDS = 2  # beside the source on a line of its own: دمشق - سانا

_BEFORE = re.compile(r"(?:^|[(\[/«\"“:\-–—،,|+&])\s*$")
_AFTER = re.compile(r"\s*(?:[)\]/]|[»\"”]?\s*[:\-–—/|.])")
_CLOSING = ')]/»”"'
_ENDING = _CLOSING + " .،:-–—\t"
_PARTED = re.compile(r"[\-–—/|:،(]")
_LAST_BRACKETS = re.compile(r"[(\[/]([^()\[\]/]{2,60})[)\]/]\s*[.،]?\s*$")


class KnownSource(Data):
    """An agency or outlet of `data/sources.yaml`."""

    id: str
    name: str
    names: tuple[str, ...]


class _Sources(Data):
    sources: tuple[KnownSource, ...]
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A credit.

    Attributes:
        place: where it stands.
        written: its text.
        sources: known ones that it names, in order; none where only the page calls it a credit.
    """

    place: Place
    written: str
    sources: tuple[KnownSource, ...]


def find_credit(article: Article, language: str) -> Found | None:
    """Return the first credit that names a known source, else the page's own, else None."""
    credit = (article.credit or "").strip()[:MAX_CREDIT]
    if sources := named(credit, language):
        return Found("credit", credit, sources)
    found = _in_text(article, language)
    if found is None and credit:
        return Found("credit", credit, ())
    return found


def named(text: str, language: str) -> tuple[KnownSource, ...]:
    """Return the known sources that a credit or a name holds, each once, in order."""
    return _each_once(_index(language).find(text[:MAX_CREDIT]))


def _in_text(article: Article, language: str) -> Found | None:
    for part in (article.lead or "", article.text):
        if found := _dateline(part, language) or _own_line(part, language) or _at_end(part, language):
            return found
    return None


def _dateline(text: str, language: str) -> Found | None:
    head = text.lstrip()[:HEAD].partition("\n")[0]
    matches = [match for match in _index(language).find(head) if _stands_in_dateline(head, match, language)]
    if not matches:
        return None
    end = matches[-1].end
    return Found("dateline", head[: end + (head[end] in _CLOSING)], _each_once(iter(matches)))


def _stands_in_dateline(head: str, match: Match[KnownSource], language: str) -> bool:
    if not head[match.end :].strip(_ENDING):
        return False  # nothing follows: an end, or a line of its own
    before = head[: match.start]
    opening = [word.key for word in islice(words(before, language), HEAD_WORDS + 1)]
    if len(opening) > HEAD_WORDS or (opening and all(key.isdigit() for key in opening)):
        return False  # prose, or an item of a list
    return bool(_BEFORE.search(before)) and bool(_AFTER.match(head, match.end))


def _own_line(text: str, language: str) -> Found | None:
    lines = (found[0].strip() for found in islice(re.finditer(r"[^\n]+", text), LINES))
    for line in lines:
        if len(line) <= LINE and (sources := _only_named(line, language)):
            return Found("line", line, sources)
    return None


def _at_end(text: str, language: str) -> Found | None:
    brackets = _LAST_BRACKETS.search(text[-LINE:])
    if brackets and (sources := _only_named(brackets[1], language)):
        return Found("end", brackets[1].strip(), sources)
    return None


def _only_named(line: str, language: str) -> tuple[KnownSource, ...]:
    """Return the sources of a line that says little else; none of any other line."""
    matches = list(_index(language).find(line))
    if not matches:
        return ()
    others = [word.key for word in words(line, language) if not _within(word.start, matches)]
    unexpected = [key for key in others if key not in _cues(language)]
    allowed = OTHER_WORDS if _PARTED.search(line) and not any(map(str.isdigit, unexpected)) else 0
    return _each_once(iter(matches)) if len(unexpected) <= allowed else ()


def _within(at: int, matches: Sequence[Match[KnownSource]]) -> bool:
    return any(match.start <= at < match.end for match in matches)


def _each_once(matches: Iterator[Match[KnownSource]]) -> tuple[KnownSource, ...]:
    return tuple({match.value.id: match.value for match in matches}.values())


def known_sources() -> tuple[KnownSource, ...]:
    """Return all agencies and outlets that are known."""
    return _sources().sources


@cache
def _sources() -> _Sources:
    return read("sources.yaml", _Sources)


@cache
def _index(language: str) -> PhraseIndex[KnownSource]:
    return PhraseIndex(language, ((name, source) for source in known_sources() for name in source.names))


@cache
def _cues(language: str) -> frozenset[str]:
    return frozenset(word.key for cue in _sources().cues for word in words(cue, language))
