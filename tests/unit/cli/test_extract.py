"""`marsad extract` as a user types it."""

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from marsad.cli.extract import extract

PAGES = Path(__file__).parents[2] / "pages"
URL = "https://arabic.rt.com/world/1900001/"

app = typer.Typer()
app.command()(extract)


def test_each_page_becomes_one_line_of_json() -> None:
    """Arabic stays readable, and the URL decides which outlet's rules are used."""
    page = PAGES / "rt_arabic" / "desalination.html"

    result = CliRunner().invoke(app, ["--url", URL, str(page), str(PAGES / "plain" / "error.html")])

    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["file"], first["state"], first["outlet"]) == (str(page), "article", "rt-arabic")
    assert "جزيرة النورس" in result.stdout
    assert (second["state"], second["reason"]) == ("not_article", "error_page")
    assert result.exit_code == 0


def test_a_page_can_come_from_standard_input() -> None:
    """`-` reads the page that another command writes, in whatever encoding it is."""
    page = (PAGES / "windows_1256" / "wall.html").read_bytes()

    result = CliRunner().invoke(app, ["--url", "https://shiraa.example/1", "-"], input=page)

    assert json.loads(result.stdout)["title"] == "بلدية مدينة المرسى ترمم السور القديم"


def test_the_header_names_the_type() -> None:
    """What the server called a picture is not read as a page."""
    page = str(PAGES / "plain" / "error.html")

    result = CliRunner().invoke(app, ["--url", URL, "--content-type", "image/png", page])

    assert json.loads(result.stdout)["reason"] == "not_html"


def test_a_missing_file_is_named_and_nothing_is_printed(tmp_path: Path) -> None:
    """The message says which file, and what to do instead."""
    result = CliRunner().invoke(app, ["--url", URL, str(PAGES / "plain" / "error.html"), str(tmp_path / "none.html")])

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "none.html cannot be read: No such file or directory" in " ".join(result.stderr.split())


def test_a_url_must_be_one() -> None:
    """A file name given as the URL is refused before anything is read."""
    result = CliRunner().invoke(app, ["--url", "page.html", "page.html"])

    assert result.exit_code == 2
    assert "is no http(s) URL" in result.stderr
