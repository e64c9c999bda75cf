"""Bring two spellings of one word together, for comparing and searching; never for showing.

Every language: compatibility forms (NFKC: `ﻻ`, `１`), case, white space, Arabic-Indic digits and their signs; what is
optional or invisible goes: tatweel, Arabic vowel signs, zero-width and bidi controls, soft hyphens, control characters.

Letters are folded by language alone, since one letter has several rights in one script:

- `ar`: `أإآٱ` are alef, `ى` is `ي`, `ة` is `ه`, hamza seats `ؤئ` are `ء` (مسؤول, مسئول); letters of foreign keyboards
  and names are their Arabic twins (`ک ی ھ ہ`, `پ` is `ب`, `ڤ` is `ف`). `گ چ` are kept: they stand for several.
- `fa`: `أإآٱ` are alef, `ي ى` are `ی`, `ك` is `ک`, `ة ۀ` are `ه`.
- `ur`: `ي ى` are `ی`, `ك` is `ک`, `ه ة ۂ ۃ` are `ہ`, `أ` is alef; `آ ھ ے` are letters of their own.
- `ku` (`ckb`): `ي ى` are `ی`, `ك` is `ک`, heh with a non-joiner and `ة` are `ە`, `ھ` is `ه`.
- `ps`: `ك` is `ک`, `گ` is `ګ`; the five yehs are kept.
- `ru`: `ё` is `е`.
- Others, `und` included: no letter is folded.

Sources: Unicode UAX #15 (NFKC, Stream-Safe Text Format); Lucene's ArabicNormalizer and PersianNormalizer, from which
this departs in the seats of hamza and in the folding of `آ`.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

__all__ = ["normalise", "primary"]

MAX_MARKS = 30  # in a row, as in Stream-Safe Text; CPython's NFKC takes quadratic time over longer runs

_SURROGATES = re.compile("[\ud800-\udfff]")
_HEH_NON_JOINER = "ه\u200c"  # how Kurdish was typed before it had ە

_INVISIBLE = (
    *range(0x09),
    *range(0x0E, 0x1C),
    *range(0x7F, 0x85),
    *range(0x86, 0xA0),
    0xAD,  # soft hyphen
    0x61C,  # Arabic letter mark
    0x180E,
    *range(0x200B, 0x2010),  # zero-width space, joiners, LRM, RLM
    *range(0x202A, 0x202F),  # bidi embeddings and overrides
    *range(0x2060, 0x2070),  # word joiner, bidi isolates
    *range(0xFE00, 0xFE10),  # variation selectors
    0xFEFF,
)
_OPTIONAL = (
    0x640,  # tatweel
    *range(0x610, 0x61B),
    *range(0x64B, 0x660),  # harakat; hamza above has been composed before
    0x670,
    *range(0x6D6, 0x6DD),
    *range(0x6DF, 0x6E5),
    *range(0x6E7, 0x6E9),
    *range(0x6EA, 0x6EE),
    *range(0x8CA, 0x8E2),
    *range(0x8E3, 0x900),
)
_SIGNS = dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬٪", "01234567890123456789.,%", strict=True))

_LETTERS = {
    "ar": dict(zip("أإآٱٲٳىیےکڪةہھەۀپڤؤئ", "اااااايييككهههههبفءء", strict=True)),
    "fa": dict(zip("أإآٱيىېكڪةۀہھە", "اااایییککههههه", strict=True)),
    "ur": dict(zip("يىكهةۀۂۃەأ", "ییکہہہہہہا", strict=True)),
    "ku": dict(zip("يىكڪةھ", "ییککەه", strict=True)),
    "ps": dict(zip("كگ", "کګ", strict=True)),
    "ru": dict(zip("ё", "е", strict=True)),
}
_SAME_RULES = {"ckb": "ku", "arb": "ar", "pes": "fa", "prs": "fa", "pus": "ps"}


def primary(language: str | None) -> str:
    """Return the primary subtag of a BCP 47 tag in small letters (`ar-EG` is `ar`), `und` for none."""
    return re.split("[-_]", (language or "").strip().lower(), maxsplit=1)[0] or "und"


def normalise(text: str, language: str) -> str:
    """Return the text as it is compared: rules of every language, then the letters of this one.

    Takes linear time and any string: lone surrogates become U+FFFD. Applying it twice changes nothing.

    Args:
        text: as written.
        language: ISO 639 code or BCP 47 tag; `und` where it is not known.
    """
    if _SURROGATES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    code = primary(language)
    code = _SAME_RULES.get(code, code)
    if code == "ku":
        text = text.replace(_HEH_NON_JOINER, "ە")
    wanted, replacement = _folding(code if code in _LETTERS else "")
    folded = wanted.sub(lambda found: replacement[found[0]], _compose(text).casefold())
    return " ".join(_compose(folded).split())


def _compose(text: str) -> str:
    if text.isascii():
        return text
    one, too_many = _marks()
    if one.search(text[::MAX_MARKS]):  # a longer run has a mark at one of these places
        text = too_many.sub(r"\1", text)
    return unicodedata.normalize("NFKC", text)


@cache
def _marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what matches one combining mark, and what matches too many in a row."""
    marks = {code for code in range(0x300, 0x1E94B) if unicodedata.combining(chr(code))}
    marks |= {0xF73, 0xF75, 0xF81}  # no marks, but made of nothing else
    one = "[" + "".join(map(chr, sorted(marks))) + "]"
    return re.compile(one), re.compile(f"({one}{{{MAX_MARKS}}}){one}+")


@cache
def _folding(code: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Return what matches a character to replace, and the replacements."""
    table = dict.fromkeys(map(chr, (*_INVISIBLE, *_OPTIONAL)), "") | _SIGNS | _LETTERS.get(code, {})
    return re.compile("[" + re.escape("".join(table)) + "]"), table
