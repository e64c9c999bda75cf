"""Tests of `marsad submit`: which links are found, and what is handed over."""

import asyncio
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from marsad.cli import submit
from marsad.contracts.model import MAX_URL
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
