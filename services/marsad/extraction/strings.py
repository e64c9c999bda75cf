"""Strings as pages write them, made plain: entities written twice, white space, invisible signs."""

import re
import unicodedata
from html import unescape

__all__ = ["plain"]

MAX_CHARS = 2_000  # of a headline, description or name; more is not one

# Bidi controls, byte order marks and soft hyphens. The zero-width joiners stay: they are spelling.
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")


def plain(text: str) -> str:
    """Return one line: no tags, no entities, no control or bidi characters, single spaces, composed (NFC)."""
    text = text[: 2 * MAX_CHARS]
    if "&" in text:
        text = unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    text = _CONTROLS.sub(" ", text).translate(_INVISIBLE)
    return unicodedata.normalize("NFC", " ".join(text.split())[:MAX_CHARS])
