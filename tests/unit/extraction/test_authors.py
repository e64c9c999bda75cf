"""Who is a person and who is not; where bylines stand."""

import json

import pytest
from lxml.html import HtmlElement

from marsad.extraction.authors import find, persons, take_bylines
from marsad.extraction.page import parse
from marsad.extraction.structured import read

ONE = "افتتحت البلدية جسرا جديدا فوق النهر بعد أشهر من العمل المتواصل في كل الفصول."


def tree(html: str) -> HtmlElement:
    """Parse a page."""
    parsed = parse(html)
    assert parsed is not None
    return parsed


def found(head: str = "", below: str = "", strangers: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the authors of a page with this head and this below its headline."""
    page = tree(f"<html><head>{head}</head><body><h1>افتتاح الجسر</h1>{below}</body></html>")
    return find(page, page.find(".//h1"), read(page), strangers)


@pytest.mark.parametrize(
    ("named", "names"),
    [
        ("Nora Whitlock", ("Nora Whitlock",)),
        ("By Nora Whitlock and Alma Reed", ("Nora Whitlock", "Alma Reed")),
        ("Nora Whitlock, Alma Reed; Oleg Severin", ("Nora Whitlock", "Alma Reed", "Oleg Severin")),
        ("John Keeper, Jr.", ("John Keeper, Jr",)),
        ("كتب: حسام المنياوي", ("حسام المنياوي",)),
        ("بقلم د. ليلى الشامي", ("د. ليلى الشامي",)),
        ("كتبت - هدى الطمي", ("هدى الطمي",)),
        ("سامر الغواص، نورة المرجان", ("سامر الغواص", "نورة المرجان")),
        ("سامر الغواص و نورة المرجان", ("سامر الغواص", "نورة المرجان")),
        ("سامر الغواص ونورة المرجان", ("سامر الغواص", "نورة المرجان")),
        ("سامر الغواص ونورة المرجان وعلي بن ناصر", ("سامر الغواص", "نورة المرجان", "علي بن ناصر")),
        ("سامر وليد الغواص", ("سامر وليد الغواص",)),
        ("سامر الغواص وليد المرجان", ("سامر الغواص وليد المرجان",)),
        ("وفاء المرجان", ("وفاء المرجان",)),
        ("Par Idriss Benkirane", ("Idriss Benkirane",)),
        ("Автор: Олег Северин", ("Олег Северин",)),
        ("نوشته پروین سروستانی", ("پروین سروستانی",)),
        ("Nora Whitlock, Staff Writer", ("Nora Whitlock",)),
        ("Nora Whitlock | Nora Whitlock", ("Nora Whitlock",)),
        ("محمد علي/سانا", ("محمد علي",)),
    ],
)
def test_persons_are_read_from_bylines(named: str, names: tuple[str, ...]) -> None:
    """Several, in order, each once, without the words around them."""
    assert persons([named]) == names


@pytest.mark.parametrize(
    "named",
    [
        "admin",
        "Editorial Staff",
        "هيئة التحرير",
        "وكالات",
        "وكالة الأنباء الوطنية",
        "Associated Press",
        "رويترز",
        "فرانس برس",
        "CBS News",
        "https://example.org/authors/nora",
        "@nora whitlock",
        "Nora Whitlock 2026",
        "nora@example.org whitlock",
        "Редакция сайта",
        "La rédaction",
        "تحریریه سایت",
        "The quick brown fox jumps over it again",
        "",
    ],
)
def test_organizations_roles_and_addresses_are_nobody(named: str) -> None:
    """Single words too: a person has two names."""
    assert persons([named]) == ()


def test_the_outlet_and_the_section_are_strangers() -> None:
    """In any spelling, and as a part of a longer name."""
    head = '<meta name="author" content="صحيفه المرفأ">'

    assert found(head, strangers=("صحيفة المرفأ", "", "محليات")) == ()
    assert found('<meta name="author" content="مراسل صحيفة المرفأ">', strangers=("صحيفة المرفأ",)) == ()


def test_json_ld_names_persons_and_drops_organizations() -> None:
    """By `@type`; names without one are judged by what they are."""
    authors = [
        {"@type": "Organization", "name": "Green Heron Trust"},
        {"@type": ["Person"], "name": "Nora Whitlock"},
        {"name": "Alma Reed", "url": "https://example.org"},
        "Oleg Severin",
        5,
    ]
    script = json.dumps({"@type": "NewsArticle", "author": authors})

    assert found(f'<script type="application/ld+json">{script}</script>') == (
        "Nora Whitlock",
        "Alma Reed",
        "Oleg Severin",
    )


def test_the_most_trusted_source_alone_is_used() -> None:
    """What the head says is not mixed with names on the page."""
    assert found('<meta name="author" content="Nora Whitlock">', '<div class="byline">By Alma Reed</div>') == (
        "Nora Whitlock",
    )


@pytest.mark.parametrize(
    "byline",
    [
        '<div class="byline">By <a href="/a">Nora Whitlock</a></div>',
        '<p class="article__author">Nora Whitlock</p>',
        '<div class="bylineGate">By: Nora Whitlock</div>',
        '<a rel="author" href="/a">Nora Whitlock</a>',
        '<p><span itemprop="author">Nora Whitlock</span></p>',
    ],
)
def test_a_byline_below_the_headline_is_read(byline: str) -> None:
    """By class, link relation or microdata."""
    assert found(below=byline) == ("Nora Whitlock",)


def test_names_far_below_the_headline_are_commenters() -> None:
    """Their elements have the class `author` as well."""
    assert found(below=f"{'<p>text</p>' * 80}<div class='comment-author'>Alma Reed</div>") == ()


def test_a_page_without_headline_element_has_no_bylines() -> None:
    """Where the headline stands is not known, and so neither what is below it."""
    page = tree('<html><body><div class="byline">By Nora Whitlock</div></body></html>')

    assert find(page, None, read(page), ()) == ()


@pytest.mark.parametrize(
    ("line", "name"), [("كتب: حسام المنياوي", "حسام المنياوي"), ("By Nora Whitlock", "Nora Whitlock")]
)
def test_a_byline_in_the_text_leaves_it(line: str, name: str) -> None:
    """At either end."""
    assert take_bylines([line, ONE, ONE]) == ((name,), [ONE, ONE])
    assert take_bylines([ONE, ONE, line]) == ((name,), [ONE, ONE])


@pytest.mark.parametrize(
    "line",
    [
        "By the river, Nora Whitlock waited.",
        "كتب حسام المنياوي إلى أخيه رسالة طويلة لم تصل",
        "Nora Whitlock",
        "By the river",
        "كتب: رسالة",
    ],
)
def test_sentences_that_start_like_a_byline_stay(line: str) -> None:
    """Everything after the word must be persons."""
    assert take_bylines([line, ONE]) == ((), [line, ONE])


def test_in_the_middle_nothing_is_a_byline() -> None:
    """There, it is part of the text."""
    lines = [ONE, ONE, ONE, "By Nora Whitlock", ONE, ONE, ONE]

    assert take_bylines(lines) == ((), lines)


def test_a_person_before_an_agency_is_the_author() -> None:
    """The line itself stays for the credit."""
    assert take_bylines([ONE, "محمد علي/سانا"]) == (("محمد علي",), [ONE, "محمد علي/سانا"])
