"""The lead (standfirst): the sentences that a page sets between headline and body."""

import re

from lxml.html import HtmlElement

from marsad.extraction.body import prose
from marsad.extraction.phrases import key
from marsad.extraction.selectors import select
from marsad.extraction.strings import plain
from marsad.outlets import Outlet

__all__ = ["take"]

MIN_CHARS, MAX_CHARS = 40, 900
NEAR = 30  # elements after the headline
MAX_SHARE = 0.5  # of the page's prose; more is the body

_CLASS = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|standfirst|chapo|chapeau|sapo|dek|deck|lid|anons|intro|subtitle|subheadline|sub-headline"
    r"|article-?summary|article__summary|news-?summary|article-?lead|summary-text)(?:$|[\s_-])",
    re.IGNORECASE,
)
_TAGS = ("p", "div", "h2", "h3", "section")


def take(tree: HtmlElement, title: str, headline: HtmlElement | None, outlet: Outlet | None) -> str | None:
    """Return the lead and delete it from the page, in place; None where the page sets none apart."""
    chosen = select(tree, outlet.lead_selectors) if outlet else []
    texts = [text for element in chosen if (text := plain(element.text_content()))]
    if texts:
        for element in chosen:
            element.drop_tree()
        return " ".join(texts)
    if headline is None:
        return None
    own, limit = key(title), MAX_SHARE * prose(tree)
    for element in headline.xpath(f"(following::*)[position()<={NEAR}]"):
        if element.tag not in _TAGS or not _CLASS.search(element.get("class") or ""):
            continue
        text = plain(element.text_content())
        if MIN_CHARS <= len(text) <= min(MAX_CHARS, limit) and key(text) != own and prose(element) >= len(text) / 2:
            element.drop_tree()
            return text
    return None
