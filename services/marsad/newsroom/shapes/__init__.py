"""The page shapes: how a site of a kind lays an article out, hard for extraction in the ways that real sites are.

`ajil`: a section label, a share row and «انسخ الرابط» glued to the short link before the text, «إقرأ المزيد» inside
it, «المصدر: …» as its last line, the cookie sentence and «موافق» after it. `sada`: the lead in a sibling before the
body, the body's paragraphs in several containers, an agency's bare name on a line, related headlines between them as
section line and headline line, «مناقشة» at the end. `wire`: JSON-LD, dateline, byline, a newsletter box. `nawa`: a
JSON-LD graph, «عمّان-نوى», a byline as the last line. `daily`: an old page in tables, a Hijri date, «كتب: …», headlines
between paragraphs. `online`: the headline again, then the outlet's own name and a colon. `bulletin`: the lead above the
dateline, the body in two blocks. `khabar`: Persian dates, a summary, «انتهای پیام/». `plain`: nothing in its head.
"""

from collections.abc import Mapping

from marsad.newsroom.shapes.ajil import AJIL
from marsad.newsroom.shapes.bulletin import BULLETIN
from marsad.newsroom.shapes.common import Page, Shape, page_fields, template
from marsad.newsroom.shapes.daily import DAILY
from marsad.newsroom.shapes.khabar import KHABAR
from marsad.newsroom.shapes.nawa import NAWA
from marsad.newsroom.shapes.online import ONLINE
from marsad.newsroom.shapes.plain import PLAIN
from marsad.newsroom.shapes.sada import SADA
from marsad.newsroom.shapes.wire import WIRE

SHAPES: Mapping[str, Shape] = {
    "ajil": AJIL,
    "bulletin": BULLETIN,
    "daily": DAILY,
    "khabar": KHABAR,
    "nawa": NAWA,
    "online": ONLINE,
    "plain": PLAIN,
    "sada": SADA,
    "wire": WIRE,
}


def render(page: Page) -> str:
    """Return an article's HTML in the shape of its house; every value is escaped."""
    shape = page.house.shape
    return template(shape).substitute(page_fields(page) | SHAPES[shape].fields(page))
