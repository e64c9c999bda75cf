"""The shape `nawa`: a state agency's Arabic site on a common content system, whose plug-in writes a JSON-LD graph."""

import json
from html import escape

from marsad.newsroom.calendars import day_name, month_name
from marsad.newsroom.shapes.common import Page, Shape, in_script, text_html


def _fields(page: Page) -> dict[str, str]:
    day = page.published
    return {
        "date": f"{day:%Y/%m/%d}",
        "today": f"{day_name(day, 'ar')} {day.day} {month_name(day.month, 'ar-levant')} {day.year}",
        "json_ld": _graph(page),
        "text": text_html(page),
        "byline": "".join(f'<p class="signed"><strong>متابعة: {escape(name)}</strong></p>' for name in page.authors),
    }


def _graph(page: Page) -> str:
    article = {
        "@type": "NewsArticle",
        "@id": f"{page.url}#article",
        "headline": page.title,
        "datePublished": page.published.isoformat(timespec="minutes"),
        "dateModified": (page.modified or page.published).isoformat(timespec="minutes"),
        "keywords": list(page.tags),
        "articleSection": [page.section],
        "inLanguage": "ar",
        "author": {"@type": "Organization", "name": page.house.site_name},
    }
    parents = [
        {"@type": "Organization", "@id": f"{page.origin}/#organization", "name": page.house.site_name},
        {"@type": "WebPage", "@id": page.url, "url": page.url, "name": f"{page.title} - {page.house.site_name}"},
        {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": "الرئيسية"}]},
    ]
    return in_script(json.dumps({"@context": "https://schema.org", "@graph": [*parents, article]}, ensure_ascii=False))


NAWA = Shape(_fields, frozenset({"section", "tags", "image", "modified"}))
