"""A stack whose servers are small programs: nothing is fetched, and this account is good enough."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from marsad.localstack import Stack, elasticsearch, kafka, preflight
from marsad.localstack import stack as module
from marsad.localstack.install import Installed
from unit.localstack.programs import ME, Programs


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Two programs that come up at once; nothing is fetched, and this account is good enough."""
    made = Programs()
    monkeypatch.setattr(kafka, "server", made.describe("kafka"))
    monkeypatch.setattr(elasticsearch, "server", made.describe("elasticsearch"))
    monkeypatch.setattr(module, "install", lambda *_args: Installed(Path("java"), (), Path("home")))
    monkeypatch.setattr(module, "is_installed", lambda _path: True)
    monkeypatch.setattr(module, "servers_account", lambda _root: ME)
    monkeypatch.setattr(module, "require_passage", lambda _path, _account: None)
    monkeypatch.setattr(preflight, "require_memory", lambda: None)
    return made


@pytest.fixture
def stack(programs: Programs, tmp_path: Path) -> Iterator[Stack]:
    """A stack that is not started yet, and is stopped in any case."""
    assert programs
    made = Stack(tmp_path)
    yield made
    made.stop()
