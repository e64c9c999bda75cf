"""`marsad search`: options and output."""

import importlib
import io
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from marsad.cli.terminal import json_line
from marsad.errors import SearchUnavailable
from marsad.search.queries import Found, Hit, Query

command = importlib.import_module("marsad.cli.search")  # in the package, the name is the function
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def hit(**changes: Any) -> Hit:
    """Return a hit."""
    fields: dict[str, Any] = {
        "article_id": "a" * 32,
        "score": 1.5,
        "title": (("خطة في ", False), ("غزة", True)),
        "snippets": ((("قال في ", False), ("غزة", True)),),
        "url": "https://afaq.example/1",
        "outlet": "afaq",
        "language": "ar",
        "published": "2026-01-31T10:20:30.000+00:00",
        "first_seen": "2026-01-31T10:21:00.000+00:00",
        "withdrawn": False,
    }
    return Hit(**fields | changes)


def shown(found: Found, **options: bool) -> str:
    """Return what is printed for a person, without colours."""
    output = io.StringIO()
    console = Console(width=60, file=output, highlight=False)
    command.show(found, console, **options)
    return output.getvalue()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", NOW - timedelta(minutes=90)),
        ("24h", NOW - timedelta(hours=24)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(weeks=2)),
        ("٧d", NOW - timedelta(days=7)),
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T10:00+03:00", datetime(2026, 1, 31, 10, tzinfo=timezone(timedelta(hours=3)))),
    ],
)
def test_since_is_a_span_or_a_date(text: str, expected: datetime) -> None:
    """Spans reach back from now; a date without a zone is in UTC."""
    assert command._moment(text, NOW) == expected


@pytest.mark.parametrize("text", ["yesterday", "7", "7y", "2026-13-01", "999999w", "-1d"])
def test_other_moments_are_refused(text: str) -> None:
    """A moment that cannot be read is a wrong option, not a trace."""
    with pytest.raises(typer.BadParameter, match="neither a span nor a date"):
        command._moment(text, NOW)


def test_a_hit_shows_headline_source_time_snippet_and_address() -> None:
    """A person sees what was found, where and when."""
    text = shown(Found(1, (hit(),), complete=True))

    assert "خطة في غزة" in text
    assert "1. · afaq · ar · 2026-01-31 10:20 UTC" in text
    assert "قال في غزة" in text
    assert "https://afaq.example/1" in text
    assert "1 of 1 article\n" in text


def test_strangers_text_reaches_the_terminal_harmless() -> None:
    """Markup is shown as text; escapes and overrides are gone, in every field that a page decides."""
    bad = "[bold]x[/bold]\x1b]8;;evil\x07\u202e"
    found = Found(
        1, (hit(title=((bad, False),), snippets=(((bad, True),),), url=bad, outlet=bad, language=bad),), complete=True
    )

    text = shown(found)

    assert text.count("[bold]x[/bold]") == 5
    assert not set(text) & set("\x1b\x07\u202e")


def test_withdrawn_and_incomplete_are_said() -> None:
    """A retraction is marked, a missing headline named, and a partial answer admitted."""
    text = shown(Found(40, (hit(withdrawn=True, title=()),), complete=False))

    assert "withdrawn" in text
    assert "(no headline)" in text
    assert "1 of 40 articles; a part of the index did not answer" in text


def test_nothing_found_is_said_in_words() -> None:
    """An empty answer is no table of zeros, and a partial one is still admitted."""
    assert shown(Found(0, (), complete=True)) == "nothing found\n"
    assert shown(Found(0, (), complete=False)).startswith("nothing found; a part of the index did not answer")


@pytest.mark.parametrize(
    ("snippet", "shows"),
    [
        ("وصل الوفد إلى", "وصل الوفد إلى…"),
        ("هل وصل الوفد؟", "هل وصل الوفد؟"),
        ("«وصل الوفد».", "«وصل الوفد»."),
        ("«وصل الوفد.» ", "«وصل الوفد.»"),
        ("They arrived.” ", "They arrived.”"),
        ("in Amman [1.2] and", "in Amman [1.2] and…"),
    ],
)
def test_a_snippet_that_was_cut_ends_with_an_ellipsis(snippet: str, shows: str) -> None:
    """One that ends with its sentence does not."""
    lines = shown(Found(1, (hit(snippets=(((snippet, False),),)),), complete=True)).splitlines()

    assert lines[2].strip().strip("\u2067\u2069") == shows


def test_visual_order() -> None:
    """For terminals without bidirectional text the letters come reversed and without isolates."""
    text = shown(Found(1, (hit(),), complete=True), visual=True)

    assert "ةزغ" in text
    assert "\u2067" not in text


def test_json_lines_are_plain_and_escaped() -> None:
    """One object a line, no marks; signs that a terminal obeys are escaped, Arabic is not."""
    line = json_line(command._plain(hit(title=(("غزة\u202e\x9b", True), (" x", False)))))

    assert "\n" not in line
    assert "غزة\\u202e\\u009b x" in line
    assert json.loads(line)["title"] == "غزة\u202e\x9b x"
    assert json.loads(line)["snippets"] == ["قال في غزة"]


class Asked:
    """Stands in for the server; remembers the query."""

    def __init__(self, found: Found | Exception) -> None:
        self.found = found
        self.query: Query | None = None

    async def __call__(self, _own: object, query: Query) -> Found:
        """Answer."""
        self.query = query
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


def run(monkeypatch: pytest.MonkeyPatch, asked: Asked, *arguments: str) -> Any:
    """Run the command."""
    monkeypatch.setattr(command, "_ask", asked)
    monkeypatch.setattr(command, "settings", object)
    app = typer.Typer()
    app.command()(command.search)
    return CliRunner().invoke(app, arguments)


def test_options_become_the_query(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are joined, options are taken over."""
    asked = Asked(Found(0, (), complete=True))

    result = run(
        monkeypatch, asked, "غزة", "القاهرة", "--language", "ar", "--outlet", "afaq", "--country", "EG", "--limit", "3"
    )

    assert result.exit_code == 0, result.output
    assert asked.query == Query("غزة القاهرة", "ar", "afaq", "EG", None, 3)


def test_json_is_one_object_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other programs read the hits line by line."""
    result = run(monkeypatch, Asked(Found(2, (hit(), hit()), complete=True)), "غزة", "--json")

    assert [json.loads(line)["url"] for line in result.output.splitlines()] == ["https://afaq.example/1"] * 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("x", "--language", "Arabic"),
        ("x", "--country", "Egypt"),
        ("x", "--limit", "0"),
        ("x", "--limit", "101"),
        ("x", "--since", "soon"),
        (),
    ],
)
def test_wrong_options_are_usage_errors(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    """A wrong option is explained before anything is asked."""
    asked = Asked(Found(0, (), complete=True))

    result = run(monkeypatch, asked, *arguments)

    assert result.exit_code == 2
    assert asked.query is None


def test_a_server_that_is_away_is_our_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches `main`, which prints it as a sentence."""
    result = run(monkeypatch, Asked(SearchUnavailable("away")), "x")

    assert isinstance(result.exception, SearchUnavailable)
