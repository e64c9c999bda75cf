"""The demo as a moving picture."""

import re
from xml.etree import ElementTree as ET

import pytest
from rich.text import Text

from marsad.cli.terminal import PDI, RLI
from marsad.demo.picture import BOARD_S, BOARDS, HEIGHT, PAGE_S, WIDTH, _elements, _pages, picture
from marsad.settings import REPOSITORY
from unit.demo.makers import kept_sight, moment, played, promise

GOLD = promise()
SVG = "{http://www.w3.org/2000/svg}"


def groups(svg: str) -> list[ET.Element]:
    """Return the frames of a picture."""
    return ET.fromstring(svg).findall(f"{SVG}g")  # noqa: S314 - our own


def words(frame: ET.Element) -> str:
    """Return what stands in a frame."""
    return " ".join("".join(element.itertext()) for element in frame.iter(f"{SVG}text"))


@pytest.mark.parametrize("looks", [1, 5, 9, 40])
def test_a_run_is_some_boards_and_its_report(looks: int) -> None:
    """Boards from all over the run, its last one among them, then the pages of the report."""
    moments = [moment([GOLD], kept_sight([GOLD]))] * looks

    frames = groups(picture(moments, played([GOLD], kept_sight([GOLD]))))

    boards = [frame for frame in frames if "Marsad's demo" in words(frame)]
    assert len(boards) == min(looks, BOARDS)
    assert frames[: len(boards)] == boards
    assert "All is as expected" in words(frames[-1])


def test_one_frame_is_shown_at_a_time() -> None:
    """The times of the frames follow one another and fill the whole; without motion the last board stays."""
    svg = picture([moment([GOLD], kept_sight([GOLD]))] * 9, played([GOLD], kept_sight([GOLD])))
    count = len(groups(svg))
    spans = re.findall(r"@keyframes k\d+ \{ 0% \{ visibility: hidden \} ([\d.]+)% .*? ([\d.]+)% \{", svg)

    assert [start for start, _ in spans] == ["0.00", *(end for _, end in spans[:-1])]
    assert spans[-1][1] == "100.00"
    assert f"{9 * BOARD_S + (count - 9) * PAGE_S:.1f}s" in svg
    assert "#f8 { visibility: visible }" in svg


def test_arabic_is_one_text_from_its_right_edge() -> None:
    """Letters stay joined: no length in cells, no break but where a match is marked."""
    line = Text("new".ljust(20)).append(" " * 68).append(RLI).append("قطار ").append("الصحراء", "bold").append(PDI)

    label, headline = map(ET.fromstring, _elements(line, 29))

    assert (label.text, label.get("x"), label.get("textLength")) == ("new", "16", "24")
    assert "".join(headline.itertext()) == "قطار الصحراء"
    assert headline.get("x") == str(16 + 8 * 100)
    assert headline.get("class") == "r"
    assert "textLength" not in headline.attrib


def test_columns_stand_whatever_the_font() -> None:
    """Words with wide gaps between them are parts of their own, each at its cell; rules are lines."""
    parts = list(_elements(Text().append("  read   a second ────", "green"), 29))

    assert [re.findall(r'x="(\d+)"', part) for part in parts[:2]] == [["32"], ["88"]]
    assert all('style="fill:#' in part for part in parts[:2])


def test_strangers_text_is_text() -> None:
    """A headline with markup of SVG is shown, not obeyed."""
    (element,) = _elements(Text("<script>alert(1)</script> & more"), 29)

    assert ET.fromstring(element).text == "<script>alert(1)</script> & more"  # noqa: S314 - our own


@pytest.mark.parametrize("headline", ["odd\ufffe\uffff\x00\ud800 news", "قطار\uffff الصحراء"])
def test_what_xml_cannot_hold_is_left_out(headline: str) -> None:
    """U+FFFE harms no terminal, so it comes as far as this; a picture with it in it is none."""
    gold = promise(title=headline)

    svg = picture([moment([gold], kept_sight([gold]))], played([gold], kept_sight([gold])))

    assert re.sub("[\ufffe\uffff\x00\ud800]", "", headline) in words(groups(svg)[0])
    assert svg.encode()


def test_pages_end_between_paragraphs() -> None:
    """A paragraph that does not fit begins the next page; one longer than a page is cut."""
    short, long = [Text(), *[Text("short")] * 19], [Text(), *[Text("long")] * (HEIGHT + 5)]

    pages = [[line.plain for line in page] for page in _pages([*short, *short, *long])]

    assert pages == [["short"] * 19, ["short"] * 19, ["long"] * HEIGHT, ["long"] * 5]


def test_the_picture_of_the_readme_is_small_and_says_nothing_of_a_machine() -> None:
    """It was made by `marsad demo --picture docs/demo.svg` on somebody's machine."""
    svg = (REPOSITORY / "docs/demo.svg").read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://([\w.-]+)", svg)) - {"www.w3.org"}

    assert len(svg.encode()) <= 200_000
    assert hosts <= {"127.0.0.1"}
    assert re.search(r"/(?:home|root|tmp|var|work|usr)/", svg) is None
    assert f'viewBox="0 0 {WIDTH * 8 + 32} {HEIGHT * 18 + 32}"' in svg
    assert "All is as expected" in words(groups(svg)[-1])
