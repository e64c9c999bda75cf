"""`marsad enrich`: articles and texts in, JSON lines or tables out."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from marsad.cli.enrich import enrich
from marsad.enrichment.registry import STAGES

APP = typer.Typer()
APP.command()(enrich)
RUNNER = CliRunner(env={"COLUMNS": "120"})

TEXT = "وصل الوفد من القاهرة إلى بيروت أمس، وبدأت المحادثات بعد وصوله بساعة واحدة.\nوغادر الوفد اليوم.\n"
ARTICLE: dict[str, Any] = {
    "url": "https://oasis.example.org/1",
    "title": "خبر",
    "text": TEXT,
    "credit": "تاس",
    "outlet": None,
    "tags": [],
}


def results(output: str) -> list[dict[str, Any]]:
    """Return the JSON lines."""
    return [json.loads(line) for line in output.splitlines()]


def test_articles_as_json_lines(tmp_path: Path) -> None:
    """Each article of a file gives a line with its URL, all stages' fields and times."""
    file = tmp_path / "articles.jsonl"
    file.write_text("\n".join(json.dumps(ARTICLE | {"url": f"https://oasis.example.org/{n}"}) for n in (1, 2)))

    run = RUNNER.invoke(APP, [str(file)])

    assert run.exit_code == 0
    first, second = results(run.stdout)
    assert (first["source"], second["source"]) == ("https://oasis.example.org/1", "https://oasis.example.org/2")
    assert tuple(first["enrichment"]) == tuple(first["stages_ms"]) == STAGES
    assert first["failures"] == []
    assert first["enrichment"]["language"]["code"] == "ar"
    assert [source["id"] for source in first["enrichment"]["credit"]["sources"]] == ["tass"]


def test_plain_text(tmp_path: Path) -> None:
    """A file that is no JSON is one text, whatever its lines."""
    file = tmp_path / "note.txt"
    file.write_text(f"\n{TEXT}", encoding="utf-8")

    (result,) = results(RUNNER.invoke(APP, [str(file)]).stdout)

    assert result["source"] == str(file)
    assert result["enrichment"]["sentences"]["count"] == 2
    assert {place["name"] for place in result["enrichment"]["places"]["places"]} == {"Cairo", "Beirut"}


@pytest.mark.parametrize("given", [TEXT, json.dumps(ARTICLE), "\ufeff" + json.dumps(ARTICLE, ensure_ascii=False)])
def test_standard_input(given: str) -> None:
    """Text and JSON lines are taken from standard input too, with or without a byte-order mark."""
    (result,) = results(RUNNER.invoke(APP, ["-"], input=given).stdout)

    assert result["enrichment"]["sentences"]["count"] == 2


@pytest.mark.parametrize("text", ["{a brace} begins this text", "", "{{template}}"])
def test_texts_that_look_odd(text: str) -> None:
    """A text may be empty or begin with a brace."""
    run = RUNNER.invoke(APP, ["-"], input=text)

    assert run.exit_code == 0
    assert results(run.stdout)[0]["enrichment"]["language"]["basis"] == "none"


def test_bytes_that_are_no_utf8() -> None:
    """What cannot be decoded is replaced, and the rest is read."""
    run = RUNNER.invoke(APP, ["-"], input=b"\xff\xfe " + TEXT.encode())

    assert results(run.stdout)[0]["enrichment"]["language"]["code"] == "ar"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"title": 5}', "title: Input should be a valid string"),
        ('{"title": "a"', "is no JSON object"),
        ("[1]", "is no JSON object"),
        pytest.param('{"tags": ' + "[" * 100_000, "is no JSON object", id="deep"),
        ("not json", "is no JSON object"),
    ],
)
def test_wrong_lines_are_told_and_passed_over(line: str, said: str) -> None:
    """A line that is no article is told with its file; the others are done, and the exit status is 1."""
    run = RUNNER.invoke(APP, ["-"], input=f"{json.dumps(ARTICLE)}\n\n{line}\n{json.dumps(ARTICLE)}\n")

    assert run.exit_code == 1
    assert len(results(run.stdout)) == 2
    assert f"-: {said}" in run.stderr.replace("a line ", "")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is not there is named, with what to do."""
    run = RUNNER.invoke(APP, [str(tmp_path / "absent.txt")])

    assert run.exit_code == 2
    assert "absent.txt" in run.stderr.replace("\n", "")


def test_table() -> None:
    """A table shows every stage with its time and fields, without control characters of strangers."""
    article = ARTICLE | {"url": "https://oasis.example.org/\x1b[2J", "credit": "\x1b]0;owned\x07 \u202eتاس"}

    run = RUNNER.invoke(APP, ["-", "--table"], input=json.dumps(article))

    assert run.exit_code == 0
    assert all(stage in run.stdout for stage in STAGES)
    assert "code: ar" in run.stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(run.stdout)
