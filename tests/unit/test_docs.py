"""Tests that hold the documentation to the code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES
from marsad.settings import REPOSITORY, Settings

DEFAULTS = Settings.model_construct()  # whatever the environment says, as after following a guide
OPERATING = (REPOSITORY / "docs/operating.md").read_text(encoding="utf-8")


def variables(model: type[BaseModel], prefix: str = "MARSAD_") -> Iterator[tuple[str, str | None]]:
    """Yield every variable that the settings read, with its description."""
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from variables(type(field.default), f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", field.description


def test_every_setting_is_documented() -> None:
    """The table names each variable with the description that the code has."""
    missing = [
        name
        for name, about in variables(Settings)
        if f"| `{name}` |" not in OPERATING or f"| {about} |" not in OPERATING
    ]

    assert missing == []


def test_no_setting_is_documented_that_does_not_exist() -> None:
    """Every variable of the table is read."""
    known = {name for name, _ in variables(Settings)}
    rows = [line.split("`")[1] for line in OPERATING.splitlines() if line.startswith("| `MARSAD_")]

    assert [name for name in rows if name not in known] == []


@pytest.mark.parametrize("section", [DEFAULTS, *(part for _, part in DEFAULTS if isinstance(part, BaseModel))])
def test_every_default_is_the_documented_one(section: BaseModel) -> None:
    """Those that depend on the machine are told in words."""
    told = dict(re.findall(r"^\| `(MARSAD_\w+)` \| ([^|]+) \|", OPERATING, re.MULTILINE))
    prefix = next((f"MARSAD_{name.upper()}__" for name, part in DEFAULTS if part is section), "MARSAD_")
    fields = {
        f"{prefix}{name.upper()}": field.default
        for name, field in type(section).model_fields.items()
        if not isinstance(field.default, BaseModel | Path) and field.default_factory is None
    }

    assert {name: told[name] for name in fields} == {name: shown(default) for name, default in fields.items()}


def shown(default: object) -> str:
    """Return a default as the table has it."""
    if default in (None, "", ()):
        return "–"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_every_complaint_of_a_log_is_explained() -> None:
    """Each line of level critical or error has a row that says what to do, and there is no row without a line."""
    written = {
        event
        for path in (REPOSITORY / "services/marsad").rglob("*.py")
        for event in re.findall(
            r'log(?:ger\(__name__\))?\.(?:critical|error|exception)\(\s*"(\w+)"', path.read_text(encoding="utf-8")
        )
    }
    rows = re.findall(r"^\| (`[^|]+) \| (?:critical|error) \|", OPERATING, re.MULTILINE)

    assert {name.strip("`") for row in rows for name in row.split(", ")} == written


def test_every_terminal_state_is_explained() -> None:
    """An operator finds each state that `marsad status` prints."""
    assert [state for state in State if state.terminal and f"| `{state}` |" not in OPERATING] == []


def test_every_service_is_in_the_architecture() -> None:
    """The table of services has one row for each."""
    text = (REPOSITORY / "docs/architecture.md").read_text(encoding="utf-8")

    assert [name for name in SERVICES if f"| `{name}` |" not in text] == []


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link of README and docs/ names a file that is there."""
    broken = []
    for page in (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))):
        for piece in page.read_text(encoding="utf-8").split("](")[1:]:
            target = piece.partition(")")[0].partition("#")[0]
            if target and "://" not in target and not (page.parent / Path(target)).exists():
                broken.append(f"{page.name}: {target}")

    assert broken == []
