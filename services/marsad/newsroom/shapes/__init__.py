"""The page shapes: how a site of a kind lays an article out, hard for extraction in the ways that real sites are.

`ajil`: a section label, a share row and «انسخ الرابط» glued to the short link before the text, «إقرأ المزيد» inside
it, «المصدر: …» as its last line, the cookie sentence and «موافق» after it. `sada`: the lead in a sibling before the
body, the body's paragraphs in several containers, an agency's bare name on a line, related headlines between them as
section line and headline line, «مناقشة» at the end. `wire`: JSON-LD, dateline, byline, a newsletter box.
"""

from collections.abc import Callable, Mapping

from marsad.newsroom.shapes import ajil, sada, wire
from marsad.newsroom.shapes.common import Page, page_fields, template

SHAPES: Mapping[str, Callable[[Page], dict[str, str]]] = {"ajil": ajil.fields, "sada": sada.fields, "wire": wire.fields}


def render(page: Page) -> str:
    """Return an article's HTML in the shape of its house; every value is escaped."""
    shape = page.house.shape
    return template(shape).substitute(page_fields(page) | SHAPES[shape](page))
