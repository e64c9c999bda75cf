"""The shape `bulletin`: a Russian agency's site, in Russian and in English, with the lead above the dateline."""

from html import escape
from pathlib import Path
from typing import Any

from marsad.newsroom.calendars import month_name
from marsad.newsroom.content import read_yaml
from marsad.newsroom.shapes.common import Page, Shape, text_html

_WORDS: dict[str, Any] = read_yaml(Path(__file__).parent / "bulletin.yaml")


def _fields(page: Page) -> dict[str, str]:
    words, day = _WORDS[page.house.language], page.published
    middle = 1 + len(page.paragraphs) // 2
    title, url = next(iter(page.related), (page.house.site_name, f"{page.origin}/"))
    return {
        "date": f"{day.day} {month_name(day.month, page.house.language)} {day.year}, {day:%H:%M}",
        "lead": escape(page.paragraphs[0]),
        "byline": "".join(f'<div class="bulletin-author">{escape(name)}</div>' for name in page.authors),
        "text_before": text_html(page, 1, middle),
        "text_after": text_html(page, middle),
        "related_title": escape(title),
        "related_url": escape(url),
        "source": f"<p>{escape(words['source'])}: {escape(page.credit_line)}</p>" if page.credit_line else "",
        **{f"says_{key}": escape(text) for key, text in words["says"].items()},
    }


BULLETIN = Shape(_fields, frozenset({"lead", "image", "modified"}))
