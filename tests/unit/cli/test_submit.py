"""Tests of `marsad submit`: which links are found, and what is handed over."""

import asyncio
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from typer.testing import CliRunner

from marsad.cli import submit
from marsad.contracts.model import MAX_URL
from marsad.discovery.submission import Submitted
from marsad.errors import BrokerUnavailable

app = typer.Typer()
app.command()(submit.submit)
runner = CliRunner()


def links(*arguments: str, text: str | None = None) -> list[str]:
    """Return what a dry run prints."""
    result = runner.invoke(app, ["--dry-run", *arguments], input=text)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("انسخ الرابطhttps://r.ajil.example/s4vq", "https://r.ajil.example/s4vq"),
        ("(https://ajil.example/a)، ثم", "https://ajil.example/a"),
        ("«https://ajil.example/b».", "https://ajil.example/b"),
    ],
)
def test_links_are_found_in_text(text: str, found: str) -> None:
    """A link is found glued to an Arabic word, in brackets, in quotation marks."""
    assert links("-", text=text) == [found]


def test_each_link_is_taken_once_in_order(tmp_path: Path) -> None:
    """Arguments may be URLs and files; repeats are left out."""
    path = tmp_path / "notes.txt"
    path.write_text("أولا https://ajil.example/1 ثم https://ajil.example/2", encoding="utf-8")

    found = links("https://ajil.example/2", str(path))

    assert found == ["https://ajil.example/2", "https://ajil.example/1"]


def test_a_file_of_any_bytes_is_read(tmp_path: Path) -> None:
    """What is no UTF-8 does not hide the links beside it."""
    path = tmp_path / "page.bin"
    path.write_bytes(b"\xff\xfe\x00 https://ajil.example/1 \x80")

    assert links(str(path)) == ["https://ajil.example/1"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("https://ajil.example/أخبار".encode("cp1256"), "windows-1256"),
        ("https://ajil.example/أخبار".encode("utf-16"), "UTF-16"),
        (b"\x00\x00https://ajil.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1", "is binary"),
    ],
)
def test_a_guess_is_said(content: bytes, said: str, tmp_path: Path) -> None:
    """A file in another encoding gives its links, and a word on standard error, so that a list of links stays one."""
    path = tmp_path / "old\u202e.txt"
    path.write_bytes(content)

    result = runner.invoke(app, ["--dry-run", str(path)])

    assert unquote(result.stdout) == "https://ajil.example/أخبار\n"
    assert said in result.stderr
    assert "\u202e" not in result.stderr


def test_a_folder_is_named(tmp_path: Path) -> None:
    """A folder is no file, and the message says so before anything is handed over."""
    result = runner.invoke(app, ["https://ajil.example/1", str(tmp_path)])

    assert result.exit_code != 0
    assert "folder: name the files in it" in " ".join(result.stderr.split())


@pytest.mark.parametrize("nothing", ["", " "])
def test_an_empty_argument_is_no_folder(nothing: str) -> None:
    """A shell's variable that is not set gives no words, which would be the current folder's path."""
    result = runner.invoke(app, ["--dry-run", nothing])

    assert result.exit_code == 2
    assert "an empty argument" in result.stderr


def test_many_links_go_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of many links is handed over piece by piece, each link once, each with its task."""
    batches: list[list[str]] = []

    async def take(_: object, links: list[str], *, again: bool) -> list[Submitted]:
        assert not again
        batches.append(links)
        return [Submitted(link, f"task of {link}", "event") for link in links]

    monkeypatch.setattr(submit, "hand_over", take)
    monkeypatch.setattr(submit, "BATCH", 2)
    text = " ".join(f"https://ajil.example/{number}" for number in (1, 2, 1, 3, 2))

    result = runner.invoke(app, ["-"], input=text)

    assert batches == [["https://ajil.example/1", "https://ajil.example/2"], ["https://ajil.example/3"]]
    assert result.stdout.splitlines()[-1] == "task of https://ajil.example/3\thttps://ajil.example/3"


def test_an_endless_link_is_left_out() -> None:
    """A link longer than any contract takes is none; the others go on."""
    assert links("-", text=f"https://a.example/{'x' * MAX_URL} https://b.example/1") == ["https://b.example/1"]


def test_no_link_is_an_error() -> None:
    """Nothing to do is said, not done silently."""
    result = runner.invoke(app, ["-"], input="no link here")

    assert result.exit_code == 1
    assert "No link found" in result.stderr


def test_what_is_neither_url_nor_file_is_refused() -> None:
    """A typo in a file's name is named."""
    result = runner.invoke(app, ["notes-of-yesterday.txt"])

    assert result.exit_code != 0
    assert "notes-of-yesterday.txt" in result.stderr


def test_a_url_longer_than_any_file_name_is_a_url() -> None:
    """The look for a file of that name must not break."""
    url = f"https://ajil.example/{'x' * 5_000}"

    assert links(url) == [url]


def test_a_broker_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person is told, where a service would wait."""

    async def wait(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(submit, "hand_over", wait)
    monkeypatch.setattr(submit, "PATIENCE_S", 0.01)

    result = runner.invoke(app, ["https://ajil.example/1"])

    assert isinstance(result.exception, BrokerUnavailable)
    assert "Submit them again" in str(result.exception)
