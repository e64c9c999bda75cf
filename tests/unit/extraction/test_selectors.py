"""The CSS that outlet files may use."""

import pytest

from marsad.errors import OutletError
from marsad.extraction.page import parse
from marsad.extraction.selectors import select

PAGE = """<html><body>
<div class="a-text big" id="one" data-type="text"><p class="a">1</p><span><p>2</p></span></div>
<div class="text" id="two"><div class="text">3</div></div>
</body></html>"""


def found(*selectors: str) -> list[str]:
    """Return the words of what is selected, spaces collapsed."""
    tree = parse(PAGE)
    assert tree is not None
    return [" ".join(" ".join(element.itertext()).split()) for element in select(tree, selectors)]


@pytest.mark.parametrize(
    ("selector", "texts"),
    [
        ("p", ["1", "2"]),
        (".text", ["3"]),
        ("div.text", ["3"]),
        ("#one", ["1 2"]),
        ("div#one.big", ["1 2"]),
        ("div > p", ["1"]),
        ("div p", ["1", "2"]),
        ("#one  >  span p", ["2"]),
        ("[data-type]", ["1 2"]),
        ('div[data-type="text"]', ["1 2"]),
        ("[class^=a-]", ["1 2"]),
        ("div[id*='w']", ["3"]),
        ("#two, p.a", ["1", "3"]),
        ("*.a", ["1"]),
        (".tex", []),
        ("h1", []),
    ],
)
def test_selectors_choose_as_in_css(selector: str, texts: list[str]) -> None:
    """Classes are whole words, elements come in the order of the page, one inside another is not given twice."""
    assert found(selector) == texts


def test_the_first_selector_that_finds_something_decides() -> None:
    """Later ones are for older page designs."""
    assert found("h1", "#two", "p") == ["3"]
    assert found() == []


@pytest.mark.parametrize("selector", ["p:first-child", "p + p", "", "div..a", "p[", "a{}", "p['x']", "div,,p", "> p"])
def test_what_is_not_understood_is_told(selector: str) -> None:
    """A selector that would silently find nothing is an error of the outlet file."""
    with pytest.raises(OutletError, match="is not understood"):
        found(selector)
