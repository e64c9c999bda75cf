"""The shape `sada`: an Arabic agency's site."""

from html import escape

from marsad.newsroom.shapes.common import Page, Shape, clock_time

_BLOCK = 2  # paragraphs in one body container


def _fields(page: Page) -> dict[str, str]:
    """Return the escaped fields of `sada.html` beside the common ones."""
    lead, *body = page.paragraphs
    return {
        "date": clock_time(page.published),
        "compact_date": f"{page.published:%Y%m%dT%H%M%z}",
        "lead": escape(lead),
        "blocks": _blocks(page, body),
        "agency": escape(page.credit_line or page.house.site_name),
        "byline": "".join(f'<div class="b-article__author">{escape(name)}</div>' for name in page.authors),
    }


def _blocks(page: Page, body: list[str]) -> str:
    """Return the body in containers of two paragraphs, a related headline after the first and the second one."""
    parts = []
    for number, first in enumerate(range(0, len(body), _BLOCK)):
        texts = "".join(f"<p>{escape(text)}</p>" for text in body[first : first + _BLOCK])
        parts.append(f'<div class="b-article__text">{texts}</div>')
        is_last = first + _BLOCK >= len(body)
        if number < len(page.related) and not is_last:
            parts.append(_inject(page.section, *page.related[number]))
    return "\n".join(parts)


def _inject(section: str, title: str, url: str) -> str:
    return (
        f'<div class="b-inject"><p class="b-inject__rubric">{escape(section)}</p>'
        f'<p class="b-inject__title"><a href="{escape(url)}">{escape(title)}</a></p></div>'
    )


SADA = Shape(_fields, frozenset({"section", "lead"}))
