"""Servers that may be killed: the session's own where it has any, else a stack of this module's."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.campaign import new_folder
from marsad.localstack import Stack


@pytest.fixture(scope="module")
def mortal_stack(stack_servers: Stack | None, artefacts: Path) -> Iterator[Stack]:
    """Run servers that a scenario may kill; they are back, on the same ports, when a round is over."""
    if stack_servers is not None:
        yield stack_servers
        return
    folder = new_folder()
    try:
        with Stack(folder, artefacts=artefacts) as stack:
            yield stack
    finally:
        shutil.rmtree(folder, ignore_errors=True)
