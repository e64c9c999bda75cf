"""The stack's order of things, with two small programs in the servers' place."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from marsad.errors import LocalStackError
from marsad.localstack import ServerName, Stack, ports
from marsad.localstack import stack as module
from marsad.localstack.accounts import Account
from unit.localstack.programs import Programs, alive


def test_a_started_stack_is_published(stack: Stack, tmp_path: Path, programs: Programs) -> None:
    """The stack file holds the addresses on which the servers were told to listen."""
    endpoints = stack.start()

    _, chosen, _ = programs.described[0]
    known = json.loads((tmp_path / "stack.json").read_text())
    assert endpoints.kafka == f"127.0.0.1:{chosen['kafka']}"
    assert endpoints.elasticsearch == f"http://127.0.0.1:{chosen['elasticsearch']}"
    assert known == {"kafka": endpoints.kafka, "elasticsearch": endpoints.elasticsearch, "pid": os.getpid()}
    assert stack.endpoints == endpoints


def test_both_servers_share_ports_and_identity(stack: Stack, programs: Programs) -> None:
    """Their answers are told from a stranger's by one id."""
    stack.start()

    (_, first_ports, first_id), (_, second_ports, second_id) = programs.described
    assert (first_ports, first_id) == (second_ports, second_id)


def test_a_stopped_stack_leaves_no_process_and_no_address(stack: Stack, tmp_path: Path) -> None:
    """Stopping ends both servers and withdraws the stack file; the folders stay."""
    stack.start()
    pids = [stack.pid("kafka"), stack.pid("elasticsearch")]

    stack.stop()

    assert not any(alive(pid) for pid in pids)
    assert not (tmp_path / "stack.json").exists()
    assert (tmp_path / "stack" / "kafka").is_dir()


def test_stopping_twice_or_before_the_start_is_fine(stack: Stack) -> None:
    """Nothing runs, nothing to do."""
    stack.stop()
    stack.start()
    stack.stop()
    stack.stop()


def test_a_stack_can_be_started_again(stack: Stack) -> None:
    """With the same addresses, as clients remember them."""
    first = stack.start()
    stack.stop()

    assert stack.start() == first


def test_a_with_block_stops_the_stack_after_an_error(programs: Programs, tmp_path: Path) -> None:
    """A test that fails leaves no server behind."""
    assert programs
    pids: list[int] = []

    def fail() -> None:
        with Stack(tmp_path) as stack:
            pids.extend([stack.pid("kafka"), stack.pid("elasticsearch")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert not any(alive(pid) for pid in pids)


def test_a_running_stack_is_not_started_again(stack: Stack) -> None:
    """A second start is refused and disturbs nothing."""
    stack.start()

    with pytest.raises(LocalStackError, match="started already"):
        stack.start()

    stack.ensure_running()


def test_a_second_stack_on_the_same_data_is_refused(stack: Stack, tmp_path: Path) -> None:
    """It learns the first one's addresses, and the first one goes on."""
    endpoints = stack.start()

    with pytest.raises(LocalStackError, match=f"already runs: Kafka at {endpoints.kafka}"):
        Stack(tmp_path).start()

    stack.ensure_running()
    assert (tmp_path / "stack.json").exists()


@pytest.mark.parametrize("use", [lambda s: s.endpoints, lambda s: s.pid("kafka"), lambda s: s.kill("elasticsearch")])
def test_a_stack_that_does_not_run_says_so(stack: Stack, use: Callable[[Stack], object]) -> None:
    """Every use before start() is answered with what to call."""
    with pytest.raises(LocalStackError, match=r"call start\(\) first"):
        use(stack)


def test_a_taken_port_is_told_before_the_fetching(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for 150 MB to hear that a port is taken."""
    monkeypatch.setattr(module, "install", lambda *_args: pytest.fail("it fetched"))
    with socket.create_server((ports.LOOPBACK, 0)) as somebody:
        asked: dict[ServerName, int] = {"kafka": int(somebody.getsockname()[1])}

        with pytest.raises(LocalStackError, match="asked for kafka, is taken"):
            Stack(tmp_path, asked_ports=asked).start()

    assert programs.described == []


def test_a_closed_folder_is_left_as_it_is(programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way is looked at before anything is made."""
    assert programs

    def closed(path: Path, _account: Account) -> None:
        raise LocalStackError(f"may not enter {path}")

    monkeypatch.setattr(module, "require_passage", closed)

    with pytest.raises(LocalStackError, match="may not enter"):
        Stack(tmp_path / "new").start()

    assert not (tmp_path / "new").exists()


def test_trouble_with_the_folder_is_explained(programs: Programs, tmp_path: Path) -> None:
    """An error of the file system becomes a sentence with the folder and a remedy."""
    assert programs
    (tmp_path / "stack").write_text("a file in the way")

    with pytest.raises(LocalStackError, match="MARSAD_DATA_DIR"):
        Stack(tmp_path).start()


@pytest.mark.parametrize("name", ["a,b", "a:b"])
def test_a_path_that_java_would_split_is_refused(programs: Programs, tmp_path: Path, name: str) -> None:
    """Class paths are split at colons, Kafka's and Elasticsearch's folders at commas."""
    assert programs

    with pytest.raises(LocalStackError, match="comma or a colon"):
        Stack(tmp_path / name).start()


def test_artefacts_can_lie_elsewhere(programs: Programs, tmp_path: Path) -> None:
    """Several stacks share one download."""
    assert programs
    with Stack(tmp_path / "data", artefacts=tmp_path / "shared"):
        assert (tmp_path / "shared").is_dir()
        assert not (tmp_path / "data" / "stack" / "artefacts").exists()
