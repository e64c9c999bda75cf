"""A page's markup read in one pass, for what must be known of it before anybody parses it: walls, refreshes, tags.

No tree is built, and time is linear in what is read, whatever the bytes: every step moves on, and what a stranger could
make long (a tag, an attribute, the number of either) is cut. Source: WHATWG HTML, 13.2.5 (tokenization), in outline.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

MAX_BYTES = 256 * 1024  # read of a page; heads and walls end long before
MAX_TAG = 2_048  # characters of a tag whose quotes are minded
MAX_STEPS = 5_000  # tags, comments and whatever else begins with <

_TAG = re.compile(r"<(/?)([a-z][^\s/>]{0,40})", re.IGNORECASE)
_REST = re.compile(r"""(?:=\s*+(?:"[^"]*+"|'[^']*+')|[^>])*+>""")
_ATTRIBUTE = re.compile(r"""([^\s=/>"']{1,30}+)\s{0,20}=\s{0,20}(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++))""")
_RAW = {
    name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "textarea", "iframe", "xmp", "title")
}
_CHARSET = re.compile(rb"""charset\s{0,5}=\s{0,5}["']?\s{0,5}([\w.:-]{2,40})""", re.IGNORECASE)
_SINGLE_BYTE = re.compile(r"(?:windows-?|cp)125\d|iso-?8859-\d{1,2}|koi8-[ru]", re.IGNORECASE)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARED_WITHIN = 2_048  # bytes; the HTML standard looks at 1,024
_HTML = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: its name in small letters, what stands behind the name, whether it closes."""

    name: str
    rest: str
    closes: bool

    @property
    def attributes(self) -> dict[str, str]:
        """Its attributes, names in small letters, the first of each name."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.rest):
            found.setdefault(match[1].lower(), unescape(match[2] or match[3] or match[4] or ""))
        return found


def is_html(content_type: str | None) -> bool:
    """Whether HTML is declared, or nothing."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    return not media_type or media_type in _HTML


def characters(body: bytes, content_type: str | None) -> str:
    """Return the first MAX_BYTES as characters: UTF-8, UTF-16 with its mark, or the one-byte set that is declared."""
    start = body[:MAX_BYTES]
    if start.startswith(_UTF16):
        return start.decode("utf-16", "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return start.decode(_declared(start, content_type), "replace")


def _declared(start: bytes, content_type: str | None) -> str:
    """Return a one-byte set; a stranger must not choose among all of Python's codecs."""
    for place in ((content_type or "").encode("ascii", "ignore"), start[:_DECLARED_WITHIN]):
        match = _CHARSET.search(place)
        if match and _SINGLE_BYTE.fullmatch(name := match[1].decode("ascii", "ignore")):
            return _known(name)
    return "utf-8"


def _known(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:  # iso-8859-99
        return "latin-1"


def pieces(markup: str) -> Iterator[Tag | str]:
    """Yield tags, and the text between them; comments and what stands in scripts and styles is left out."""
    at = steps = 0
    while at < len(markup) and steps < MAX_STEPS:
        steps += 1
        start = markup.find("<", at)
        if start < 0:
            yield markup[at:]
            return
        if start > at:
            yield markup[at:start]
        if markup.startswith("<!--", start):
            at = _behind(markup, "-->", start + 4)
        elif match := _TAG.match(markup, start):
            tag, at = _tag(markup, match)
            yield tag
            if not tag.closes and tag.name in _RAW:
                end = _RAW[tag.name].search(markup, at)
                inside, at = at, end.start() if end else len(markup)
                if tag.name == "title":
                    yield markup[inside:at]
        elif markup.startswith(("<!", "<?", "</"), start):
            at = _behind(markup, ">", start)
        else:
            yield "<"
            at = start + 1


def _tag(markup: str, match: re.Match[str]) -> tuple[Tag, int]:
    rest = _REST.match(markup, match.end(), match.end() + MAX_TAG)
    end = rest.end() if rest else _behind(markup, ">", match.end())
    return Tag(match[2].lower(), markup[match.end() : min(end, match.end() + MAX_TAG)], bool(match[1])), end


def _behind(markup: str, mark: str, start: int) -> int:
    end = markup.find(mark, start)
    return end + len(mark) if end >= 0 else len(markup)
