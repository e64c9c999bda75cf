"""Find where quotations begin and end: «…», “…”, „…“, "…", and ” that opens, as newsrooms really type them."""

import re
from collections.abc import Iterator

from marsad.text.span import Span

__all__ = ["MAX_QUOTATION", "quotations"]

MAX_QUOTATION = 400  # characters; what is open for longer was never closed, or is a speech of several sentences

_MARK = re.compile('[«»“”„‟"]')
_BEFORE_OPENER = " \t\u00a0([{-–—:،,"


def quotations(text: str, within: Span) -> Iterator[Span]:
    """Yield the closed quotations of a paragraph in order, marks included, none inside another.

    A mark that never closes is dropped as soon as another opens or MAX_QUOTATION characters have passed.
    """
    opened, kind = -1, ""
    for found in _MARK.finditer(text, within.start, within.end):
        at, mark = found.start(), found[0]
        if kind and at - opened >= MAX_QUOTATION:
            kind = ""
        if kind and _closes(text, at, within, kind):
            yield Span(opened, at + 1)
            kind = ""
        elif _opens(text, at, within) and (not kind or _family(kind) == _family(mark)):
            opened, kind = at, mark


def _family(mark: str) -> str:
    return mark if mark == '"' else "«»" if mark in "«»" else "“”„‟"


def _closes(text: str, at: int, within: Span, kind: str) -> bool:
    mark = text[at]
    if mark == '"':
        return kind == '"' and not (_after_gap(text, at, within) and not _before_gap(text, at, within))
    if mark == "“":
        return kind in "„”"  # „German“ and ”Arabic“
    return (mark == "»" and kind == "«") or (mark == "”" and _family(kind) == "“”„‟")


def _opens(text: str, at: int, within: Span) -> bool:
    mark = text[at]
    if mark in '”"':
        return not _before_gap(text, at, within) or _after_gap(text, at, within)
    return mark != "»"


def _after_gap(text: str, at: int, within: Span) -> bool:
    return at == within.start or text[at - 1] in _BEFORE_OPENER


def _before_gap(text: str, at: int, within: Span) -> bool:
    return at + 1 == within.end or text[at + 1].isspace()
