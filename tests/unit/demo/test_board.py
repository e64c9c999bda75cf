"""The demo while it runs."""

import io

import pytest
from rich.console import Console

from marsad.cli.terminal import PDI, RLI
from marsad.contracts.states import State
from marsad.demo.board import Board, board, headline_line, newest, service_table, summary
from marsad.search.counts import Counts
from marsad.streaming.lag import Lag
from unit.demo.makers import article, ended, kept_sight, moment, promise, sight

GOLD = promise()


def printed(item: object, width: int = 100) -> str:
    """Return what a console shows."""
    output = io.StringIO()
    Console(width=width, file=output, highlight=False).print(item, soft_wrap=True)
    return output.getvalue()


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
    text = printed(board(moment([GOLD], kept_sight([GOLD])), None, 100))

    assert "1 of 1 addresses are as promised" in text
    assert "3 tasks discovered = 3 ended + 0 in flight. 1 articles" in text
    assert "p50 0.40 s, p99 1.25 s" in text
    assert "عبّارة" in text


def test_an_empty_board_says_so() -> None:
    """Before the first article there is a line, not a hole."""
    empty = sight(counts=Counts({}, {}, {}, 0, {}))

    text = printed(board(moment([GOLD], empty), None, 100))

    assert "nothing yet" in text
    assert "no article yet" in text


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

    assert "Services" in output.getvalue()
    assert "\x1b[2K" in output.getvalue()
