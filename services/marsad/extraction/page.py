"""From a response's bytes to a tree: character sets, repairs, and what no text stands in."""

import codecs
import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser
from trafilatura.utils import detect_encoding

__all__ = ["blank", "decode", "parse", "prune", "utf16"]

HEAD_BYTES = 2_048  # the HTML standard looks for a declaration in the first 1024
BAD_SHARE = 0.02  # of the non-ASCII characters: a page with a few broken bytes is still in its encoding
DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([\w.:-]{2,40})""", re.IGNORECASE)
IN_HEADER = re.compile(r"""charset\s{0,5}=\s{0,5}["']?([\w.:-]{2,40})""", re.IGNORECASE)
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Declared far more often than meant: by a server's default or a template of another language. They are believed only
# where nothing speaks against them.
DEFAULTS = frozenset({"utf-8", "iso8859-1", "cp1252", "ascii"})
# Pages that declare the ISO sets use the Windows characters (https://encoding.spec.whatwg.org/#names-and-labels).
WINDOWS = {"iso8859-1": "cp1252", "ascii": "cp1252"}

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CLOSED_HTML = re.compile(r"(<html[^<>]{0,500}?)\s{0,5}/>", re.IGNORECASE)

TEXTLESS = (
    *("script", "style", "noscript", "template", "svg", "nav", "iframe", "canvas", "object", "embed", "select"),
    *("button", "input", "textarea", "video", "audio", "map", "dialog", "menu"),
)

_PARSER = HTMLParser(collect_ids=False, remove_comments=True, remove_pis=True, encoding="utf-8")
# lxml.html asks Python for the class of every element; here one class is chosen in C.
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))


def decode(html: bytes, content_type: str | None) -> str:
    """Return the page's characters; what cannot be decoded becomes U+FFFD.

    A byte order mark decides, then whether the bytes are UTF-8, then the declaration of the header and of the page,
    then a guess: many Arabic pages of windows-1256 are declared to be UTF-8 or Latin.
    """
    for mark, encoding in BOMS:
        if html.startswith(mark):
            return html[len(mark) :].decode(encoding, "replace")
    if (wide := utf16(html)) is not None:
        return html.decode(wide, "replace")
    text = html.decode("utf-8", "replace")
    if _plausible(text):
        return text
    for encoding in _declared(html, content_type):
        text = html.decode(WINDOWS.get(encoding, encoding), "replace")
        if encoding not in DEFAULTS and _plausible(text):
            return text
    guesses = [guess for guess in detect_encoding(html) if _codec(guess) is not None]
    return html.decode(guesses[0] if guesses else "cp1252", "replace")


def utf16(html: bytes) -> str | None:
    """Recognise UTF-16 without a mark: markup whose every second byte is zero. In programs many are, without markup."""
    start = html[:64]
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[0::2])):
        if zeros.count(0) > len(zeros) * 0.8 and start.decode(encoding, "replace").lstrip().startswith("<"):
            return encoding
    return None


def _plausible(text: str) -> bool:
    """Whether few of the characters beyond ASCII are replacements."""
    bad = text.count("\ufffd")
    return bad == 0 or bad <= BAD_SHARE * (len(text) - sum(map(str.isascii, text)))


def _declared(html: bytes, content_type: str | None) -> list[str]:
    """Return the known encodings that the header and the page name, by Python's names."""
    names = [match[1] for match in [IN_HEADER.search(content_type or "")] if match]
    names += [match[1].decode("ascii", "replace") for match in [DECLARED.search(html[:HEAD_BYTES])] if match]
    return [codec for codec in map(_codec, names) if codec is not None]


def _codec(name: str) -> str | None:
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return info.name if info._is_text_encoding else None  # noqa: SLF001 - the only way to tell base64 from a charset


def parse(text: str) -> HtmlElement | None:
    """Return the page's tree, or None where there is no element at all."""
    try:
        return etree.fromstring(_repaired(text).encode("utf-8", "replace"), _PARSER)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _repaired(text: str) -> str:
    """Take away what stops libxml2 early: characters that XML forbids, odd doctypes, a closed `html` element.

    trafilatura's own repair takes quadratic time for a doctype that never ends.
    """
    text = _FORBIDDEN.sub("", text.lstrip())
    head, rest = text[:HEAD_BYTES], text[HEAD_BYTES:]
    if head[:9].lower() == "<!doctype":
        head = head.partition(">")[2] or head
    return _CLOSED_HTML.sub(r"\1>", head, count=1) + rest


def blank() -> HtmlElement:
    """Return a new, empty `html` element of the same kind as parsed ones."""
    return _PARSER.makeelement("html")


def prune(tree: HtmlElement) -> None:
    """Delete, in place, elements that never hold the article's text, and spans of table cells.

    trafilatura lays spanned cells out: 3000 rows of 1000 by 1000 cells cost it seven minutes.
    """
    etree.strip_elements(tree, *TEXTLESS, with_tail=False)
    etree.strip_attributes(tree, "colspan", "rowspan")
