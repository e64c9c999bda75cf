"""The shape `ajil`: an Arabic broadcaster."""

from html import escape

from marsad.newsroom.shapes.common import Page, Shape, clock_time, paragraphs_html


def _fields(page: Page) -> dict[str, str]:
    """Return the escaped fields of `ajil.html` beside the common ones."""
    half = (len(page.paragraphs) + 1) // 2
    return {
        "date": clock_time(page.published),
        "short_url": escape(page.short_url or page.url),
        "text_before": paragraphs_html(page.paragraphs[:half]),
        "text_after": paragraphs_html(page.paragraphs[half:]),
        "read_more": "".join(
            f'<p class="read-more__title"><a href="{escape(url)}">{escape(title)}</a></p>'
            for title, url in page.related[:1]
        ),
        "byline": "".join(f'<span class="author">إعداد: {escape(name)}</span>' for name in page.authors),
        "credit": escape(page.credit_line or page.house.site_name),
    }


AJIL = Shape(_fields, frozenset({"section", "modified"}))
