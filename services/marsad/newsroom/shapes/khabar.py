"""The shape `khabar`: a Persian agency's site, whose readers see dates of the Persian calendar only."""

from html import escape
from zlib import crc32

from marsad.newsroom.calendars import day_name, digits, month_name, persian
from marsad.newsroom.shapes.common import Page, Shape, paragraphs_html, text_html

_ZERO = "۰"


def _fields(page: Page) -> dict[str, str]:
    year, month, number = persian(page.published.date())
    day = f"{number} {month_name(month, 'persian')} {year}"
    middle = 1 + len(page.paragraphs) // 2
    return {
        "date": digits(f"{day}، {page.published:%H:%M}", _ZERO),
        "today": digits(f"{day_name(page.published, 'fa')} {day}", _ZERO),
        "code": digits(str(crc32(page.url.encode()) % 10_000_000), _ZERO),
        "short_url": escape(page.short_url or page.url),
        "lead": escape(page.paragraphs[0]),
        "text_before": text_html(page, 1, middle),
        "text_after": text_html(page, middle),
        "byline": paragraphs_html([f"گزارش: {name}" for name in page.authors]),
        "source": paragraphs_html([f"منبع: {page.credit_line}"] if page.credit_line else ()),
    }


KHABAR = Shape(_fields, frozenset({"section", "tags", "lead", "image", "modified"}))
