"""The shape `daily`: an Egyptian newspaper's old site, with the Hijri date of the day above every page."""

from html import escape

from marsad.newsroom.calendars import day_name, hijri, month_name
from marsad.newsroom.shapes.common import Page, Shape, text_html

_NOON = 12


def _fields(page: Page) -> dict[str, str]:
    day, middle = page.published, (len(page.paragraphs) + 1) // 2
    year, month, number = hijri(day.date())
    of_day = f"{day.day} {month_name(day.month, 'ar')} {day.year}"
    half = "ص" if day.hour < _NOON else "م"
    return {
        "today": f"{day_name(day, 'ar')} {of_day}",
        "hijri": f"{number} من {month_name(month, 'hijri')} {year} هـ",
        "date": f"{of_day} | {(day.hour - 1) % _NOON + 1}:{day:%M} {half}",
        "keywords": escape("،".join(page.tags)),
        "byline": f'<p class="writer">كتب:&rlm; {escape(" و".join(page.authors))}</p>' if page.authors else "",
        "text_before": text_html(page, 0, middle),
        "text_after": text_html(page, middle),
        "agency": f'<p class="agency">{escape(page.credit_line)}</p>' if page.credit_line else "",
    }


DAILY = Shape(_fields, frozenset({"section", "tags", "image"}))
