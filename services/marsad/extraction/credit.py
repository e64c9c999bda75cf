"""Whom the text credits: the agency or outlet that it names as its source.

A credit stands on a line of its own near either end («المصدر: تاس», a bare «Sputnik»), in brackets at the end
(«(تاس)»), in the dateline («موسكو/تاس/»), or inside a sentence («نقلت وكالة تاس عن…»). Lines and brackets leave the
text, the rest stays.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from marsad.extraction.phrases import agency_keys, key, phrases
from marsad.outlets import NAME_SLOT, Outlet

__all__ = ["Credited", "take"]

TOP, BOTTOM = 3, 4  # lines at either end where a source is named
OPENING = 2  # paragraphs that a dateline may open: the headline may stand before it again
INTRO = 3  # paragraphs in which an agency inside a sentence is the source of the text
MAX_NAME = 60  # characters
DATELINE = 80  # characters of a paragraph in which its dateline stands

_LABELLED = re.compile(r"^([^:：]{2,20})\s*[:：]\s*(\S.*)$")
_BRACKETED = re.compile(r"\s*[(\[«]\s*([^()\[\]«»]{2,40})\s*[)\]»]\s*\.?\s*$")
_MARKED = re.compile(r"/\s?([^/]{2,20}?)\s?/|\(([^()]{2,20})\)\s?[-–—]")  # "/TASS/", "(Reuters) -"
_DASHED = re.compile(r"^[^/.:،]{2,40}?\s?[-–—]\s?([^\s/:–—-]{2,20})(?=[\s:/–—-])")  # «دمشق-سانا»
_BYLINE = re.compile(r"^([^/–—|]{2,40})\s*[/|–—-]\s*([^/–—|]{2,40})$")
_AGENCY = re.compile(
    r"(?:^|\s)(?:و?[لب]?وكالة\s+(?:ال[اأ]نباء\s+|أنباء\s+)?|خبرگزاری\s+|агентств[оуа]м?\s+)"
    r"[«\"“(]?([\w.]+)(?:\s([\w.]+))?(?:\s([\w.]+))?",
    re.IGNORECASE,
)
_OWN_WORD = re.compile(r"^(?:وكالة|وكاله|خبرگزاری|agency)\s+(?:(?:ال)?[أا]نباء\s+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Credited:
    """The source, and the text without the lines that only name it."""

    source: str | None
    lines: list[str]


def take(lines: list[str], outlet: Outlet | None, names: Iterable[str] = ()) -> Credited:
    """Find the source that the text names, as it is written.

    Args:
        lines: the text.
        outlet: whose re-printed agencies and forms of credit are known beside the common ones.
        names: of the outlet; when it names itself, that line leaves the text too, and is no credit.
    """
    own = set(map(key, names))
    agencies = agency_keys() | {key(name) for reprint in (outlet.reprints if outlet else ()) for name in reprint.names}
    kept, named = _without_credits(lines, agencies, _forms(outlet))
    if kept and (match := _BRACKETED.search(kept[-1])) and _is_agency(match[1], agencies):
        named.append(match[1].strip())
        kept[-1] = kept[-1][: match.start()].rstrip()
    others = agencies - own
    opening = [_without_name(line, own) for line in kept[:OPENING]]
    named += filter(None, (_of_dateline(opening, others), _inside(kept[:INTRO], others)))
    return Credited(next((name for name in named if key(name) not in own), None), list(filter(None, kept)))


def _without_credits(lines: list[str], agencies: Collection[str], forms: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return the lines that are text, and the sources that the others name."""
    kept: list[str] = []
    named: list[str] = []
    for place, line in enumerate(lines):
        at_edge = place < TOP or place >= len(lines) - BOTTOM
        source = _of_line(line, agencies, forms, at_edge=at_edge)
        (named if source else kept).append(source or line)
    return kept, named


def _forms(outlet: Outlet | None) -> dict[str, str]:
    """Return the lines by which the outlet credits the agencies it re-prints, and the names in them."""
    if outlet is None:
        return {}
    return {
        key(form.replace(NAME_SLOT, name)): name
        for reprint in outlet.reprints
        for name in reprint.names
        for form in reprint.forms
    }


def _of_line(line: str, agencies: Collection[str], forms: dict[str, str], *, at_edge: bool) -> str | None:
    """Return the source that a line names, if it does nothing else."""
    if own := forms.get(key(line)):
        return own
    if not at_edge or len(line) > 2 * MAX_NAME:
        return None
    if _is_agency(line, agencies):
        return line.strip(" ().:[]/*-–—")
    if (match := _LABELLED.match(line)) and key(match[1]) in phrases().sources and len(match[2]) <= MAX_NAME:
        return match[2].strip(" .()[]")
    sides = match.groups()[::-1] if (match := _BYLINE.match(line)) else ()  # «محمد علي/سانا»
    return next((side.strip() for side in sides if _is_agency(side, agencies)), None)


def _is_agency(text: str, agencies: Collection[str]) -> bool:
    return key(text) in agencies or key(_OWN_WORD.sub("", text.strip())) in agencies


def _without_name(line: str, own: Collection[str]) -> str:
    """Return what follows the outlet's own name and a colon, before which no dateline stands."""
    start, colon, rest = line[:DATELINE].partition(":")
    return rest.strip() if colon and key(start) in own else line


def _of_dateline(lines: Iterable[str], agencies: Collection[str]) -> str | None:
    for line in lines:
        for match in filter(None, (_MARKED.search(line[:DATELINE]), _DASHED.match(line))):
            name: str = next(filter(None, match.groups()))
            if _is_agency(name, agencies):
                return name.strip()
    return None


def _inside(lines: Iterable[str], agencies: Collection[str]) -> str | None:
    """Return the agency of «نقلت وكالة … عن», «به نقل از خبرگزاری …» or «сообщило агентство …»."""
    for line in lines:
        for match in _AGENCY.finditer(line):
            before = key(line[max(0, match.start() - MAX_NAME) : match.start()]).split()[-3:]
            if not any(word in phrases().quoting for word in before) and " ".join(before[-2:]) not in phrases().quoting:
                continue
            words = [word for word in match.groups() if word]
            for size in range(len(words), 0, -1):
                name = " ".join(words[:size])
                if key(name) in agencies:
                    return name.rstrip(".")
    return None
