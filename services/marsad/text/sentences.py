"""Cut a text into sentences by rules: offsets into the text as it was given.

A paragraph (a line) always ends a sentence. Inside one, `! ? ؟ ۔ 。 ।` and a full stop end it, unless the stop belongs
to a number, an address, an initial or an abbreviation, or small letters go on after it. `؛` and `:` never end one; an
ellipsis (`..`, `…`) only before a capital letter, since in Arabic news `..` stands where English has a comma.
A quotation is never cut in two unless it is longer than `MAX_QUOTATION`. Rules follow the script of the words around
the stop; the language decides about ordinals. Takes linear time: every look around a stop is bounded.
"""

import re
from collections.abc import Iterator

from marsad.text.abbreviations import (
    AFTER_NUMBERS,
    ARABIC_GLUED_TITLES,
    BEFORE_NUMBERS,
    DOTTED_ORDINALS,
    FIRST_WORDS,
    MAY_END,
    RUSSIAN_TAILS,
    TITLES,
)
from marsad.text.normalise import primary
from marsad.text.quotations import quotations
from marsad.text.span import Span

__all__ = ["sentences"]

WINDOW = 32  # characters looked at on either side of a stop

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_STOPS = re.compile(r"[.!?؟…۔。！？।॥։።]+")
_CLOSERS = re.compile(r"[\"'»”’“›)\]}」』]*")
_GO_ON = re.compile(r"\s*[\"'«“”„‘‹(\[{「『\-–—•\u200e\u200f]*\s*")
_LAST_WORD = re.compile(r"(?P<number>\d+[\s\u00a0]?)?(?P<word>[^\W\d_]+(?:\.[^\W\d_]+)*)$")
_LAST_NUMBER = re.compile(r"(?:^|[^\w.,٫])(\d{1,4})$")
_LETTERS = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06ee-\u06ff\ufb50-\ufdff\ufe70-\ufefc]")


def sentences(text: str, language: str) -> list[Span]:
    """Return the sentences in order: none empty, none overlapping; all that is no white space lies in one of them.

    Args:
        text: paragraphs, one a line.
        language: ISO 639 code or BCP 47 tag; `und` where it is not known.
    """
    ordinals = primary(language) in DOTTED_ORDINALS
    spans: list[Span] = []
    for line in _LINE.finditer(text):
        start = line.start()
        for end in _ends(text, Span(*line.span()), ordinals=ordinals):
            _keep(spans, text, start, end)
            start = end
        _keep(spans, text, start, line.end())
    return spans


def _keep(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append(Span(start, end))


def _ends(text: str, line: Span, *, ordinals: bool) -> Iterator[int]:
    """Yield where sentences end before the line does: after the stop and what it closes."""
    quoted = quotations(text, line)
    quote = next(quoted, None)
    start = line.start
    for stop in _STOPS.finditer(text, *line):
        end = _past(_CLOSERS, text, stop.end(), min(line.end, stop.end() + WINDOW))
        while quote and quote.end <= stop.start():
            quote = next(quoted, None)
        if end == line.end or (quote and quote.start < stop.start() and end < quote.end):
            continue
        before = text[max(start, stop.start() - WINDOW) : stop.start()]
        if _is_end(before, stop[0], text[end : min(line.end, end + WINDOW)], ordinals=ordinals):
            yield end
            start = end


def _is_end(before: str, marks: str, after: str, *, ordinals: bool) -> bool:
    if not after[0].isspace():
        return _is_glued_end(before, marks, after)
    rest = after[_past(_GO_ON, after, 0, len(after)) :]
    if rest[:1].islower() or rest[:1] in {",", "،", ";", "؛"}:
        return False
    if _is_ellipsis(marks):
        return rest[:1].isupper()
    return marks != "." or not _is_short_form(before, rest, ordinals=ordinals)


def _past(pattern: re.Pattern[str], text: str, at: int, end: int) -> int:
    found = pattern.match(text, at, end)
    return found.end() if found else at


def _is_ellipsis(marks: str) -> bool:
    return "…" in marks or (len(marks) > 1 and set(marks) <= {".", "۔"})


def _is_glued_end(before: str, marks: str, after: str) -> bool:
    """Tell whether a sentence ends although no space follows: common in Arabic, and the rule in Chinese."""
    if marks[-1] in "。！？":
        return after[0].isalnum()
    if _is_ellipsis(marks) or not _ARABIC.match(after):
        return False
    last = _LAST_WORD.search(before)
    return last is None or (len(last["word"].rpartition(".")[2]) > 1 and bool(_ARABIC.match(last["word"])))


def _is_short_form(before: str, rest: str, *, ordinals: bool) -> bool:
    """Tell whether the full stop between these two only shortens a word or a number."""
    if number := _LAST_NUMBER.search(before):
        is_item = before.strip() == number[1]  # 1. of a list; no sentence is a number alone
        return is_item or (ordinals and len(number[1]) < 3)  # noqa: PLR2004 - days and centuries, not years
    last = _LAST_WORD.search(before)
    if last is None:
        return False
    tail = last["word"].rpartition(".")[2]
    if last["number"] and tail in AFTER_NUMBERS:
        return " " not in before[: last.start()].strip()  # a date alone («в 2015 г.») opens the sentence
    if _ARABIC.match(tail):
        return len(tail.replace("ـ", "")) == 1 or tail in ARABIC_GLUED_TITLES
    return _is_abbreviation(last["word"], rest, counted=bool(last["number"]))


def _is_abbreviation(written: str, rest: str, *, counted: bool) -> bool:
    """Tell whether a Latin or Cyrillic word is abbreviated here; `counted` where a number stands before it."""
    word = written.casefold()
    *heads, tail = written.split(".")
    if word in BEFORE_NUMBERS:
        return rest[:1].isdigit()
    if word in TITLES:
        return not counted
    short = all(len(part) < 3 for part in heads) and len(tail) < (3 if heads else 2)  # noqa: PLR2004 - Ph.D, e.g, J
    may_end = short or word in MAY_END
    return may_end and not _begins_sentence(word, tail, rest)


def _begins_sentence(word: str, tail: str, rest: str) -> bool:
    """Tell whether what follows an abbreviation or an initial begins a sentence."""
    following = _LETTERS.match(rest)
    if following is None:
        return False
    if word.isascii():
        return following[0].casefold() in FIRST_WORDS
    return following[0][0].isupper() and (tail in RUSSIAN_TAILS or len(tail) > 1)
