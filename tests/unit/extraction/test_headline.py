"""The headline: what readers see, without the outlet's name."""

import pytest

from marsad.extraction.headline import find, without_suffix
from marsad.extraction.page import parse
from marsad.extraction.structured import read

NAMES = ("صحيفة المرفأ", "The Ferry Post", "marfa.example")


def headline(html: str, names: tuple[str, ...] = NAMES, suffixes: tuple[str, ...] = ()) -> tuple[str, str | None]:
    """Return the headline of a page and its element's tag."""
    tree = parse(html)
    assert tree is not None
    text, element = find(tree, read(tree), names, suffixes)
    return text, element.tag if element is not None else None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("افتتاح الجسر - صحيفة المرفأ", "افتتاح الجسر"),
        ("افتتاح الجسر | صحيفة المرفا", "افتتاح الجسر"),
        ("صحيفة المرفأ :: افتتاح الجسر", "افتتاح الجسر"),
        ("Bridge opens – The Ferry Post", "Bridge opens"),
        ("Bridge opens | News | The Ferry Post", "Bridge opens | News"),
        ("Milan - Rome - marfa.example", "Milan - Rome"),
        ("Milan - Rome", "Milan - Rome"),
        ("Well-known bridge opens", "Well-known bridge opens"),
        ("The Ferry Post", "The Ferry Post"),
        ("", ""),
    ],
)
def test_the_outlets_name_is_taken_off_either_end(title: str, expected: str) -> None:
    """Only a part that is a name goes; spellings are compared, dashes in the headline stay."""
    assert without_suffix(title, NAMES) == expected


def test_an_outlets_own_suffix_is_taken_off_first() -> None:
    """As its file says, with or without the space before."""
    assert without_suffix("افتتاح الجسر - بوابة المرفأ", (), (" - بوابة المرفأ",)) == "افتتاح الجسر"


def test_the_heading_that_readers_see_wins_over_a_shortened_one() -> None:
    """JSON-LD cuts headlines at 110 characters, OpenGraph has its own for sharing; the h1 is whole."""
    full = "افتتاح أطول جسر للمشاة فوق نهر الصفصاف بعد أربعة أعوام من العمل المتواصل"
    html = f'<html><head><meta property="og:title" content="{full[:40]}…"></head><body><h1> {full}\n</h1></body></html>'

    assert headline(html) == (full, "h1")


def test_a_heading_that_is_the_logo_is_no_headline() -> None:
    """Sites put their name or a section into an h1; the head knows better."""
    html = (
        '<html><head><meta property="og:title" content="افتتاح الجسر الجديد"></head>'
        "<body><h1>صحيفة المرفأ</h1><h1>محليات</h1></body></html>"
    )

    assert headline(html) == ("افتتاح الجسر الجديد", None)


def test_the_right_one_of_several_headings_is_found() -> None:
    """The one whose words the head repeats."""
    head = "<title>افتتاح الجسر الجديد | صحيفة المرفأ</title>"
    html = f"<html><head>{head}</head><body><h1>صحيفة المرفأ</h1><h1>افتتاح الجسر الجديد</h1></body></html>"

    assert headline(html) == ("افتتاح الجسر الجديد", "h1")


def test_a_page_without_head_has_its_only_heading() -> None:
    """And one without either has none."""
    assert headline("<html><body><h1>افتتاح الجسر</h1></body></html>") == ("افتتاح الجسر", "h1")
    assert headline("<html><body><p>x</p></body></html>") == ("", None)
