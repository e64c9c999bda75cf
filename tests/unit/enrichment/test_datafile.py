"""Curated data files: what is wrong in one is refused when it is read."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from marsad.enrichment import datafile
from marsad.enrichment.credits import known_sources
from marsad.enrichment.datafile import Data, read
from marsad.enrichment.gazetteer import Ambiguity, Cities, Countries

FOLDER = Path(datafile.__file__).parent / "data"


class Names(Data):
    """A file as small as one can be."""

    names: Mapping[str, tuple[str, ...]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that files are read from."""
    monkeypatch.setattr(datafile, "__file__", str(tmp_path / "datafile.py"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def test_shipped_files_are_right() -> None:
    """Every file in the folder is read by somebody, and is right."""
    read("countries.yaml", Countries)
    read("cities.yaml", Cities)
    read("ambiguity.yaml", Ambiguity)
    known_sources()

    assert {path.name for path in FOLDER.iterdir()} == {
        "ambiguity.yaml",
        "cities.yaml",
        "countries.yaml",
        "sources.yaml",
    }


def test_a_file_is_read(folder: Path) -> None:
    """A file gives its model."""
    (folder / "names.yaml").write_text("names: {EG: [مصر]}", encoding="utf-8")

    assert read("names.yaml", Names).names == {"EG": ("مصر",)}


@pytest.mark.parametrize(
    "text",
    [
        "names: {EG: [مصر]}\nother: 1",  # a key that nobody reads
        "names: {EG: مصر}",  # a name where a list is meant
        "names: {NO: [النرويج]}",  # YAML reads NO as false
        "names: {EG: [no]}",
        "[]",
        "",
    ],
)
def test_wrong_files_are_refused(folder: Path, text: str) -> None:
    """Misspelt keys, single names and YAML's own readings of words are told, not guessed at."""
    (folder / "names.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ValidationError):
        read("names.yaml", Names)


def test_no_code_in_files(folder: Path) -> None:
    """A file that asks for a Python object is refused."""
    (folder / "names.yaml").write_text("names: !!python/object/apply:os.getcwd []", encoding="utf-8")

    with pytest.raises(yaml.YAMLError):
        read("names.yaml", Names)
