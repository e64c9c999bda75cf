"""The shape `plain`: a small site written by hand, without a feed and without a word about itself in its head."""

from html import escape

from marsad.newsroom.calendars import month_name
from marsad.newsroom.shapes.common import Page, Shape, text_html


def _fields(page: Page) -> dict[str, str]:
    day = page.published
    return {
        "date": f"{day.day} {month_name(day.month, 'ar')} {day.year}",
        "byline": "".join(f'<p class="author">بقلم {escape(name)}</p>' for name in page.authors),
        "text": text_html(page),
    }


PLAIN = Shape(_fields, frozenset({"day"}))
