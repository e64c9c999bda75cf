"""Who wrote the article: persons, not the outlet, not a section, not an agency."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

from marsad.extraction.phrases import agency_keys, key, phrases
from marsad.extraction.strings import plain
from marsad.extraction.structured import Structured, strings

__all__ = ["byline", "find", "persons"]

MAX_AUTHORS = 10
MIN_WORDS, MAX_WORDS = 2, 6  # of a person's name
MAX_BYLINE = 120  # characters

_SEPARATOR = re.compile(r"\s*(?:[;|،/\n]|,(?!\s*(?:jr|sr|ph\.?d|m\.?d)\b)|\s(?:و|and|et|и|&|مع)\s)\s*", re.IGNORECASE)
_NO_NAME = re.compile(r"[\d@#_=<>{}\[\]?!%$©]|https?:|www\.|\.(?:com|net|org|ir|ru|sy|eg)\b", re.IGNORECASE)
_ORGANIZATIONS = frozenset(map(key, ("وكالة", "وكالات", "موقع", "صحيفة", "جريدة", "قناة", "شبكة", "the", "خبرگزاری")))
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:author|byline|writer|journalist|post-author|article__author|authors?-name)(?:$|[\s_-])"
)


def find(tree: HtmlElement, said: Structured, strangers: Iterable[str]) -> tuple[str, ...]:
    """Return the authors that the page names, the most trusted source alone; empty where nobody is named.

    Args:
        tree: the page, without what holds no text.
        said: what its head says.
        strangers: names that are no persons here: the outlet's, the section's.
    """
    others = {key(name) for name in strangers} - {""}
    for named in _sources(tree, said):
        if found := persons(named, others):
            return found
    return ()


def persons(named: Iterable[str], others: Iterable[str] = ()) -> tuple[str, ...]:
    """Return those of the names that can be persons', each once, in order."""
    others = set(others)
    names = (_bare(part) for text in named for part in _SEPARATOR.split(plain(text)[: MAX_BYLINE * MAX_AUTHORS]))
    return tuple(dict.fromkeys(name for name in names if _is_person(name, others)))[:MAX_AUTHORS]


def byline(line: str) -> str | None:
    """Return what follows "by" or «بقلم» on a line of its own; None where the line is no byline."""
    if len(line) > MAX_BYLINE:
        return None
    name = _bare(line)
    return name if name != line and len(name.split()) <= MAX_WORDS else None


def _sources(tree: HtmlElement, said: Structured) -> Iterator[list[str]]:
    yield list(_of_json(said.article.get("author")))
    yield [value for value in said.values("authors") if not value.startswith("http")]
    yield [
        e.text_content() for e in tree.iter("a", "span") if e.get("rel") == "author" or e.get("itemprop") == "author"
    ]
    yield [
        text
        for element in tree.iter("div", "span", "p", "address", "a", "li")
        if _BYLINE.search((element.get("class") or "").lower()) and len(text := element.text_content()) <= MAX_BYLINE
    ]


def _of_json(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever stands in the JSON
    """Yield names of JSON-LD authors but not of organizations."""
    for author in value if isinstance(value, list) else [value]:
        kind = author.get("@type") if isinstance(author, dict) else None
        if kind is None or "Person" in (kind if isinstance(kind, list) else [kind]):
            yield from (name for name in strings(author) if not name.startswith("http"))


def _bare(name: str) -> str:
    """Take "by", «بقلم» and the like off the start of a name, and signs off its ends."""
    name = plain(name).strip(" -–—:|/•·,،.()[]\"'«»")
    start = re.match(r"([^\s:]+(?:\s[^\s:]+){0,2}?)\s*:\s*(.+)", name)
    if start and key(start[1]) in phrases().bylines:
        return start[2].strip()
    for words in (3, 2, 1):
        parts = name.split(maxsplit=words)
        if len(parts) > words and key(" ".join(parts[:words])) in phrases().bylines:
            return parts[words].strip()
    return name


def _is_person(name: str, others: set[str]) -> bool:
    own = key(name)
    words = own.split()
    if not MIN_WORDS <= len(words) <= MAX_WORDS or _NO_NAME.search(name):
        return False
    if own in others or own in phrases().nobody or own in agency_keys():
        return False
    return not any(other in own for other in others if " " in other) and words[0] not in _ORGANIZATIONS
