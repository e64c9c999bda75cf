"""The lead: where an outlet keeps it, where sites in general do, and what is none."""

import pytest

from marsad.extraction import lead
from marsad.extraction.page import parse
from marsad.outlets import Outlet, load

LEAD = "أعلنت بعثة علمية عثورها على بحيرة عذبة تحت طبقة من الجليد في هضبة الأطلال."
TEXT = "وقالت رئيسة البعثة إن البحيرة لم تر ضوء الشمس منذ مئة ألف عام، وإن الحفر سيبدأ في الصيف. " * 3


def taken(body: str, outlet: Outlet | None = None) -> tuple[str | None, str]:
    """Return the lead of a page, and what is left of its text."""
    tree = parse(f"<html><body><h1>بحيرة تحت الجليد</h1>{body}</body></html>")
    assert tree is not None
    found = lead.take(tree, "بحيرة تحت الجليد", tree.find(".//h1"), outlet)
    return found, " ".join(tree.text_content().split())


@pytest.mark.parametrize(
    "element",
    [
        '<p class="lead">{}</p>',
        '<div class="article__lead">{}</div>',
        '<h2 class="standfirst">{}</h2>',
        '<p class="c-chapo">{}</p>',
    ],
)
def test_a_paragraph_called_lead_below_the_headline_is_taken_out(element: str) -> None:
    """So that it does not stand in the text again."""
    found, rest = taken(f"{element.format(LEAD)}<div>{TEXT}</div>")

    assert found == LEAD
    assert LEAD not in rest


@pytest.mark.parametrize(
    "body",
    [
        f'<p class="lead">قصير</p><div>{TEXT}</div>',
        f'<p class="misleading">{LEAD}</p><div>{TEXT}</div>',
        f'<div class="lead">{LEAD * 20}</div><div>{TEXT}</div>',
        f'<div class="lead"><a href="/1">{LEAD}</a></div><div>{TEXT}</div>',
        f'{"<p>text</p>" * 40}<p class="lead">{LEAD}</p><div>{TEXT}</div>',
        f'<p class="lead">{TEXT}</p>',
        f"<p>{LEAD}</p><div>{TEXT}</div>",
    ],
)
def test_other_things_are_no_lead(body: str) -> None:
    """A label, another word, the body itself, a link, something far below, the whole text, a plain paragraph."""
    found, _ = taken(body)

    assert found is None


def test_an_outlets_selector_finds_a_lead_of_any_kind() -> None:
    """Several elements are one lead; without a headline too."""
    sputnik = load().for_url("https://sputnikarabic.ae/")
    assert sputnik is not None

    found, rest = taken(f'<div class="b-article__lead"><p>{LEAD}</p><p>سبق.</p></div><div>{TEXT}</div>', sputnik)

    assert found == f"{LEAD}سبق."
    assert LEAD not in rest


def test_a_page_of_an_outlet_without_its_lead_is_read_by_the_general_rule() -> None:
    """Designs change; an empty element is no lead either."""
    sputnik = load().for_url("https://sputnikarabic.ae/")

    assert taken(f'<div class="b-article__lead"></div><p class="lead">{LEAD}</p><div>{TEXT}</div>', sputnik)[0] == LEAD
