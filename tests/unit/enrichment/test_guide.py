"""The guide in docs/ adds a stage that works."""

import re
import sys
from types import ModuleType

import pytest

from marsad.enrichment.article import Document, PlainArticle
from marsad.settings import REPOSITORY

GUIDE = (REPOSITORY / "docs/adding-a-stage.md").read_text(encoding="utf-8")
STAGE, TEST = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
NAME = "marsad.enrichment.stages.reading"


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the guide's stage, as if its file were there."""
    module = ModuleType(NAME)
    monkeypatch.setitem(sys.modules, NAME, module)
    exec(compile(STAGE, NAME, "exec"), vars(module))  # noqa: S102 - our own page
    return module


def test_the_stage_passes_its_tests(reading: ModuleType) -> None:
    """Both tests of the guide hold for the stage of the guide, which follows the rules for names."""
    tests: dict[str, object] = {}
    exec(compile(TEST, "the guide's test", "exec"), tests)  # noqa: S102 - our own page
    checks = [check for name, check in tests.items() if name.startswith("test_") and callable(check)]

    assert len(checks) == 2
    for check in checks:
        check()
    assert reading.stage().name == "reading"
    assert all(field.description for field in reading.ReadingFields.model_fields.values())


def test_the_example_gives_what_the_guide_says(reading: ModuleType) -> None:
    """The sentence of step 4 has as many words as is said of it."""
    (sentence,) = re.findall(r'^echo "(.+)" \| \.venv/bin/marsad enrich', GUIDE, re.MULTILINE)
    fields = reading.stage().apply(Document(PlainArticle(text=sentence)))

    assert f"{fields.words} words, {fields.minutes} minutes" in GUIDE
