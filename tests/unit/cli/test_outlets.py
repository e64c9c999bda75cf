"""`marsad outlets`: list and check."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from marsad.cli.outlets import app
from marsad.outlets import load
from marsad.settings import settings

RUNNER = CliRunner(env={"COLUMNS": "80"})
FILE = """id: {id}
name: {{ar: "صحيفة الواحة", en: "Oasis Times"}}
country: JO
kind: {kind}
languages: [ar]
time_zone: Asia/Amman
domains: [{host}]
checked: {{on: 2026-11-22, against: "invented for the tests"}}
"""


@pytest.fixture(autouse=True)
def fresh_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Read the settings anew in each test."""
    for variable in ("MARSAD_OUTLETS_DIRS", "MARSAD_BUILTIN_OUTLETS"):
        monkeypatch.delenv(variable, raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def write(folder: Path, name: str, host: str = "oasis.example.org", kind: str = "paper") -> str:
    """Write an outlet file and return its path."""
    path = folder / f"{name}.yaml"
    path.write_text(FILE.format(id=name, host=host, kind=kind), encoding="utf-8")
    return str(path)


def test_list_shows_every_outlet() -> None:
    """Each built-in outlet is listed, with its kind, country and day of check, in 80 columns."""
    result = RUNNER.invoke(app, ["list"])

    assert result.exit_code == 0
    for outlet in load():
        (row,) = [line for line in result.output.splitlines() if line.startswith(f"{outlet.id} ")]
        assert f"{outlet.kind}, {outlet.country}" in row
        assert outlet.checked.on.isoformat() in row


def test_arabic_names_stand_at_the_right() -> None:
    """An Arabic name is an isolate that ends where its column ends, whatever its length."""
    output = RUNNER.invoke(app, ["list"]).output

    names = [line.rstrip()[: line.index("\u2069")] for line in output.splitlines() if "\u2069" in line]
    assert len({len(name.replace("\u2067", "")) for name in names}) == 1
    assert all("\u2067" in name for name in names)


def test_list_takes_folders_from_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of one's own comes after the built-in files, or alone."""
    write(tmp_path, "oasis-times")
    monkeypatch.setenv("MARSAD_OUTLETS_DIRS", f'["{tmp_path}"]')
    assert RUNNER.invoke(app, ["list"]).output.rstrip().count("oasis-times") == 1

    monkeypatch.setenv("MARSAD_BUILTIN_OUTLETS", "false")
    settings.cache_clear()
    output = RUNNER.invoke(app, ["list"]).output

    assert "oasis-times" in output
    assert "rt-arabic" not in output


def test_list_counts_what_discovery_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outlet with sitemaps and front pages instead of feeds does not look as if nothing of it were asked."""
    with Path(write(tmp_path, "oasis-times")).open("a", encoding="utf-8") as file:
        file.write("sitemaps: [https://oasis.example.org/robots.txt, https://oasis.example.org/news.xml]\n")
        file.write("front_pages: [https://oasis.example.org/]\narticle_pattern: /\\d+$\n")
    monkeypatch.setenv("MARSAD_OUTLETS_DIRS", f'["{tmp_path}"]')
    monkeypatch.setenv("MARSAD_BUILTIN_OUTLETS", "false")

    (row,) = [line for line in RUNNER.invoke(app, ["list"]).output.splitlines() if "oasis-times" in line]

    assert row.split()[-2] == "3"


def test_list_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any file a sentence says so."""
    monkeypatch.setenv("MARSAD_BUILTIN_OUTLETS", "false")

    assert RUNNER.invoke(app, ["list"]).output == "No outlet file is in use.\n"


def test_check_of_all_in_use() -> None:
    """Without files, those in use are checked."""
    result = RUNNER.invoke(app, ["check"])

    assert (result.exit_code, result.output) == (0, f"{len(load())} outlet files are right.\n")


def test_check_of_one_file(tmp_path: Path) -> None:
    """A right file is said to be right."""
    result = RUNNER.invoke(app, ["check", write(tmp_path, "oasis-times")])

    assert (result.exit_code, result.output) == (0, "1 outlet file is right.\n")


def test_check_tells_every_wrong_file(tmp_path: Path) -> None:
    """Each wrong file is named with its field; the exit status is 1."""
    paths = [
        write(tmp_path, "oasis-times"),
        write(tmp_path, "zine", "zine.example.org", "zine"),
        write(tmp_path, "slash", "slash.example.org/"),
        str(tmp_path / "absent.yaml"),
    ]

    result = RUNNER.invoke(app, ["check", *paths])

    assert result.exit_code == 1
    for part in ("zine.yaml: kind: ", "slash.yaml: domains.0: ", "absent.yaml: cannot be read"):
        assert part in result.stderr
    assert "oasis-times" not in result.stderr


@pytest.mark.parametrize(("name", "host"), [("oasis-times", "arabic.rt.com"), ("rt-arabic", "oasis.example.org")])
def test_check_tells_what_another_outlet_has(tmp_path: Path, name: str, host: str) -> None:
    """A host or an id that an outlet in use has already is an error."""
    result = RUNNER.invoke(app, ["check", write(tmp_path, name, host)])

    assert result.exit_code == 1
    assert "rt-arabic" in result.stderr


def test_check_of_a_file_in_use_does_not_collide_with_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a folder in use is not its own rival; a broken neighbour is not its fault."""
    path = write(tmp_path, "oasis-times")
    write(tmp_path, "broken", "broken.example.org", "zine")
    monkeypatch.setenv("MARSAD_OUTLETS_DIRS", f'["{tmp_path}"]')

    assert RUNNER.invoke(app, ["check", path]).exit_code == 0
    assert RUNNER.invoke(app, ["check"]).exit_code == 1


@pytest.mark.parametrize("command", ["list", "check"])
def test_help_has_an_example(command: str) -> None:
    """The help of each command shows a call."""
    assert f"Example: marsad outlets {command}" in RUNNER.invoke(app, [command, "--help"]).output
