"""Tests that hold the documentation to the code."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES
from marsad.settings import REPOSITORY, Settings

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
