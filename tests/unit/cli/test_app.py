"""The command line as a whole."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from marsad.cli import app as module
from marsad.errors import SearchUnavailable


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the logs of other tests alone."""
    monkeypatch.setattr(module, "silence", lambda: None)


def test_an_error_of_ours_is_told_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its name and its lines are printed; what a stranger put into them cannot steer the terminal."""

    def fail() -> None:
        raise SearchUnavailable("Elasticsearch answered 400: \x1b]0;owned\x07 \u202e[red]\nMend the query.")

    monkeypatch.setattr(module, "app", fail)

    with pytest.raises(SystemExit) as ended:
        module.main()

    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said == "SearchUnavailable: Elasticsearch answered 400: ]0;owned [red]\nMend the query.\n"


def test_a_file_that_cannot_be_had_is_told_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A full disk or a missing right is nothing that a trace explains; the path is named."""
    monkeypatch.setattr(module, "app", (tmp_path / "none").read_bytes)

    with pytest.raises(SystemExit) as ended:
        module.main()

    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith(f"File trouble: {tmp_path / 'none'}: No such file or directory.")


def test_an_error_that_names_no_file_keeps_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be a mistake of ours."""

    def fail() -> None:
        raise OSError("who knows")

    monkeypatch.setattr(module, "app", fail)

    with pytest.raises(OSError, match="who knows"):
        module.main()


def leaves(command: object, name: str) -> Iterator[tuple[str, TyperCommand]]:
    """Yield every command below this one with its full name, such as `marsad outlets list`."""
    if isinstance(command, TyperGroup):
        for part, one in command.commands.items():
            yield from leaves(one, f"{name} {part}")
    elif isinstance(command, TyperCommand):
        yield name, command


COMMANDS = dict(leaves(get_command(module.app), "marsad"))


def examples(name: str) -> list[str]:
    """Return the calls of ours in the examples of a command's help, without what else stands in a pipe."""
    lines = re.findall(r"^Example: (.*)", COMMANDS[name].help or "", re.MULTILINE)
    return [piece.strip() for line in lines for piece in line.split("|") if piece.strip().startswith("marsad ")]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_shows_how_the_command_is_called(name: str) -> None:
    """Each command has an example of itself."""
    assert any(f"{example} ".startswith(f"{name} ") for example in examples(name))


@pytest.mark.parametrize("example", [example for name in COMMANDS for example in examples(name)])
def test_examples_can_be_called_as_they_stand(example: str) -> None:
    """No example lacks an argument or gives an option that there is not."""
    name = max((name for name in COMMANDS if f"{example} ".startswith(f"{name} ")), key=len)

    assert COMMANDS[name].make_context(name, shlex.split(example.removeprefix(name)))
