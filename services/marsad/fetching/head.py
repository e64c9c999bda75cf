"""What the head of a page, and the fields of its answer, ask of a crawler: to go elsewhere, not to keep a copy.

Sources: WHATWG HTML, 4.2.5.3 (http-equiv=refresh); the robots meta tag and X-Robots-Tag as search engines document them
(https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from marsad.fetching.agent import PRODUCT
from marsad.fetching.markup import Tag, characters, is_html, pieces

IN_HEAD = frozenset(
    {"html", "head", "meta", "title", "link", "base", "script", "style", "noscript", "template", "object", "param"}
)
APART = frozenset({"noscript", "template"})  # what stands in them is not for those who read the page as it is
MAX_METAS = 200
DIRECTIVES = frozenset(
    {"noindex", "none", "noarchive", "nocache", "nofollow", "nosnippet", "noimageindex", "notranslate", "noai"}
)

_REFRESH = re.compile(
    r"""0+(?:\.[\d.]{0,9})?\s{0,9}[;,\s]\s{0,9}(?:url\s{0,9}=\s{0,9})?+(?:"([^"]+)|'([^']+)|([^"'\s].*))""",
    re.IGNORECASE | re.DOTALL,
)
_OURS = re.compile(f"refresh|robots|{PRODUCT}", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{1,40}")
_AGENT = re.compile(r"\s*([\w-]{1,60})\s*:(.*)", re.DOTALL)
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


@dataclass(frozen=True, slots=True)
class Head:
    """What a page's head says.

    Attributes:
        refresh: where an immediate refresh leads, as written; None where there is none.
        robots: the directives of its robots meta tags that concern us, sorted.
    """

    refresh: str | None = None
    robots: tuple[str, ...] = ()


def read_head(body: bytes, content_type: str | None) -> Head:
    """Read the metas of an HTML page's head; for anything else, an empty head."""
    if not is_html(content_type) or b"<" not in body[:1_024]:
        return Head()
    refresh = None
    robots: set[str] = set()
    for meta in _metas(characters(body[: _end_of_head(body)], content_type)):
        content = meta.get("content", "")
        if meta.get("http-equiv", "").strip().lower() == "refresh":
            refresh = refresh or immediate(content)
        elif meta.get("name", "").strip().lower() in {"robots", PRODUCT.lower()}:
            robots |= _directives(content)
    return Head(refresh, tuple(sorted(robots)))


def immediate(refresh: str) -> str | None:
    """Return where a refresh of no seconds leads, as written; None for a later one, and for one that names no URL.

    Those that wait are front pages that load themselves anew, or notices that are there to be read.
    """
    match = _REFRESH.match(refresh.strip())
    target = (match[1] or match[2] or match[3] or "").strip() if match else ""
    return target or None


def robots_of(fields: Iterable[str]) -> tuple[str, ...]:
    """Return the directives of X-Robots-Tag fields that concern us, sorted.

    A field may name an agent before its directives (`googlebot: noindex`): those are that agent's.
    """
    found: set[str] = set()
    for field in fields:
        ours = True
        for part in field.split(","):
            named = _AGENT.match(part)
            if named and named[1].lower() not in _WITH_VALUE:
                ours = named[1].lower() == PRODUCT.lower()
                part = named[2]  # noqa: PLW2901 - what stands behind the agent's name
            if ours:
                found |= _directives(part)
    return tuple(sorted(found))


def _directives(text: str) -> set[str]:
    return set(DIRECTIVES) & set(_WORD.findall(text.lower()[:2_000]))


def _end_of_head(body: bytes) -> int:
    """Return where the body begins at the latest, to decode no more than needed."""
    ends = [end for mark in (b"</head", b"<body") if (end := body.find(mark)) >= 0]
    return min(ends, default=len(body))


def _metas(markup: str) -> Iterator[dict[str, str]]:
    """Yield the attributes of the head's metas that may concern us; the first tag that stands in no head ends it."""
    metas = 0
    apart: str | None = None
    for piece in pieces(markup):
        if not isinstance(piece, Tag):
            continue
        if apart:
            apart = None if piece.closes and piece.name == apart else apart
        elif piece.name not in IN_HEAD or metas >= MAX_METAS:
            return
        elif piece.name in APART and not piece.closes:
            apart = piece.name
        elif piece.name == "meta":
            metas += 1
            if _OURS.search(piece.rest):
                yield piece.attributes
