"""The servers of one run, and what is left of it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest

from marsad.demo import servers
from marsad.demo.servers import Ground, temporary_servers


class FakeStack:
    """Stands in for the two servers."""

    def __init__(self, folder: Path, *, artefacts: Path, **_: Any) -> None:
        self.folder, self.artefacts, self.runs = folder, artefacts, False

    def __enter__(self) -> Self:
        self.runs = True
        (self.folder / "data").write_text("x")
        return self

    def __exit__(self, *_: object) -> None:
        self.runs = False

    def log(self, server: str) -> Path:
        return self.folder / f"{server}.log"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put temporary folders into the test's own, and a stand-in for the stack."""
    monkeypatch.setattr(servers, "PLACE", tmp_path)
    monkeypatch.setattr(servers, "Stack", FakeStack)
    monkeypatch.setattr(servers, "settings", lambda: SimpleNamespace(data_dir=Path("/srv/marsad")))
    return tmp_path


def test_downloads_are_shared_with_marsad_up() -> None:
    """What was fetched once is used again: the second run needs no network."""
    with temporary_servers("demo", print) as ground:
        assert ground.stack.artefacts == Path("/srv/marsad/stack/artefacts")  # type: ignore[attr-defined]


def test_another_account_may_enter_the_folder() -> None:
    """Elasticsearch refuses root, so its account must get through."""
    with temporary_servers("demo", print) as ground:
        assert ground.folder.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("error", [None, KeyboardInterrupt, ValueError])
def test_nothing_is_left_behind(place: Path, error: type[BaseException] | None) -> None:
    """However the run ends, the servers are down and the folder is gone."""
    stacks: list[Any] = []

    def run() -> None:
        with temporary_servers("demo", print) as ground:
            stacks.append(ground.stack)
            if error is not None:
                raise error

    if error is None:
        run()
    else:
        with pytest.raises(error):
            run()

    assert [stack.runs for stack in stacks] == [False]
    assert list(place.iterdir()) == []


def test_logs_can_be_kept(place: Path) -> None:
    """Where something failed, the logs of services and servers outlive the run; a missing one is no second failure."""
    with temporary_servers("demo", print) as ground:
        ground.logs.mkdir()
        (ground.logs / "fetching.log").write_text("why")
        ground.stack.log("kafka").write_text("how")
        kept = ground.keep_logs()

    assert isinstance(ground, Ground)
    assert list(place.iterdir()) == [kept]
    assert {path.name: path.read_text() for path in kept.iterdir()} == {"fetching.log": "why", "kafka.log": "how"}
