"""What is no article: refused before trafilatura sees it, or after its text is known to be none."""

from collections.abc import Sequence

from lxml.html import HtmlElement

from marsad.extraction.addresses import parts
from marsad.extraction.body import prose
from marsad.extraction.page import utf16
from marsad.extraction.phrases import key, phrases
from marsad.extraction.result import Reason
from marsad.extraction.strings import plain
from marsad.extraction.structured import Structured

__all__ = ["after_reading", "before_parsing", "before_reading"]

MAX_BYTES = 10_000_000  # four times the largest article page that we know; feeds of photos reach it
MAX_ELEMENTS = 50_000  # a news page has one to five thousand; trafilatura takes seconds at this number
MAX_TEXT = 500_000  # characters; the longest novel chapters on news sites stay far below
SHORT = 600  # characters of prose; a page that says more has something to say, whatever its title
MIN_TEXT = 140  # characters of a text whose page does not call itself an article
MIN_BREAKING = 15  # of one whose page does: breaking news is one sentence
MIN_TEASERS = 5  # links long enough to be headlines
TEASER = 25  # characters of such a link
MIN_OWN = 0.5  # share of a text that stands in no such link

_MAGIC = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"RIFF",
    b"\x00\x00\x00\x18ftyp",
)
_TYPES = ("html", "xml", "text/plain", "octet-stream")


def before_parsing(html: bytes, content_type: str | None) -> Reason | None:
    """Judge the bytes and their declared type."""
    if not html.strip():
        return "empty"
    if len(html) > MAX_BYTES:
        return "too_large"
    declared = (content_type or "").partition(";")[0].strip().lower()
    if html.startswith(_MAGIC) or (declared and not any(kind in declared for kind in _TYPES)):
        return "not_html"
    if html.lstrip()[:1] in {b"{", b"["} or (b"\0" in html[:1024] and not _is_wide(html)):
        return "not_html"
    return None


def _is_wide(html: bytes) -> bool:
    return html.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or utf16(html) is not None


def before_reading(tree: HtmlElement, headline: str) -> Reason | None:
    """Judge the parsed page by its size, and by what it says where it says little."""
    if sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        return "too_many_elements"
    if prose(tree) > SHORT:
        return None
    titles = [key(headline), *(key(plain(heading.text_content())) for heading in tree.iter("title", "h1", "h2"))]
    page = key(plain(tree.text_content()))
    if any(wall in page for wall in phrases().walls):
        return "wall"
    if any(title == error or (" " in error and error in title) for title in titles for error in phrases().errors):
        return "error_page"
    return None


def after_reading(
    tree: HtmlElement, lines: Sequence[str], lead: str | None, said: Structured, url: str
) -> Reason | None:
    """Judge the text: a page that calls itself an article needs a sentence, another one needs a text."""
    length = sum(map(len, lines)) + len(lead or "")
    if length > MAX_TEXT:
        return "too_large"
    if said.says_article:
        return "no_text" if length < MIN_BREAKING else None
    teasers = [text for link in tree.iter("a") if len(text := plain(link.text_content())) >= TEASER]
    shown = sum(map(len, teasers))
    if len(teasers) >= MIN_TEASERS and (prose(tree) < shown or _is_front(url) or said.articles > 1):
        return "listing"
    if _own_share(lines, teasers) < MIN_OWN:  # a listing of few, which trafilatura reads as one paragraph
        return "listing"
    return "no_text" if length < MIN_TEXT else None


def _own_share(lines: Sequence[str], teasers: Sequence[str]) -> float:
    """Return how much of the text is no headline that leads elsewhere, from 0 to 1."""
    own = whole = key(" ".join(lines))
    for teaser in map(key, teasers):
        own = own.replace(teaser, "")
    return len(own) / len(whole) if whole else 1.0


def _is_front(url: str) -> bool:
    split = parts(url)
    return split.path in {"", "/"} and not split.query
