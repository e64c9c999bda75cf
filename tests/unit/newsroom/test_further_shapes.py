"""Tests of what makes the shapes of the further houses hard, each in its own way."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import html

from marsad.newsroom.content import houses
from marsad.newsroom.model import Credit
from marsad.newsroom.shapes import SHAPES, render
from marsad.newsroom.shapes.common import Page, image_url

RLM = "\u200f"  # right-to-left mark
OWN = tuple(f"Paragraph number {number} says something of its own." for number in range(5))


def page(outlet: str, **changes: Any) -> Page:
    """Return a page of an outlet with five paragraphs, published on Monday, 4 May 2026."""
    house = houses()[outlet][0]
    made = Page(
        house=house,
        origin="http://127.0.0.1:7001",
        url="http://127.0.0.1:7001/world/1",
        short_url="http://127.0.0.1:7002/ab12" if house.short_links else None,
        section=next(iter(house.sections.values())),
        title="A headline of its own",
        paragraphs=OWN,
        published=datetime(2026, 5, 4, 10, 15, tzinfo=UTC).astimezone(ZoneInfo(house.time_zone)),
        modified=None,
        authors=("Ann Onym", "Bea Kant"),
        credit=None,
        related=(("Other headline", "http://127.0.0.1:7001/1"),),
        tags=("one tag", "another"),
    )
    return replace(made, **changes)


def tree_of(made: Page) -> Any:
    """Parse a page; `Any`, because the stubs of lxml give XPath results every type there is."""
    return html.document_fromstring(render(made))


def texts(elements: Any) -> list[str]:
    """Return the texts of elements, without marks of direction."""
    return [" ".join(element.text_content().replace(RLM, "").split()) for element in elements]


def test_nawa_speaks_in_a_graph() -> None:
    """The article is the last of four nodes; its author is the agency, so the person stands in the text alone."""
    made = page("nawa", modified=datetime(2026, 5, 4, 11, 0, tzinfo=UTC), title="</script> & <b>")
    (script,) = tree_of(made).xpath("//script[@type='application/ld+json']/text()")
    nodes = json.loads(script)["@graph"]

    assert [node["@type"] for node in nodes] == ["Organization", "WebPage", "BreadcrumbList", "NewsArticle"]
    assert nodes[-1]["headline"] == "</script> & <b>"
    assert nodes[-1]["author"]["@type"] == "Organization"
    assert nodes[-1]["keywords"] == ["one tag", "another"]
    assert datetime.fromisoformat(nodes[-1]["dateModified"]) == made.modified


def test_nawa_ends_with_its_bylines_and_a_plea() -> None:
    """«متابعة: …» and «تابعوا…» are the last paragraphs inside the body."""
    (body,) = tree_of(page("nawa")).xpath("//div[@class='entry']")

    assert texts(body) == [*OWN, "متابعة: Ann Onym", "متابعة: Bea Kant", "تابعوا أخبار نوى على تيليغرام"]


def test_nawa_shows_noise_beside_its_date() -> None:
    """«منذ ساعتين» and a count of views stand beside the day, which names no time."""
    tree = tree_of(page("nawa"))

    assert texts(tree.xpath("//div[@class='post-info']/span")) == ["2026/05/04", "٣١٤ مشاهدة", "منذ ساعتين"]
    assert texts(tree.xpath("//span[@class='today']")) == ["الاثنين 4 أيار 2026"]


def test_the_daily_shows_a_hijri_date_above_every_page() -> None:
    """Beside the Gregorian one; the machine's date stands in the head."""
    tree = tree_of(page("sabah-nil"))

    assert texts(tree.xpath("//table[@id='masthead']//td"))[:2] == ["الاثنين 4 مايو 2026", "17 من ذي القعدة 1447 هـ"]
    assert texts(tree.xpath("//div[@id='newsDate']")) == ["4 مايو 2026 | 1:15 م"]
    assert tree.xpath("//meta[@property='article:published_time']/@content") == ["2026-05-04T13:15+03:00"]


@pytest.mark.parametrize(("hour", "shown"), [(0, "12:15 ص"), (9, "9:15 ص"), (12, "12:15 م"), (23, "11:15 م")])
def test_the_daily_counts_hours_to_twelve(hour: int, shown: str) -> None:
    """With the letters for before and after noon."""
    made = page("sabah-nil", published=datetime(2026, 5, 4, hour, 15, tzinfo=ZoneInfo("Africa/Cairo")))

    assert texts(tree_of(made).xpath("//div[@id='newsDate']")) == [f"4 مايو 2026 | {shown}"]


def test_the_daily_interrupts_its_text() -> None:
    """The byline first, «اقرأ أيضًا» with headlines after the third paragraph, the bare agency last."""
    made = page("sabah-nil", credit=Credit(source="Nawa", shown="وكالة نوى"))
    (body,) = tree_of(made).xpath("//div[@id='newsBody']")

    assert texts(body) == [
        "كتب: Ann Onym وBea Kant",
        *OWN[:3],
        "اقرأ أيضًاOther headline",
        *OWN[3:],
        "وكالة نوى",
    ]


def test_manara_puts_headline_and_name_before_its_text() -> None:
    """The headline again, then the outlet's name and a colon glued to the lead; the source last."""
    made = page("manara", credit=Credit(source="Nawa", shown="نوى"), authors=("Ann Onym",))
    (body,) = tree_of(made).xpath("//div[@class='post-content']")

    assert texts(body) == [
        "A headline of its own",
        f"المنارة أون لاين: {OWN[0]}",
        *OWN[1:],
        "إعداد: Ann Onym",
        "المصدر: نوى",
    ]


@pytest.mark.parametrize("outlet", ["manara", "nawa", "sabah-nil", "sepidar", "warraq"])
def test_brackets_are_glued_to_the_last_word(outlet: str, visible: Callable[[str], str]) -> None:
    """And no line of its own names the agency then."""
    text = visible(render(page(outlet, credit=Credit(source="Nawa", shown="AGENCY", form="brackets"))))

    assert f"{OWN[-1]} (AGENCY)" in text
    assert text.count("AGENCY") == 1


@pytest.mark.parametrize("form", ["inside", "dateline"])
@pytest.mark.parametrize("outlet", houses())
def test_a_credit_inside_the_text_has_no_line(outlet: str, form: Any, visible: Callable[[str], str]) -> None:
    """The shape adds nothing."""
    assert "AGENCY" not in visible(render(page(outlet, credit=Credit(source="Nawa", shown="AGENCY", form=form))))


@pytest.mark.parametrize(
    ("outlet", "date", "also", "source"),
    [
        ("polus-ru", "4 мая 2026, 13:15", "Читайте также", "Источник"),
        ("polus-en", "4 May 2026, 13:15", "Read also", "Source"),
    ],
)
def test_a_bulletin_keeps_its_lead_above_the_body(outlet: str, date: str, also: str, source: str) -> None:
    """The body stands in two blocks with another headline between them, in the language of the house."""
    tree = tree_of(page(outlet, credit=Credit(source="Nawa", shown="Nawa")))
    (body,) = tree.xpath("//div[@class='bulletin-content']")

    assert texts(tree.xpath("//div[@class='bulletin-head__lead']")) == [OWN[0]]
    assert texts(tree.xpath("//div[@class='bulletin-head__date']")) == [date]
    assert [block.get("class") for block in body[:3]] == ["bulletin-block", "bulletin-include", "bulletin-block"]
    assert texts(body.xpath("./div/p")) == list(OWN[1:])
    assert texts(body[1:2]) == [f"{also}Other headline"]
    assert texts(body[3:]) == [f"{source}: Nawa"]


def test_sepidar_shows_persian_dates_alone() -> None:
    """In Persian digits; the machine's date stands in a Dublin Core element."""
    tree = tree_of(page("sepidar"))

    assert texts(tree.xpath("//span[@class='item-date']")) == ["۱۴ اردیبهشت ۱۴۰۵، ۱۳:۴۵"]
    assert texts(tree.xpath("//span[@class='today']")) == ["دوشنبه ۱۴ اردیبهشت ۱۴۰۵"]
    assert tree.xpath("//meta[@name='dcterms.issued']/@content") == ["2026-05-04T13:45+03:30"]


def test_sepidar_ends_its_text_with_a_mark() -> None:
    """Byline, source and «انتهای پیام/» follow the last paragraph; the lead is a summary above the picture."""
    tree = tree_of(page("sepidar", credit=Credit(source="Nawa", shown="نوا"), authors=("نرگس دهقانی",)))
    (body,) = tree.xpath("//div[@class='item-text']")

    assert texts(body)[-4:] == [OWN[-1], "گزارش: نرگس دهقانی", "منبع: نوا", "انتهای پیام/"]
    assert texts(tree.xpath("//p[@class='summary introtext']")) == [OWN[0]]
    assert tree.xpath("//link[@rel='shortlink']/@href") == ["http://127.0.0.1:7002/ab12"]


@pytest.mark.parametrize("outlet", ["manara", "sabah-nil", "sepidar"])
def test_marks_of_direction_stand_in_pages(outlet: str) -> None:
    """As editors' tools leave them; none is in a text."""
    assert RLM in str(tree_of(page(outlet)).text_content())


def test_warraq_says_nothing_of_itself() -> None:
    """No OpenGraph, no description, no canonical URL, no feed, no machine's date; the name stands before the title."""
    tree = tree_of(page("warraq"))

    assert tree.xpath("//head/link | //head/meta[@property] | //time | //script") == []
    assert tree.findtext("head/title") == "الورّاق » A headline of its own"
    assert texts(tree.xpath("//p[@class='when']")) == ["4 مايو 2026"]


@pytest.mark.parametrize("outlet", houses())
def test_pictures_and_tags_stand_where_the_shape_says(outlet: str) -> None:
    """What `says` names is on the page: gold is made from it."""
    made = page(outlet)
    text, says = render(made), SHAPES[made.house.shape].says

    assert (f'content="{image_url(made.url)}"' in text) == ("image" in says)
    assert ("one tag" in text.split("</head>")[0]) == ("tags" in says)
    assert image_url(made.url).startswith(made.origin)
