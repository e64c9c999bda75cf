"""The shape `online`: a state newspaper's site that puts its own name and a colon before every text."""

from html import escape

from marsad.newsroom.calendars import month_name
from marsad.newsroom.shapes.common import Page, Shape, paragraphs_html, text_html


def _fields(page: Page) -> dict[str, str]:
    day = page.published
    latest = (
        f'<div class="item"><p><a href="{escape(url)}">{escape(title)}</a></p><p>منذ {2 + place} ساعات</p></div>'
        for place, (title, url) in enumerate(page.related)
    )
    return {
        "date": f"{day.day} {month_name(day.month, 'ar-levant')}، {day.year}",
        "lead": escape(page.paragraphs[0]),
        "text": text_html(page, 1) if len(page.paragraphs) > 1 else "",
        "latest": "".join(latest),
        "byline": paragraphs_html([f"إعداد: {name}" for name in page.authors]),
        "source": paragraphs_html([f"المصدر: {page.credit_line}"] if page.credit_line else ()),
    }


ONLINE = Shape(_fields, frozenset({"section", "image"}))
