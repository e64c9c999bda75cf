"""A run as a moving picture: an SVG that shows the board as it was, then the report, page by page.

rich has an export of its own, which gives every run of characters a length in cells: that tears joined letters apart.
Here a right-to-left isolate is one text that ends at its right edge, and the browser joins its letters (SVG 2, 11.4).
Where nothing moves (a reader who wants it so, or a renderer without CSS) the last board is shown.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from rich.color import ColorType
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI as COLOURS
from rich.text import Text

from marsad.cli.terminal import PDI, RLI, is_rtl
from marsad.demo.board import board
from marsad.demo.play import Moment, Played
from marsad.demo.report import report

WIDTH, HEIGHT = 100, 30  # of the terminal, in cells
CELL, LINE, SIZE, EDGE = 8, 18, 13, 16  # of a cell, a line, a letter and the margin, in pixels
BOARDS = 9
BOARD_S, PAGE_S = 1.6, 4.5  # how long each is shown

# What XML 1.0 has no place for (section 2.2), and one such character in a headline would spoil the whole picture.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">
<style>
text {{ font: {size}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d8dee9 }}
.r {{ direction: rtl; font-family: "Segoe UI", "Noto Sans Arabic", "Geeza Pro", "DejaVu Sans", sans-serif }}
.b {{ font-weight: bold }} .i {{ font-style: italic }} .d {{ fill-opacity: .62 }} path {{ stroke: #4c566a }}
g {{ visibility: hidden }} #f{still} {{ visibility: visible }}
@media (prefers-reduced-motion: no-preference) {{
{motion}
}}
</style>
<rect width="{width}" height="{height}" rx="8" fill="#1f2430" stroke="#4c566a"/>
"""


def picture(moments: Sequence[Moment], played: Played) -> str:
    """Return the SVG of a run.

    Args:
        moments: all that were shown; at least one.
        played: how it ended.
    """
    step = max(1, (len(moments) - 1) // (BOARDS - 1))
    shown = range(len(moments) - 1, -1, -step)[BOARDS - 1 :: -1]
    boards = [_board(moments, number) for number in shown]
    pages = _pages(_report(played))
    frames = [*boards, *pages]
    lasts_s = [BOARD_S] * len(boards) + [PAGE_S] * len(pages)
    width, height = WIDTH * CELL + 2 * EDGE, HEIGHT * LINE + 2 * EDGE
    label = "A run of the demo: the board while it lasts, then its report"
    head = _HEAD.format(
        width=width, height=height, label=label, size=SIZE, still=len(boards) - 1, motion=_motion(lasts_s)
    )
    groups = (f'<g id="f{number}">\n{_drawn(lines)}</g>\n' for number, lines in enumerate(frames))
    return f"{head}{''.join(groups)}</svg>\n"


def _board(moments: Sequence[Moment], number: int) -> list[Text]:
    console = _console()
    before = moments[number - 1].sight if number else None
    with console.capture() as sent:
        console.print(board(moments[number], before, console))
    return _lines(sent.get())


def _report(played: Played) -> list[Text]:
    console = _console()
    with console.capture() as sent:
        report(played, console)
    return _lines(sent.get())


def _console() -> Console:
    """Return a terminal of the picture's size."""
    return Console(width=WIDTH, height=HEIGHT, force_terminal=True, color_system="standard", highlight=False)


def _lines(sent: str) -> list[Text]:
    """Return what a terminal was sent as lines; what is too long for the picture is cut."""
    lines = list(Text.from_ansi(sent).split("\n"))
    for line in lines:
        line.truncate(WIDTH, overflow="ellipsis")
    return lines


def _pages(lines: Iterable[Text]) -> list[list[Text]]:
    """Return pages that end between paragraphs, as far as these are shorter than a page."""
    pages: list[list[Text]] = [[]]
    for paragraph in _paragraphs(lines):
        if pages[-1] and len(pages[-1]) + len(paragraph) > HEIGHT:
            pages.append([])
        for line in paragraph:
            if len(pages[-1]) == HEIGHT:
                pages.append([])
            if pages[-1] or line.plain:  # no page begins with an empty line
                pages[-1].append(line)
    return pages


def _paragraphs(lines: Iterable[Text]) -> Iterator[list[Text]]:
    """Yield lines up to the next empty one, which begins what follows."""
    paragraph: list[Text] = []
    for line in lines:
        if not line.plain and paragraph:
            yield paragraph
            paragraph = []
        paragraph.append(line)
    yield paragraph


def _motion(lasts_s: Sequence[float]) -> str:
    """Return the CSS that shows each frame for its time, one after the other, for ever."""
    whole, start, rules = sum(lasts_s), 0.0, []
    for number, lasts in enumerate(lasts_s):
        on, off = 100 * start / whole, 100 * (start + lasts) / whole
        rules.append(f"#f{number} {{ animation: k{number} {whole:.1f}s step-end infinite }}")
        rules.append(
            f"@keyframes k{number} {{ 0% {{ visibility: hidden }} {on:.2f}% {{ visibility: visible }} "
            f"{off:.2f}% {{ visibility: hidden }} }}"
        )
        start += lasts
    return "\n".join(rules)


def _drawn(lines: Sequence[Text]) -> str:
    """Return lines of a terminal as SVG."""
    return "".join(
        f"{element}\n"
        for number, line in enumerate(lines)
        for element in _elements(line, EDGE + number * LINE + LINE - 5)
    )


def _elements(line: Text, y: int) -> Iterator[str]:
    """Yield the parts of a line: left-to-right ones from their first cell on, isolates from their right edge on."""
    column, inside, isolate = 0, False, list[str]()
    for segment in line.render(Console(width=10 * WIDTH), end=""):
        style = segment.style or Style.null()
        for piece in re.split(f"([{RLI}{PDI}])", segment.text):
            if piece == RLI:
                inside = True
            elif piece == PDI:
                yield f'<text class="r" x="{EDGE + column * CELL}" y="{y}">{"".join(isolate)}</text>'
                isolate.clear()
                inside = False
            elif inside:
                isolate.append(_span(piece, style))
            else:
                yield from _plain(piece, style, column, y)
            column += Text(piece).cell_len


def _plain(text: str, style: Style, column: int, y: int) -> Iterator[str]:
    """Yield the words of a piece; wide gaps are left out, so that columns stand whatever the font."""
    for words in re.finditer(r"\S+(?: \S+)*", text):
        x = EDGE + (column + Text(text[: words.start()]).cell_len) * CELL
        cells = Text(words[0]).cell_len
        if set(words[0]) == {"─"}:
            yield f'<path d="M{x} {y - 4}h{cells * CELL}"/>'
            continue
        length = "" if _has_rtl(words[0]) else f' textLength="{cells * CELL}"'
        yield f'<text x="{x}" y="{y}"{length}{_look(style)}>{_text(words[0])}</text>'


def _has_rtl(text: str) -> bool:
    """Whether a word of the text runs from right to left."""
    return any(map(is_rtl, text.split()))


def _span(text: str, style: Style) -> str:
    look = _look(style)
    return f"<tspan{look}>{_text(text)}</tspan>" if look else _text(text)


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def _look(style: Style) -> str:
    """Return a style as attributes."""
    names = " ".join(name for name, on in (("b", style.bold), ("i", style.italic), ("d", style.dim)) if on)
    shown = f' class="{names}"' if names else ""
    if style.color is None or style.color.type is ColorType.DEFAULT:
        return shown
    return f'{shown} style="fill:{style.color.get_truecolor(COLOURS).hex}"'
