"""A data folder for stacks of a test's own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def data_dir(artefacts: Path) -> Iterator[Path]:
    """An empty folder that the servers' account can reach, with a hard name, and with the shared artefacts in it."""
    above = Path(tempfile.mkdtemp(prefix="marsad-tests-", dir="/var/tmp"))
    above.chmod(0o755)
    folder = above / "مرصد of mine"
    (folder / "stack").mkdir(parents=True)
    artefacts.mkdir(parents=True, exist_ok=True)
    (folder / "stack" / "artefacts").symlink_to(artefacts)
    yield folder
    shutil.rmtree(above, ignore_errors=True)
