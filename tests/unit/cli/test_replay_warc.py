"""`marsad replay --warc`: what is asked for, what is counted, and what is said."""

import importlib
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from marsad.fetching.warc_replay import Tally
from marsad.settings import Settings
from support.warcs import packed, warc_record

command = importlib.import_module("marsad.cli.replay")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command; what it says breaks no lines."""
    monkeypatch.setattr(command, "settings", Settings)

    def invoke(*words: str | Path) -> Any:
        app = typer.Typer()
        app.command()(command.replay)
        return CliRunner().invoke(app, list(map(str, words)), env={"COLUMNS": "400"})

    return invoke


def test_a_dry_run_counts(run: Any, tmp_path: Path) -> None:
    """Pages, what gives none, and what is broken are counted without any server."""
    path = tmp_path / "a.warc.gz"
    path.write_bytes(
        packed(
            warc_record(None, b"software: x\r\n", "warcinfo"),
            warc_record("https://ajil.example/1"),
            b"junk",
            warc_record("https://ajil.example/2"),
        )[:-3]
    )
    other = tmp_path / "b.warc"
    other.write_bytes(warc_record("https://ajil.example/3"))

    result = run("--warc", "--dry-run", path, other)

    assert result.exit_code == 1
    assert "2 pages would be replayed." in result.stderr
    assert "1 record without a page: 1 type warcinfo." in result.stderr
    assert "2 places without a record:" in result.stderr
    assert f"{path}, byte " in result.stderr
    assert "no record begins here, but b'junk'" in result.stderr
    assert "ends too early" in result.stderr


def test_whole_files_end_well(run: Any, tmp_path: Path) -> None:
    """Exit status 0 where nothing was broken."""
    path = tmp_path / "a.warc"
    path.write_bytes(warc_record("https://ajil.example/1"))

    result = run("--warc", "--dry-run", path)

    assert result.exit_code == 0, result.stderr
    assert "1 page would be replayed." in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--warc"], "give --warc with files"),
        (["a.warc"], "give --warc with files"),
        (["--warc", "a.warc", "--topic", "pages.fetched"], "give --warc with files"),
        (["--warc", "no-such-file"], "no-such-file is no file"),
        (["--warc", "."], ". is no file"),
        (["--warc", "no-such-*.gz"], "no file; a file under way ends in .open"),
        ([], "name a topic and a time, or WARC files"),
        (["--topic", "pages.fetched"], "name a topic and a time, or WARC files"),
    ],
)
def test_what_does_not_go_together_is_refused(run: Any, words: list[str], said: str) -> None:
    """A mistake is said before anything is written."""
    result = run(*words)

    assert result.exit_code == 2
    assert said in result.stderr


def test_names_of_strangers_steer_no_terminal() -> None:
    """A file's name is escaped, and of very many broken places the first are named."""
    tally = Tally(bad=30, named=["a\x1b[31m\u202e.warc, byte 3: junk"])

    lines = importlib.import_module("marsad.cli.replay_warc").summary(tally, dry_run=False)

    assert "30 places without a record; the first:" in lines
    assert not any("\x1b" in line or "\u202e" in line for line in lines)
