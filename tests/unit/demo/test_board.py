"""The demo while it runs."""

import io

import pytest
from rich.console import Console, RenderableType

from marsad.cli.terminal import PDI, RLI
from marsad.contracts.states import State
from marsad.demo.board import WIDEST, Board, board, headline_line, newest, service_table, summary
from marsad.demo.play import Moment
from marsad.newsroom.content import houses
from marsad.search.counts import Counts
from marsad.streaming.lag import Lag
from unit.demo.makers import article, ended, kept_sight, moment, promise, sight

GOLD = promise()


def console(width: int = 100, height: int = 50) -> Console:
    """Return a console that keeps what it shows."""
    return Console(width=width, height=height, file=io.StringIO(), highlight=False)


def printed(item: RenderableType, width: int = 100) -> str:
    """Return what a console shows."""
    own = console(width)
    own.print(item, soft_wrap=True)
    assert isinstance(own.file, io.StringIO)
    return own.file.getvalue()


def crowded() -> Moment:
    """Return a moment at which tasks are in every state and more headlines wait than any terminal shows."""
    tasks = [ended(GOLD, at=f"2026-05-04T12:00:{number:02}.000+00:00") for number in range(40)]
    counts = Counts(dict.fromkeys(State, 100), {State.READ: 20}, {}, 40, {50.0: 400.0, 99.0: 1_250.0})
    return moment([GOLD], sight(tasks, [(GOLD, article(GOLD, title="خبر طويل " * 30))], counts=counts))


def test_a_service_is_one_line_over_all_its_topics() -> None:
    """Discovery has read 14 records of two topics, and 3 wait."""
    text = printed(service_table(sight(), None, {}))

    (line,) = [line for line in text.splitlines() if "discovery" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")] == ["discovery", "14", "", "3"]


def test_rates_come_from_two_looks() -> None:
    """14 records read now, 4 two seconds ago: 5.0 a second. A first look has no rate."""
    before = sight(at=98.0, lags=(Lag("discovery", "urls.found", 4, 0),))

    text = printed(service_table(sight(at=100.0), before, {}))

    assert "5.0" in text


def test_a_service_that_ended_is_marked() -> None:
    """A restart does not hide that a service has ended by itself."""
    assert "discovery (ended 2×)" in printed(service_table(sight(), None, {"discovery": 2}))


def test_headlines_come_as_they_became_searchable() -> None:
    """The latest first, each with time, what it is and its outlet; revisits that changed nothing are none."""
    other = promise(article="rail", url="http://127.0.0.1:40001/rail", title="قطار الصحراء", revisions=2)
    tasks = [
        ended(GOLD),
        ended(other),
        ended(GOLD, State.UNCHANGED, "same_text"),
        ended(other, reason="edited", at="2026-05-04T12:00:09.000+00:00"),
    ]
    seen = sight(tasks, [(one, article(one)) for one in (GOLD, other)])

    assert newest(seen, 2) == [
        ("12:00:09  corrected  sada", "قطار الصحراء"),
        ("12:00:01  new        sada", "قطار الصحراء"),
    ]


def test_a_right_to_left_headline_is_an_isolate_at_the_right_edge() -> None:
    """The label stays left; the isolate is closed on its line, so that nothing after it is turned around."""
    line = headline_line("12:00:01  new", "قطار الصحراء", 60).plain

    assert line.startswith("12:00:01  new ")
    assert line.endswith(f"{RLI}قطار الصحراء{PDI}")
    assert len(line) == 60 + len(RLI + PDI)


def test_a_headline_that_is_too_long_is_cut_inside_its_isolate() -> None:
    """The mark of the cut belongs to the headline."""
    line = headline_line("new", "قطار " * 50, 60).plain

    assert line.endswith(f"…{PDI}")
    assert len(line) == 60 + len(RLI + PDI)


def test_a_left_to_right_headline_follows_its_label() -> None:
    """It needs no isolate."""
    line = headline_line("new", "Ferry arrives", 80).plain

    assert line.rstrip().endswith("Ferry arrives")
    assert RLI not in line


def test_strangers_headlines_are_harmless() -> None:
    """Escapes, overrides and markup of a headline neither steer the terminal nor change its colours."""
    text = printed(headline_line("new", "[red]x[/red]\x1b[31m\u202e", 80))

    assert "[red]x[/red][31m" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_board_shows_sums_and_promises() -> None:
    """States, the sum of the ledger, the latency, and how many promises are kept."""
    text = printed(board(moment([GOLD], kept_sight([GOLD])), None, console()))

    assert "1 of 1 pages have become what the newsroom says they must" in text
    assert "3 tasks discovered = 3 ended + 0 in flight. 1 articles" in text
    assert "p50 0.40 s, p99 1.25 s" in text
    assert "عبّارة" in text


def test_an_empty_board_says_so() -> None:
    """Before the first article there is a line, not a hole."""
    empty = sight(counts=Counts({}, {}, {}, 0, {}))

    text = printed(board(moment([GOLD], empty), None, console()))

    assert "nothing yet" in text
    assert "no article yet" in text


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (140, 45)])
def test_the_board_fits_the_terminal(width: int, height: int) -> None:
    """Nothing is wrapped or cut, whatever states there are: as many headlines as there is room for, up to 16."""
    own = console(width, height)

    lines = own.render_lines(board(crowded(), None, own), pad=False)
    text = ["".join(part.text for part in line) for line in lines]

    assert len(lines) <= height
    assert all(sum(part.cell_length for part in line) <= width for line in lines)
    assert [line for line in text if "a second" in line and "feeds" in line]
    assert sum("خبر" in line for line in text) == min(16, height - 20)


def test_a_low_terminal_has_no_room_for_headlines() -> None:
    """It is not told that there are none."""
    own = console(height=15)

    text = "".join(part.text for line in own.render_lines(board(crowded(), None, own)) for part in line)

    assert "latest first" in text
    assert "nothing yet" not in text
    assert "خبر" not in text


def test_no_outlets_name_is_cut() -> None:
    """The label has room for the longest of the newsroom's, whatever the demo says of it."""
    longest = max(houses(), key=len)

    line = headline_line(f"12:00:01  {'corrected':<9}  {longest}", "Ferry", 80).plain

    assert f"{longest} " in line


def test_on_a_wide_terminal_headlines_stay_near() -> None:
    """An Arabic headline ends at WIDEST, not at the far edge."""
    assert len(headline_line("new", "قطار الصحراء", 200).plain) == WIDEST + len(RLI + PDI)


def test_a_moment_in_one_line() -> None:
    """Ended pages by state, and only services that have something waiting."""
    line = summary(kept_sight([GOLD]))

    assert line == "1 articles; pages: 1 indexed; waiting: discovery 3"


@pytest.mark.parametrize("looks", [1, 3])
def test_without_a_terminal_only_changes_are_printed(looks: int) -> None:
    """A log gets a line where something has changed, and none of the signs that move a cursor."""
    output = io.StringIO()
    own = Board(Console(width=100, file=output, highlight=False))

    with own.open():
        for _ in range(looks):
            own.show(moment([GOLD], kept_sight([GOLD])))

    assert output.getvalue() == "  12.3 s   1 of 1 as promised; 1 articles; pages: 1 indexed; waiting: discovery 3\n"


def test_a_terminal_gets_the_board() -> None:
    """On a terminal the board is drawn in place, and gone at the end: the report follows."""
    output = io.StringIO()
    own = Board(Console(width=100, height=50, file=output, highlight=False, force_terminal=True))

    with own.open():
        own.show(moment([GOLD], kept_sight([GOLD])))
        own.show(moment([GOLD], kept_sight([GOLD])))

    assert "discovery" in output.getvalue()
    assert "\x1b[2K" in output.getvalue()


def test_each_look_is_drawn_at_once() -> None:
    """Nothing draws by itself in between, so a terminal would stay empty."""
    own = Console(width=100, height=50, file=io.StringIO(), highlight=False, force_terminal=True)
    shown = Board(own)
    assert isinstance(own.file, io.StringIO)

    with shown.open():
        shown.show(crowded())
        drawn = own.file.getvalue()

    assert "invented outlets publish" in drawn
