"""Tests of the page shapes: the gold stands in them once, among all that is no text."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import html

from marsad.extraction.selectors import select
from marsad.newsroom.content import houses
from marsad.newsroom.model import Credit
from marsad.newsroom.shapes import SHAPES, render
from marsad.newsroom.shapes.common import Page

OUTLETS = tuple(houses())
STATING = tuple(outlet for outlet in OUTLETS if outlet != "warraq")  # whose pages say in their head what they are
NASTY = "Profits & <script>alert('x')</script> \"quoted\" </title> $title ${url} {title}"


def tree_of(text: str) -> Any:
    """Parse a page; `Any`, because the stubs of lxml give XPath results every type there is."""
    return html.document_fromstring(text)


def facts_of(outlet: str) -> dict[str, Any]:
    """Return what the outlet file says beside names and addresses."""
    return houses()[outlet][0].facts


def page(outlet: str, **changes: Any) -> Page:
    """Return a page of an outlet with five paragraphs."""
    house = houses()[outlet][0]
    made = Page(
        house=house,
        origin="http://127.0.0.1:7001",
        url="http://127.0.0.1:7001/world/1-a",
        short_url="http://127.0.0.1:7002/ab12" if house.short_links else None,
        section=next(iter(house.sections.values())),
        title="A headline of its own",
        paragraphs=tuple(f"Paragraph number {number} says something of its own." for number in range(5)),
        published=datetime(2026, 5, 4, 10, 15, tzinfo=UTC).astimezone(ZoneInfo(house.time_zone)),
        modified=None,
        authors=("Ann Onym",),
        credit=None,
        related=(("First other headline", "http://127.0.0.1:7001/1"), ("Second other one", "http://127.0.0.1:7001/2")),
    )
    return replace(made, **changes)


def lines(text: str) -> list[str]:
    """Return the lines of a visible text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("outlet", OUTLETS)
@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_every_paragraph_stands_once(outlet: str, count: int, visible: Callable[[str], str]) -> None:
    """In order, whatever their number."""
    paragraphs = tuple(f"Paragraph number {number} says something of its own." for number in range(count))

    text = visible(render(page(outlet, paragraphs=paragraphs)))

    assert [text.count(paragraph) for paragraph in paragraphs] == [1] * count
    places = [text.index(paragraph) for paragraph in paragraphs]
    assert places == sorted(places)


@pytest.mark.parametrize("outlet", OUTLETS)
def test_values_are_escaped(outlet: str) -> None:
    """No value adds an element, whichever field it stands in, and a template's signs in it mean nothing."""
    plain = tree_of(render(page(outlet, credit=Credit(source="x", shown="plain"))))
    nasty = page(
        outlet,
        title=NASTY,
        paragraphs=(NASTY,) * 5,
        section=NASTY,
        authors=(NASTY,),
        credit=Credit(source="x", shown=NASTY),
        related=((NASTY, "http://127.0.0.1:7001/1"), (NASTY, 'http://127.0.0.1/"><b>')),
        url='http://127.0.0.1:7001/"><script>',
    )

    text = render(nasty)
    tree = tree_of(text)

    assert [element.tag for element in tree.iter()] == [element.tag for element in plain.iter()]
    assert tree.findtext(".//h1") == NASTY
    assert NASTY in tree.findtext("head/title", "")


@pytest.mark.parametrize("outlet", STATING)
def test_the_head_says_what_real_heads_say(outlet: str) -> None:
    """Character set, title with the site's suffix, canonical URL, OpenGraph, feed; descriptions are the lead's."""
    tree = tree_of(render(page(outlet)))
    head = tree.find("head")
    metas = {meta.get("property") or meta.get("name"): meta.get("content") for meta in head.iter("meta")}
    (suffix,) = facts_of(outlet)["title_suffixes"]

    assert head.findtext("title") == f"A headline of its own{suffix}"
    assert metas["og:title"] == "A headline of its own"
    assert {metas[name] for name in ("description", "og:description") if name in metas} <= {page(outlet).paragraphs[0]}
    assert metas.get("author", "Ann Onym") == "Ann Onym"
    assert tree.xpath("//link[@rel='canonical']/@href") == ["http://127.0.0.1:7001/world/1-a"]
    assert tree.xpath("//link[@rel='alternate']/@href") == [f"http://127.0.0.1:7001{houses()[outlet][0].feed_path}"]
    assert tree.get("lang") == houses()[outlet][0].language


@pytest.mark.parametrize("outlet", OUTLETS)
def test_pages_are_hard(outlet: str, visible: Callable[[str], str]) -> None:
    """Navigation, related headlines, sharing, cookies and a footer are at least nine lines that are no text."""
    made = page(outlet)

    other = [line for line in lines(visible(render(made))) if line not in made.paragraphs]

    assert len(other) >= 9
    assert any("First other headline" in line for line in other)


@pytest.mark.parametrize("outlet", OUTLETS)
def test_boilerplate_of_the_outlet_file_stands_on_the_page(outlet: str, visible: Callable[[str], str]) -> None:
    """Every phrase that the outlet file calls boilerplate occurs, and so do its selectors."""
    text = render(page(outlet))
    tree = tree_of(text)

    for phrase in facts_of(outlet)["boilerplate"]:
        assert phrase in visible(text), phrase
    for key in ("lead_selectors", "body_selectors"):
        for selector in facts_of(outlet).get(key, ()):
            assert len(select(tree, [selector])) == 1, selector


def test_ajil_glues_the_short_link_to_its_label(visible: Callable[[str], str]) -> None:
    """«انسخ الرابط» and the link are one line, before the first paragraph and after the section label."""
    found = lines(visible(render(page("ajil"))))
    copy = found.index("انسخ الرابطhttp://127.0.0.1:7002/ab12")

    assert found[copy - 1] == "أخبار العالم العربي"
    assert found[copy + 1] == "Paragraph number 0 says something of its own."


def test_ajil_ends_with_its_source_and_the_cookie_sentence(visible: Callable[[str], str]) -> None:
    """The agency where there is one, else the house; then the cookies and «موافق»."""
    own = visible(render(page("ajil")))
    credited = visible(render(page("ajil", credit=Credit(source="Nawa", shown="وكالة نوى"))))

    assert "المصدر: عاجل الواحة" in lines(own)
    assert "المصدر: وكالة نوى" in lines(credited)
    assert re.search(r"المصدر: وكالة نوى\s+يستخدم هذا الموقع ملفات تعريف الارتباط[^\n]*موافق", credited)


def test_ajil_puts_read_more_between_paragraphs() -> None:
    """«إقرأ المزيد» and a headline stand inside the text."""
    tree = tree_of(render(page("ajil")))
    (inside,) = tree.xpath("//div[@class='text']/div[@class='read-more']")

    assert inside.getprevious().text.startswith("Paragraph number 2")
    assert inside.getnext().text.startswith("Paragraph number 3")
    assert "First other headline" in inside.text_content()


def test_sada_keeps_its_lead_outside_the_body() -> None:
    """The lead is a sibling before the body, which does not repeat it."""
    tree = tree_of(render(page("sada")))
    (lead,) = tree.xpath("//div[@class='b-article__lead']")
    (body,) = tree.xpath("//div[@class='b-article__body']")

    assert lead.getparent() is body.getparent()
    assert lead.text_content() == "Paragraph number 0 says something of its own."
    assert "Paragraph number 0" not in body.text_content()


def test_sada_splits_its_body_and_puts_headlines_between() -> None:
    """Section line and headline line stand between containers of two paragraphs; «مناقشة» is the last line."""
    (body,) = tree_of(render(page("sada"))).xpath("//div[@class='b-article__body']")

    assert [child.get("class") for child in body] == [
        "b-article__agency",
        "b-article__text",
        "b-inject",
        "b-article__text",
        "b-article__discuss",
    ]
    assert [line.text_content() for line in body[2]] == ["العالم العربي", "First other headline"]
    assert body[-1].text_content() == "مناقشة"


@pytest.mark.parametrize(("credit", "shown"), [(None, "صدى المدى"), (Credit(source="Nawa", shown="نوى"), "نوى")])
def test_sada_names_the_agency_bare(credit: Credit | None, shown: str) -> None:
    """On a line of its own; its own name where the text is its own."""
    tree = tree_of(render(page("sada", credit=credit)))

    assert tree.xpath("//p[@class='b-article__agency']/text()") == [shown]


def test_sada_writes_its_date_without_separators() -> None:
    """The meta element has the compact form of ISO 8601; the extended one stands in a time element."""
    tree = tree_of(render(page("sada")))

    assert tree.xpath("//meta[@property='article:published_time']/@content") == ["20260504T1115+0100"]
    assert tree.xpath("//time/@datetime") == ["2026-05-04T11:15+01:00"]


def test_the_wire_tells_its_facts_as_json_ld() -> None:
    """A NewsArticle with headline, dates, authors and publisher, which no text can break out of."""
    modified = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    tree = tree_of(render(page("meridian-wire", title=NASTY, modified=modified)))
    (script,) = tree.xpath("//script[@type='application/ld+json']/text()")

    facts = json.loads(script)

    assert facts["@type"] == "NewsArticle"
    assert facts["headline"] == NASTY
    assert datetime.fromisoformat(facts["datePublished"]) == datetime(2026, 5, 4, 10, 15, tzinfo=UTC)
    assert datetime.fromisoformat(facts["dateModified"]) == modified
    assert [author["name"] for author in facts["author"]] == ["Ann Onym"]


def test_bylines_and_sources_are_left_out_where_there_are_none(visible: Callable[[str], str]) -> None:
    """The wire prints neither «By» nor «Source:» without a name."""
    bare = visible(render(page("meridian-wire", authors=())))
    named = visible(render(page("meridian-wire", authors=("A", "B"), credit=Credit(source="Nawa", shown="Nawa"))))

    assert not [line for line in lines(bare) if line.startswith(("By", "Source:"))]
    assert "By A and B" in lines(named)
    assert "Source: Nawa" in lines(named)


def test_every_shape_has_its_template() -> None:
    """A shape that a house may name can be rendered."""
    rendered = {houses()[outlet][0].shape for outlet in OUTLETS}

    assert rendered == set(SHAPES)
