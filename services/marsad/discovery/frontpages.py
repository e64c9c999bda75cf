"""Finds article links on front pages, by the pattern that the outlet's file gives.

Runs in a worker process: strangers' HTML, and an operator's pattern on strangers' URLs, may be slow.
"""

import re

from lxml import etree, html

from marsad.discovery.listings import MAX_ENTRIES, MAX_TITLE, Entry, Listing, link_of
from marsad.urls import clean

__all__ = ["parse_front_page"]

MAX_LINKS = 10_000  # looked at
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


def parse_front_page(body: bytes, url: str, content_type: str | None, pattern: str) -> Listing:
    """Return the links that match, each once, in the order of the page; never raises.

    Args:
        body: of the page.
        url: of the page; resolves relative links, unless the page names a base.
        content_type: of the answer; its charset goes before the page's own.
        pattern: of an article's address, searched in the cleaned URL.
    """
    tree = _tree(body, content_type)
    if tree is None:
        return Listing(problem="no HTML")
    base = next((link_of(url, str(one.get("href") or "")) for one in tree.iter("base")), None) or url
    article, found = re.compile(pattern), dict[str, Entry]()
    anchors = [one for one in tree.iter("a") if one.get("href")][:MAX_LINKS]
    for anchor in anchors:
        link = link_of(base, str(anchor.get("href")))
        address = clean(link) if link else ""
        if link and article.search(address) and len(found) < MAX_ENTRIES:
            title = " ".join("".join(map(str, anchor.itertext())).split())[:MAX_TITLE]
            found.setdefault(address, Entry(link, title, None))
    problem = None if found else f"none of {len(anchors)} links matches {pattern!r}"
    return Listing(entries=tuple(found.values()), problem=problem)


def _tree(body: bytes, content_type: str | None) -> html.HtmlElement | None:
    """Parse in the charset that the bytes prove, the answer declares or the page names; None where it is no HTML."""
    declared = _CHARSET.search(content_type or "")
    proven = "utf-8" if _is_utf8(body) else declared[1] if declared else None
    for charset in dict.fromkeys((proven, None)):
        try:
            return html.document_fromstring(body, parser=html.HTMLParser(encoding=charset, no_network=True))
        except (LookupError, etree.LxmlError, ValueError, AssertionError):  # an unknown charset, or an empty page
            continue
    return None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
