"""The demo's last word."""

import io

from rich.console import Console
from rich.table import Table

from marsad.cli.terminal import PDI, RLI
from marsad.demo.gold import Difference
from marsad.demo.play import Played
from marsad.demo.report import MAX_DIFFERENCES, exactness_table, outcome_table, report
from marsad.demo.searches import Search, answered
from marsad.demo.stories import Change, Story
from unit.demo.makers import answer, article, ended, hit, kept_sight, moment, played, promise, sight

FERRY = promise()
PRIZE = promise(
    article="prize", url="http://127.0.0.1:40001/prize", title="Judges name winner", outcome="refused", revisions=0
)


def printed(run: Played) -> str:
    """Return the whole report, without colours."""
    output = io.StringIO()
    report(run, Console(width=100, file=output, highlight=False))
    return output.getvalue()


def rows(table: Table) -> list[list[str]]:
    """Return a table's cells as text."""
    columns = [[str(cell) for cell in column.cells] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def test_outcomes_are_counted_against_their_promises() -> None:
    """A promise of a refusal that became an article shows in both lines, and in the revisions."""
    seen = sight([ended(FERRY), ended(PRIZE)], [(one, article(one)) for one in (FERRY, PRIZE)])

    found = outcome_table(moment([FERRY, PRIZE], seen).rows)

    assert rows(found) == [["indexed", "1", "2"], ["refused", "1", "0"], ["revisions", "1", "2"]]


def test_each_part_is_counted_where_it_is_exact() -> None:
    """One headline of two is not as published; an article that is not there has no exact part."""
    water = promise(article="water", url="http://127.0.0.1:40001/water")
    lost = promise(article="lost", url="http://127.0.0.1:40001/lost")
    seen = sight([ended(FERRY), ended(water)], [(FERRY, article(FERRY)), (water, article(water, title="خبر"))])

    found = {row[0]: row[1:] for row in rows(exactness_table(moment([FERRY, water, lost], seen).rows))}

    assert found["title"] == ["3", "1"]
    assert found["text"] == ["3", "2"]


def test_what_happened_is_told() -> None:
    """Corrections with the words that changed, then why others did not come in, last the links that were submitted."""
    told = (
        Story("corrected", "sada", "قطار", "", (Change("… سبع محطات", "… تسع محطات"), Change("", "تصويب"))),
        Story("refused", "meridian-wire", "Judges name winner", "robots.txt closes it", ()),
        Story("corrected", "polus-en", "Tram", "", (Change("one tram", ""),)),
    )
    link = promise(short_url="http://127.0.0.1:40002/a1")

    lines = printed(played([FERRY], kept_sight([FERRY]), stories=told, links=(link,))).splitlines()
    start = lines.index("What was corrected")

    assert [" ".join(line.split()) for line in lines[start + 1 : start + 14]] == [
        f"corrected: sada {RLI}قطار{PDI}",
        f"was {RLI}… سبع محطات{PDI}",
        f"is {RLI}… تسع محطات{PDI}",
        f"added {RLI}تصويب{PDI}",
        "corrected: polus-en Tram",
        "left out one tram",
        "",
        "What did not come in or did not stay, and why",
        "refused: meridian-wire Judges name winner",
        "because robots.txt closes it",
        "",
        "What was handed in as short links",
        f"/a1: sada {RLI}{FERRY.title}{PDI}",
    ]


def test_a_good_run_says_so() -> None:
    """Tables, latency, searches with their hits, and the verdict."""
    search = answered(Search('"تصل"', "a word", frozenset({("sada", "ferry")})), answer(hit(FERRY)), [FERRY])

    text = printed(played([FERRY], kept_sight([FERRY]), answers=(search,)))

    assert "From discovered to indexed: p50 0.40 s, p99 1.25 s." in text
    assert "marsad search '\"تصل\"'\na word\n" in text  # quoted as a shell wants it
    assert f"{RLI}عبّارة تصل" in text
    assert "All is as expected, 12 s after the services were started." in text


def test_a_bad_run_lists_what_differs() -> None:
    """Where, what, the promise and what is seen; Arabic set to the right, markup as text."""
    seen = sight([ended(FERRY)], [(FERRY, article(FERRY, title="خبر [bold]آخر[/bold]"))])

    text = printed(played([FERRY], seen))

    assert "Differences: 1, 12 s after the services were started." in text
    assert "sada/ferry: title" in text
    assert f"{RLI}{FERRY.title}" in text
    assert "[bold]آخر[/bold]" in text
    assert "All is as expected" not in text


def test_very_many_differences_are_counted() -> None:
    """A run in which nothing worked does not flood the screen."""
    many = tuple(Difference(f"sada/{number}", "outcome", "indexed", "nothing") for number in range(50))

    text = printed(played([FERRY], kept_sight([FERRY]), differences=many))

    assert "Differences: 50" in text
    assert f"sada/{MAX_DIFFERENCES - 1}: outcome" in text
    assert f"sada/{MAX_DIFFERENCES}: outcome" not in text
    assert f"and {50 - MAX_DIFFERENCES} more" in text
