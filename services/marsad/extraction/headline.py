"""The headline as readers see it, without the outlet's name."""

import re
from collections.abc import Iterable
from itertools import islice

from lxml.html import HtmlElement

from marsad.extraction.phrases import key
from marsad.extraction.strings import plain
from marsad.extraction.structured import Structured

__all__ = ["find", "without_suffix"]

MIN_COMMON = 0.5  # of a heading's words, for it to be the headline that the page's head names
MAX_HEADINGS = 20
_JOINT = re.compile(r"\s+[|\-–—:•·»«/~]+\s+|\s*\|\s*")


def find(
    tree: HtmlElement, said: Structured, names: Iterable[str], suffixes: Iterable[str]
) -> tuple[str, HtmlElement | None]:
    """Return the headline, "" where there is none, and its element.

    The `h1` is what readers see and is never cut short; it counts when the page's head names it too, or when it stands
    alone in both senses. Otherwise JSON-LD, OpenGraph and the title element follow.
    """
    names = tuple(names)
    named = [plain(value) for value in [*said.values("title"), tree.findtext(".//title") or ""]]
    named = [title for value in named if (title := without_suffix(value, names, suffixes))]
    headings = [
        (text, element) for element in islice(tree.iter("h1"), MAX_HEADINGS) if (text := plain(element.text_content()))
    ]
    for text, element in headings:
        if any(_alike(text, title) for title in named):
            return without_suffix(text, names, suffixes), element
    if len(headings) == 1 and not named:
        return without_suffix(headings[0][0], names, suffixes), headings[0][1]
    return (named[0] if named else ""), None


def without_suffix(title: str, names: Iterable[str], suffixes: Iterable[str] = ()) -> str:
    """Take the outlet's name off either end of a title."""
    for suffix in suffixes:
        title = title.removesuffix(suffix).removesuffix(suffix.strip())
    known = {key(name) for name in names}
    joints = list(_JOINT.finditer(title))
    for joint in joints:  # the longest tail that is a name: names have dashes too
        if key(title[joint.end() :]) in known:
            title = title[: joint.start()]
            break
    if joints and key(title[: joints[0].start()]) in known:
        title = title[joints[0].end() :]
    return title.strip()


def _alike(one: str, other: str) -> bool:
    """Whether most words of the shorter stand in the longer."""
    first, second = sorted((set(key(one).split()), set(key(other).split())), key=len)
    return bool(first) and len(first & second) >= MIN_COMMON * len(first)
