"""The registry: which stages there are, and that none is forgotten."""

from pathlib import Path

from marsad.enrichment import stages as folder
from marsad.enrichment.registry import STAGES, models, stages

FILES = {path.stem for path in Path(next(iter(folder.__path__))).glob("*.py")} - {"__init__"}


def test_every_file_is_registered_once() -> None:
    """A stage's file without a line in the registry, or a line without a file, is a mistake."""
    assert sorted(STAGES) == sorted(FILES)


def test_language_comes_first() -> None:
    """No rule of one language runs before the language is known."""
    assert STAGES[0] == "language"


def test_stages_are_built_once() -> None:
    """A process loads models and data once, in the order of the registry."""
    assert stages() is stages()
    assert tuple(stage.name for stage in stages()) == STAGES


def test_models_are_the_contract() -> None:
    """Each stage has a model of its own, under its name, in order."""
    assert tuple(models()) == STAGES
    assert len(set(models().values())) == len(STAGES)
