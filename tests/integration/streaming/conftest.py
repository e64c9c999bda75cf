"""A lab on the real broker for each test."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from integration.streaming.lab import Lab
from marsad.localstack import Endpoints

MakeLab = Callable[..., Lab]


@pytest.fixture
async def make_lab(stack: Endpoints, tmp_path: Path) -> AsyncIterator[MakeLab]:
    """Return what describes labs; those that were opened are closed after the test."""
    made: list[Lab] = []

    def make(**changes: Any) -> Lab:
        made.append(Lab.make(stack.kafka, tmp_path / f"lab{len(made)}", **changes))
        return made[-1]

    yield make
    for lab in made:
        await lab.close()


@pytest.fixture
async def lab(make_lab: MakeLab) -> Lab:
    """Return a lab whose topics exist."""
    made = make_lab()
    await made.open()
    return made
