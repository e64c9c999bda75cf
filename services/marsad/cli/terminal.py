"""Strangers' text on a terminal: harmless, and in the direction that it is read.

Terminals differ. Those with bidirectional text (VTE, Konsole, mlterm) order a line themselves: each right-to-left line
goes out as an isolate of its own, set against the right edge. The others (xterm, kitty, the Linux console) show
characters as they come: for them a line can be put into visual order first, without vowel signs, which would sit on
the wrong letter. Source: Unicode UAX #9.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from bidi import get_display
from rich.console import Console
from rich.text import Text

from marsad.text.invisible import escape_invisible

__all__ = ["clean", "is_rtl", "json_line", "paragraph"]

RLI, PDI = "\u2067", "\u2069"
MATCH = "bold yellow"

_KEPT_FORMATS = {"\u200c", "\u200d"}  # joiners: without them Persian is misspelled
_RTL = {"R", "AL"}


def clean(text: str) -> str:
    """Return the text as one line without what could steer a terminal or deceive a reader.

    White space, line ends included, becomes single spaces. Controls (escape sequences begin with one), bidi overrides
    and isolates, other invisible formats, private use and lone surrogates go.
    """
    return " ".join("".join(map(_harmless, text)).split())


def json_line(value: Mapping[str, Any]) -> str:
    """Return an object as a line of JSON that a terminal may show: letters as they are, what could steer it escaped."""
    return escape_invisible(json.dumps(value, ensure_ascii=False))


def is_rtl(text: str) -> bool:
    """Whether more letters of the text run from right to left than from left to right."""
    directions = [unicodedata.bidirectional(character) for character in text]
    return sum(direction in _RTL for direction in directions) > directions.count("L")


def paragraph(
    pieces: Iterable[tuple[str, bool]], console: Console, *, style: str = "", visual: bool = False
) -> list[Text]:
    """Return a text as lines of the console's width.

    Args:
        pieces: text, and whether it is to be marked; cleaned here.
        console: where it goes.
        style: of the whole.
        visual: put right-to-left lines into visual order, for terminals without bidirectional text.
    """
    whole = Text(style=style)
    for text, marked in _spaced(pieces):
        whole.append(text, MATCH if marked else None)
    rtl = is_rtl(whole.plain)
    lines = whole.wrap(console, console.width)
    for line in lines:
        line.rstrip()
    if visual:
        return [_visual(line, console.width, rtl=rtl) for line in lines]
    return [_isolated(line, console.width) if rtl else line for line in lines]


def _harmless(character: str) -> str:
    if character.isspace():
        return " "
    if character in _KEPT_FORMATS:
        return character
    return "" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"} else character


def _spaced(pieces: Iterable[tuple[str, bool]]) -> Iterable[tuple[str, bool]]:
    """Yield the pieces cleaned, with the spaces between them kept."""
    for text, marked in pieces:
        before = " " if re.match(r"\s", text) else ""
        after = " " if re.search(r"\s\Z", text) else ""
        if middle := clean(text):
            yield f"{before}{middle}{after}", marked
        elif before:
            yield " ", False


def _isolated(line: Text, width: int) -> Text:
    return Text(" " * max(0, width - line.cell_len)).append(RLI).append_text(line).append(PDI)


def _visual(line: Text, width: int, *, rtl: bool) -> Text:
    """Return the line in visual order; a match is marked wherever its letters stand."""
    shown = Text(_reordered(line.plain, rtl=rtl), style=line.style)
    for span in line.spans:
        match = _reordered(line.plain[span.start : span.end], rtl=rtl).strip()
        if match:
            shown.highlight_words([match], span.style)
    return Text(" " * max(0, width - shown.cell_len)).append_text(shown) if rtl else shown


def _reordered(text: str, *, rtl: bool) -> str:
    bare = "".join(character for character in text if not unicodedata.combining(character))
    return str(get_display(bare, base_dir="R" if rtl else "L"))
