"""The shape `wire`: an English agency with JSON-LD (schema.org NewsArticle)."""

import json
from html import escape

from marsad.newsroom.feeds import summary
from marsad.newsroom.shapes.common import Page, Shape, in_script, paragraphs_html


def _fields(page: Page) -> dict[str, str]:
    """Return the escaped fields of `wire.html` beside the common ones."""
    middle = min(3, len(page.paragraphs))
    return {
        "date": f"{page.published:%d %B %Y, %H:%M %Z}",
        "byline": f'<p class="byline">By {escape(" and ".join(page.authors))}</p>' if page.authors else "",
        "json_ld": _json_ld(page),
        "text_before": paragraphs_html(page.paragraphs[:middle]),
        "text_after": paragraphs_html(page.paragraphs[middle:]),
        "credit": f'<p class="source">Source: {escape(page.credit_line)}</p>' if page.credit_line else "",
    }


def _json_ld(page: Page) -> str:
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": page.url,
        "headline": page.title,
        "description": summary(page.paragraphs[0]),
        "articleSection": page.section,
        "datePublished": page.published.isoformat(timespec="minutes"),
        "dateModified": (page.modified or page.published).isoformat(timespec="minutes"),
        "author": [{"@type": "Person", "name": name} for name in page.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": page.house.site_name},
    }
    return in_script(json.dumps(facts, ensure_ascii=False))


WIRE = Shape(_fields, frozenset({"section", "modified"}))
