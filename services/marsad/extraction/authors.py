"""Who wrote the article: persons, not the outlet, not a section, not an agency."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

from marsad.extraction.phrases import agency_keys, key, phrases
from marsad.extraction.strings import plain
from marsad.extraction.structured import Structured, strings

__all__ = ["find", "persons", "take_bylines"]

MAX_AUTHORS = 10
MIN_WORDS, MAX_WORDS = 2, 6  # of a person's name
MIN_JOINED = 3  # letters of «وعلي», its «و» among them; shorter words are names or nothing
MAX_BYLINE = 120  # characters
MAX_CUE = 3  # words of "propos recueillis par"
TOP = BOTTOM = 3  # lines at either end of the text
NEAR = 60  # elements below the headline; further down stand the names of commenters

_SEPARATOR = re.compile(r"\s*(?:[;|،/\n]|,(?!\s*(?:jr|sr|ph\.?d|m\.?d)\b)|\s(?:و|and|et|и|&|مع)\s)\s*", re.IGNORECASE)
_NO_NAME = re.compile(r"[\d@#_=<>{}\[\]?!%$©]|https?:|www\.|\.(?:com|net|org|ir|ru|sy|eg)\b", re.IGNORECASE)
_BYLINE = re.compile(r"(?:^|[\s_-])(?:author|byline|writer|journalist)")


def find(
    tree: HtmlElement, headline: HtmlElement | None, said: Structured, strangers: Iterable[str]
) -> tuple[str, ...]:
    """Return the authors that the page names, the most trusted source alone; empty where nobody is named.

    Args:
        tree: the page, without what holds no text.
        headline: its element; bylines are looked for below it.
        said: what its head says.
        strangers: names that are no persons here: the outlet's, the section's.
    """
    others = {key(name) for name in strangers} - {""}
    for named in _sources(tree, headline, said):
        if found := persons(named, others):
            return found
    return ()


def persons(named: Iterable[str], others: Iterable[str] = ()) -> tuple[str, ...]:
    """Return those of the names that can be persons', each once, in order."""
    others = set(others)
    names = (_bare(part) for text in named for part in _parts(plain(text)[: MAX_BYLINE * MAX_AUTHORS]))
    return tuple(dict.fromkeys(name for name in names if _is_person(name, others)))[:MAX_AUTHORS]


def take_bylines(lines: list[str], strangers: Iterable[str] = ()) -> tuple[tuple[str, ...], list[str]]:
    """Return the persons that lines of their own near either end of the text name, and the text without these lines.

    «كتب: محمد علي» is such a line; in «محمد علي/سانا» at the end the agency stays for `credit`.
    """
    others = {key(name) for name in strangers} - {""}
    named: list[str] = []
    kept: list[str] = []
    for place, line in enumerate(lines):
        at_edge = place < TOP or place >= len(lines) - BOTTOM
        signed = _signed(line, others) if at_edge and len(line) <= MAX_BYLINE else ()
        named += signed
        if not signed:
            kept.append(line)
    if kept and len(kept[-1]) <= MAX_BYLINE and key(kept[-1].rpartition("/")[2]) in agency_keys():
        named += persons([kept[-1].rpartition("/")[0]], others)
    return tuple(dict.fromkeys(named)), kept


def _signed(line: str, others: set[str]) -> tuple[str, ...]:
    """Return the persons of a line that is a byline and nothing else."""
    rest = _after_byline(_stripped(line))
    if rest is None:
        return ()
    found = persons([rest], others)
    return found if len(found) == len(_parts(rest)) else ()


def _parts(text: str) -> list[str]:
    """Split at separators, and at a «و» glued to the name that it joins: «سعاد علي وكريم فؤاد», but not «علي وليد»."""
    return [name for part in _SEPARATOR.split(text) for name in _split_at_waw(part)]


def _split_at_waw(text: str) -> list[str]:
    words = text.split()
    for place in range(MIN_WORDS, len(words) - MIN_WORDS + 1):
        word = words[place]
        if word.startswith("و") and len(word) > MIN_JOINED and key(word) not in phrases().waw:
            return [" ".join(words[:place]), *_split_at_waw(" ".join([word[1:], *words[place + 1 :]]))]
    return [text]


def _sources(tree: HtmlElement, headline: HtmlElement | None, said: Structured) -> Iterator[list[str]]:
    yield list(_of_json(said.article.get("author")))
    yield [value for value in said.values("authors") if not value.startswith("http")]
    yield [
        e.text_content() for e in tree.iter("a", "span") if e.get("rel") == "author" or e.get("itemprop") == "author"
    ]
    below = headline.xpath(f"(following::*)[position()<={NEAR}]") if headline is not None else ()
    bylines = (element for element in below if _BYLINE.search((element.get("class") or "").lower()))
    yield [text for element in bylines if len(text := element.text_content()) <= MAX_BYLINE]


def _of_json(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever stands in the JSON
    """Yield names of JSON-LD authors but not of organizations."""
    for author in value if isinstance(value, list) else [value]:
        kind = author.get("@type") if isinstance(author, dict) else None
        if kind is None or "Person" in (kind if isinstance(kind, list) else [kind]):
            yield from (name for name in strings(author) if not name.startswith("http"))


def _bare(name: str) -> str:
    """Take "by", «بقلم» and the like off the start of a name, and signs off its ends."""
    name = _stripped(plain(name))
    return _after_byline(name) or name


def _stripped(name: str) -> str:
    return name.strip(" -–—:|/•·,،.()[]\"'«»")


def _after_byline(line: str) -> str | None:
    """Return what follows "by" or «بقلم», None where the line starts with nothing of the kind."""
    cues = phrases().bylines
    start, colon, rest = line.partition(":")
    if colon and key(start) in cues:
        return rest.strip() or None
    for size in range(MAX_CUE, 0, -1):
        parts = line.split(maxsplit=size)
        if len(parts) > size and key(" ".join(parts[:size])) in cues:
            return parts[size].strip()
    return None


def _is_person(name: str, others: set[str]) -> bool:
    own = key(name)
    words = own.split()
    if not MIN_WORDS <= len(words) <= MAX_WORDS or _NO_NAME.search(name):
        return False
    if own in others or own in phrases().nobody or own in agency_keys() or not phrases().roles.isdisjoint(words):
        return False
    return not any(other in own for other in others if " " in other)
