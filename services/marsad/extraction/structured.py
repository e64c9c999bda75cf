"""What a page says about itself: schema.org in JSON-LD, OpenGraph and other `meta` elements, one order of precedence.

Sources: https://schema.org/NewsArticle, https://ogp.me, Dublin Core in HTML (DCMI), and what publishers' tools
(Parse.ly, Sailthru) ask for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from marsad.extraction.strings import plain

__all__ = ["Structured", "read", "strings"]

MAX_SCRIPTS = 200  # that are looked at; few of them are JSON-LD
MAX_SCRIPT = 1_000_000  # characters of one JSON-LD script
MAX_NODES = 2_000
MAX_META = 400
FEW = 3  # articles on a page of which the first is the page's own

# `ld:` is a property of the JSON-LD article, others are names of meta elements; the first that is there wins.
PRECEDENCE: Mapping[str, tuple[str, ...]] = {
    "title": ("ld:headline", "og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "ld:name"),
    "description": ("og:description", "description", "ld:description", "twitter:description", "dc.description"),
    "published": (
        *("ld:datePublished", "article:published_time", "og:article:published_time", "datepublished"),
        *("dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date", "dcterms.date", "ld:dateCreated"),
        *("parsely-pub-date", "sailthru.date", "publishdate", "publish-date", "publish_date", "pubdate"),
        *(
            "published_time",
            "published-date",
            "og:published_time",
            "mediator_published_time",
            "cxenseparse:recs:publishtime",
        ),
    ),
    "modified": ("ld:dateModified", "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified"),
    "site_name": ("og:site_name", "ld:publisher", "application-name"),
    "section": ("article:section", "ld:articleSection", "og:article:section"),
    "tags": ("article:tag", "ld:keywords", "news_keywords", "og:article:tag", "parsely-tags"),
    "image": ("ld:image", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
    "language": ("ld:inLanguage", "og:locale", "content-language", "dc.language", "language"),
    "authors": (
        *(
            "ld:author",
            "author",
            "article:author",
            "dc.creator",
            "dcterms.creator",
            "parsely-author",
            "sailthru.author",
        ),
        *("byl", "og:article:author"),
    ),
    "canonical": ("og:url", "ld:url"),
    "type": ("og:type",),
}
_NAMES = ("name", "@value", "@id", "url")
_ADDRESSES = ("url", "contentUrl", "@id")
_OF_ADDRESSES = frozenset({"image", "canonical"})
_ARTICLE = re.compile(r"article$|^blogposting$|^liveblogposting$|^report$|^socialmediaposting$", re.IGNORECASE)
_OPENINGS = ("<!--", "//<![CDATA[", "// <![CDATA[", "<![CDATA[")
_CLOSINGS = ("-->", "//]]>", "// ]]>", "]]>", ";")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


@dataclass(frozen=True, slots=True)
class Structured:
    """A page's statements about itself."""

    article: Mapping[str, Any]
    """The JSON-LD node of the article; empty where there is none."""
    articles: int
    """How many such nodes there are; a list of news has one each."""
    meta: Mapping[str, tuple[str, ...]]
    """By name, property or itemprop in small letters."""

    def values(self, field: str) -> Iterator[str]:
        """Yield what the page says about a field of PRECEDENCE, the most trusted first."""
        for source in PRECEDENCE[field]:
            if source.startswith("ld:"):
                kinds = _ADDRESSES if field in _OF_ADDRESSES else _NAMES
                yield from filter(None, map(plain, strings(self.article.get(source[3:]), kinds)))
            else:
                yield from self.meta.get(source, ())

    def first(self, field: str) -> str | None:
        """Return the most trusted value."""
        return next(self.values(field), None)

    @property
    def says_article(self) -> bool:
        """Whether the page calls itself an article."""
        return bool(self.article) or "article" in (self.first("type") or "").lower()


def read(tree: HtmlElement) -> Structured:
    """Collect the statements of a page, before its scripts are dropped."""
    nodes = [node for node in _nodes(tree) if _is_article(node)]
    meta = _meta(tree)
    return Structured(_of_page(nodes, meta), len(nodes), meta)


def _meta(tree: HtmlElement) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for number, element in enumerate(tree.iter("meta")):
        if number >= MAX_META:
            break
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = plain(element.get("content") or "")
        if name and content:
            name = name.strip().lower().replace("dc:", "dc.").replace("dcterms:", "dcterms.")
            found[name] = (*found.get(name, ()), content)
    return found


def _nodes(tree: HtmlElement) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of all JSON-LD scripts, `@graph` and nested entities opened."""
    for number, script in enumerate(tree.iter("script")):
        if "ld+json" not in (script.get("type") or "") or number >= MAX_SCRIPTS:
            continue
        queue = [_json(script.text or "")]
        for _ in range(MAX_NODES):
            if not queue:
                break
            value = queue.pop(0)
            if isinstance(value, list):
                queue[:0] = value
            elif isinstance(value, dict):
                yield value
                queue[:0] = [value[key] for key in ("@graph", "mainEntity", "itemListElement", "item") if key in value]


def _json(text: str) -> object:
    """Parse leniently: comments around it, raw line ends in strings, a comma too many. None where it stays broken."""
    if len(text) > MAX_SCRIPT:
        return None
    for opening in _OPENINGS:
        text = text.strip().removeprefix(opening)
    for closing in _CLOSINGS:
        text = text.strip().removesuffix(closing)
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _is_article(node: Mapping[str, Any]) -> bool:
    types = node.get("@type")
    return any(
        isinstance(kind, str) and _ARTICLE.search(kind) for kind in (types if isinstance(types, list) else [types])
    )


def _of_page(nodes: list[Mapping[str, Any]], meta: Mapping[str, tuple[str, ...]]) -> Mapping[str, Any]:
    """Return the node that speaks of this page: the only one, or the one with its headline."""
    if len(nodes) <= 1:
        return nodes[0] if nodes else {}
    title = (meta.get("og:title") or meta.get("twitter:title") or ("",))[0]
    for node in nodes:
        headline = plain(next(strings(node.get("headline")), ""))
        if headline and title and (headline in title or title in headline):
            return node
    return nodes[0] if len(nodes) <= FEW else {}


def strings(value: object, kinds: tuple[str, ...] = _NAMES) -> Iterator[str]:
    """Yield the texts of a property: plain, numbers, lists, or objects that have one of these keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list):
        for part in value[:50]:
            if not isinstance(part, list):
                yield from strings(part, kinds)
    elif isinstance(value, dict):
        inner = next((value[key] for key in kinds if value.get(key)), None)
        if isinstance(inner, str):
            yield inner
