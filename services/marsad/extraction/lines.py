"""Which of the lines that trafilatura leaves are the article's text."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from marsad.extraction.dates import for_readers
from marsad.extraction.phrases import Phrases, key, phrases
from marsad.text.normalise import normalise

__all__ = ["Known", "clean", "tidy"]

SHORT = 200  # characters; a longer line is a paragraph, whatever it starts with
TOP = 5  # lines among which headline, section and the outlet's name are repeated
DATE_LINE = 70  # characters; a longer line with a date is a sentence
EDGE = 4  # lines at either end among which sentences on cookies and terms are looked for
MAX_AFTER_END = 0.4  # of the text's characters, after a line that ends it; where more follow, it did not

_RULE = re.compile(r"^[\s|:-]+$")  # between the head and the rows of a table
_BULLET = re.compile(r"^- (?=\S)")
_SIGN = re.compile(r"\W*(?:https?:|www\.|\d)")
_LINK = re.compile(r"^(?:https?://|www\.)\S+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the page beside its text; lines that repeat it are no text."""

    title: str = ""
    names: tuple[str, ...] = ()
    """Of the outlet."""
    labels: tuple[str, ...] = ()
    """Sections."""
    boilerplate: tuple[str, ...] = ()
    lead: str = ""
    captions: tuple[str, ...] = ()


def clean(lines: Sequence[str], known: Known) -> list[str]:
    """Return the text's paragraphs, in order. A text that only repeats the headline is kept: breaking news may."""
    cues = phrases()
    kept = _until_end(_without_repeats(lines, known) or list(lines), cues)
    return _trim([line for line in kept if not _is_cue(line, known, cues)], cues)


def tidy(text: str) -> list[str]:
    """Split trafilatura's text into lines, without its marks of lists and tables, spaces single, composed (NFC)."""
    return [line for raw in text.splitlines() if (line := _tidy(raw))]


def _tidy(line: str) -> str:
    if _RULE.match(line):
        return ""
    line = _BULLET.sub("", line.strip())
    if line.startswith("| "):
        line = " | ".join(filter(None, (cell.strip() for cell in line.strip("| ").split(" | "))))
    return unicodedata.normalize("NFC", " ".join(line.split()))


def _without_repeats(lines: Sequence[str], known: Known) -> list[str]:
    """Drop the headline, the outlet's own name and the section above the text, and captions of pictures."""
    title = key(known.title)
    names = {key(name) for name in known.names}
    labels = {key(label) for label in known.labels}
    repeated = {key(known.lead), *(key(caption) for caption in known.captions if len(caption) <= SHORT)} - {""}
    kept: list[str] = []
    for place, line in enumerate(lines):
        own = key(line)
        at_top = place < TOP and (own == title or own in names or _is_date(line))
        if not at_top and own not in repeated and own not in labels:
            kept.append(_without_name(line, names) if not kept else line)
    return kept


def _is_date(line: str) -> bool:
    return len(line) <= DATE_LINE and for_readers(line) is not None


def _without_name(line: str, names: set[str]) -> str:
    """Take the outlet's name and a colon off the start of the first paragraph."""
    start, colon, rest = line.partition(":")
    return rest.strip() if colon and rest.strip() and key(start) in names else line


def _is_cue(line: str, known: Known, cues: Phrases) -> bool:
    own = key(line)
    if not own or own in cues.whole or own in cues.ends:
        return True
    if len(line) > SHORT:
        return False
    if normalise(line, "ar").startswith(cues.starts):
        return True
    return any(_is_boilerplate(own, key(phrase)) for phrase in known.boilerplate)


def _is_boilerplate(line: str, phrase: str) -> bool:
    """Whether the line is the phrase, or starts with it.

    A phrase of one word needs a link or a sign after it: «موافق» is a button, «موافق على الخطة» is text.
    """
    if not phrase or not line.startswith(phrase):
        return False
    rest = line[len(phrase) :]
    return not rest or (" " in phrase and not rest[0].isalpha()) or bool(_SIGN.match(rest))


def _until_end(lines: list[str], cues: Phrases) -> list[str]:
    left = total = sum(map(len, lines))
    for place, line in enumerate(lines):
        left -= len(line)
        if left <= MAX_AFTER_END * total and place and key(line) in cues.ends:
            return lines[:place]
    return lines


def _trim(lines: list[str], cues: Phrases) -> list[str]:
    """Drop bare links and sentences on cookies, terms and newsletters among the first and last lines."""
    last = len(lines) - EDGE
    return [line for place, line in enumerate(lines) if EDGE <= place < last or not _is_edging(line, cues)]


def _is_edging(line: str, cues: Phrases) -> bool:
    if len(line) > 2 * SHORT:
        return False
    own = key(line)
    return bool(_LINK.match(line)) or any(cue in own for cue in cues.edges)
