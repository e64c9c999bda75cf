"""Where the article's body stands on the page, and trafilatura's reading of it.

trafilatura is asked about the body alone where it can be found: most of a page is other things, which cost it time and
now and then end up in the text. The classes that name a body follow its `BODY_XPATH`; what is added is that a body in
several containers of one class is read whole, and that a container must hold a good share of the page's prose.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from copy import copy
from functools import lru_cache
from typing import cast

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from marsad.extraction.page import blank
from marsad.extraction.phrases import key, phrases
from marsad.extraction.selectors import select

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns of every page that holds no text

__all__ = ["locate", "prose", "text_of"]

MIN_SHARE = 0.2  # of the page's prose, for a container to be taken for the body
MIN_KEPT = 0.5  # of a container's prose, for trafilatura's reading of it to be believed
MIN_OF_PAGE, MAX_OF_PAGE = 0.25, 1.5  # of the page's prose; outside, the slow pass is asked
MAX_PARTS = 12  # containers of one class; more are entries of a list
MAX_CLASS = 300  # characters of a class that are looked at, and remembered
MAX_POINTER = 250  # characters; a longer paragraph is one, links or not
MIN_PARAGRAPH = 40  # characters outside links
MAX_LABEL = 40  # characters beside a link, as a section's name or "read also"
MAX_BOX = 2_000  # characters of a box of links
MIN_LINK = 15  # characters of a link that is a headline

_FULL = re.compile(
    r"(?:entry|page|text|article|art|post|news|story)[-_]{0,2}(?:content|body|text|entry)(?![-_]?(?:meta|footer|header|info|wrap))"
    r"|articleBody|ArticleContent|post_inner_wrapper|body-text|article__container|story-?content",
    re.IGNORECASE,
)
_STORY = re.compile(
    r"^article |post-bodycopy|(?:theme|blog|section|single)-content|single-post|main-column|wpb_text_column|field-body"
    r"|fulltext|^primary",
    re.IGNORECASE,
)
_CONTENT = re.compile(r"content[-_]{0,2}(?:main|body)|main-?content|page-content", re.IGNORECASE)
_EXACT_FULL = frozenset({"post", "entry", "articlecontent"})
_EXACT_STORY = frozenset({"postarea", "text", "story", "article"})
_TAGS = ("article", "div", "main", "section", "td")
_NAMING = ("class", "id", "itemprop")
_RANKS = 5
_BOXES = ("div", "section", "aside")
_BLOCKS = ("p", "h2", "h3", "h4", "h5", "h6", "li", "blockquote")

# Signs of the Phaistos disc, undeciphered since 1908, stand for the zero-width (non-)joiners.
_JOINERS = "\u200c\u200d"
_HIDDEN = str.maketrans(_JOINERS, "\U000101d0\U000101d1")
_SHOWN = str.maketrans("\U000101d0\U000101d1", _JOINERS)

_LENGTH_OF = etree.XPath("string-length(normalize-space())")


@lru_cache(maxsize=4_096)
def _rank(tag: str, classes: str, name: str, itemprop: str) -> int:
    """Return how surely these attributes name a body: 0 most, _RANKS not at all."""
    if itemprop == "articleBody" or _FULL.search(classes) or _FULL.search(name):
        return 0
    if classes.lower() in _EXACT_FULL or name.lower() in _EXACT_FULL:
        return 0
    if tag == "article":
        return 1
    if classes.lower() in _EXACT_STORY or name.lower() in _EXACT_STORY or _STORY.search(classes) or _STORY.search(name):
        return 2
    if "content" in (classes, name) or _CONTENT.search(classes) or _CONTENT.search(name):
        return 3
    return 4 if tag == "main" or classes.startswith("main") or name.startswith("main") else _RANKS


def prose(element: HtmlElement) -> int:
    """Return the number of characters outside links, white space collapsed."""
    return _length(element) - sum(map(_length, element.iter("a")))


def _length(element: HtmlElement) -> int:
    return int(cast("float", _LENGTH_OF(element)))


def locate(tree: HtmlElement, selectors: Sequence[str] = ()) -> list[HtmlElement]:
    """Return the body's container or containers in document order; nothing where none is sure.

    An outlet's selectors come first, then the classes and tags that name a body on most sites.
    """
    chosen = select(tree, selectors)
    if any(map(prose, chosen)):
        return chosen
    total = prose(tree)
    firsts: dict[int, HtmlElement] = {}
    for element in tree.iter(*_TAGS):
        classes, name, itemprop = ((element.get(attribute) or "")[:MAX_CLASS] for attribute in _NAMING)
        rank = _rank(element.tag, classes, name, itemprop)
        if rank < _RANKS:
            firsts.setdefault(rank, element)
    for _, first in sorted(firsts.items()):
        for group in (_twins(tree, first), [first]):
            if sum(map(prose, group)) >= max(1, MIN_SHARE * total):
                return group
    return []


def _twins(tree: HtmlElement, first: HtmlElement) -> list[HtmlElement]:
    """Return the containers of the same class that are not inside one another."""
    classes = first.get("class")
    if not classes:
        return [first]
    same = [element for element in tree.iter(first.tag) if element.get("class") == classes]
    if len(same) == 1 or len(same) > MAX_PARTS:
        return [first]
    inside = {element for outer in same for element in outer.iterdescendants(first.tag)}
    return [element for element in same if element not in inside]


def text_of(tree: HtmlElement, body: Sequence[HtmlElement]) -> str:
    """Return the text as trafilatura reads it, one paragraph a line: of the body, else of the page."""
    text = ""
    if body:
        text = _read(_document(body), fast=True)
        if len(text) >= MIN_KEPT * sum(map(prose, body)):
            return text
    whole = _read(tree, fast=True)
    total = prose(tree)
    if len(whole) > MAX_OF_PAGE * total:  # menus
        whole = _read(tree, fast=False)
    elif len(whole) < MIN_OF_PAGE * total:
        whole = max(whole, _read(tree, fast=False), key=len)
    return max(text, whole, key=len)


def _document(parts: Iterable[HtmlElement]) -> HtmlElement:
    """Return a page that holds copies of these elements alone."""
    root = blank()
    article = etree.SubElement(etree.SubElement(root, "body"), "article")
    for part in parts:
        twin = copy(part)
        twin.tail = None
        for attribute in _NAMING:  # trafilatura would take the first part for the whole body
            twin.attrib.pop(attribute, None)
        article.append(twin)
    _drop_pointers(root)
    return root


def _drop_pointers(body: HtmlElement) -> None:
    """Delete what only leads to other articles: boxes of links, and paragraphs that are one.

    A paragraph is one if it holds a link and nothing else, or nothing but words such as "read also".
    """
    cues = phrases().pointers
    for box in [box for box in body.iter(*_BOXES) if _is_link_box(box)]:
        if box.getparent() is not None:
            box.drop_tree()
    for block in list(body.iter(*_BLOCKS)):
        if block.find(".//a") is None or len(block.text_content()) > MAX_POINTER:
            continue
        rest = key(_outside_links(block))
        if rest in cues or (not rest and block.tag == "p" and _between_text(block)):
            block.drop_tree()


def _is_link_box(box: HtmlElement) -> bool:
    total = _length(box)
    if not MIN_LINK <= total <= MAX_BOX:
        return False
    outside = prose(box)
    return total - outside >= MIN_LINK and outside <= MAX_LABEL


def _outside_links(block: HtmlElement) -> str:
    return "".join(block.xpath(".//text()[not(ancestor::a)]"))


def _between_text(block: HtmlElement) -> bool:
    """Whether paragraphs stand around it, perhaps with a label before it: in a list of links, every entry is one."""
    before, after = block.getprevious(), block.getnext()
    if before is not None and before.tag == "p" and 0 < _length(before) <= MAX_LABEL:
        before = before.getprevious()
    return all(other is not None and other.tag == "p" and prose(other) >= MIN_PARAGRAPH for other in (before, after))


def _read(tree: HtmlElement, *, fast: bool) -> str:
    with_joiners = _hide_joiners(tree)
    found = bare_extraction(
        tree if with_joiners is None else with_joiners, include_comments=False, fast=fast, with_metadata=False
    )
    text = found.text or "" if isinstance(found, Document) else ""
    return text.translate(_SHOWN) if with_joiners is not None else text


def _hide_joiners(tree: HtmlElement) -> HtmlElement | None:
    """Return a copy whose zero-width joiners are signs that trafilatura keeps; None where there are no joiners.

    It deletes them as unprintable, which runs the parts of Persian words together.
    """
    if not any(joiner in tree.text_content() for joiner in _JOINERS):
        return None
    twin = copy(tree)
    for element in twin.iter():
        if element.text:
            element.text = element.text.translate(_HIDDEN)
        if element.tail:
            element.tail = element.tail.translate(_HIDDEN)
    return twin
