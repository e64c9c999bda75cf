"""The stack's order of things, with two small programs in the servers' place."""

import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from marsad.errors import LocalStackError
from marsad.localstack import Stack, elasticsearch, kafka, ports, preflight, processes
from marsad.localstack import stack as module
from marsad.localstack.accounts import Account
from marsad.localstack.install import Installed
from marsad.localstack.layout import Layout, ServerName
from marsad.localstack.server import Server

ME = Account(os.geteuid(), os.getegid())
SERVES = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(''); print('up', flush=True); time.sleep(600)"


class Programs:
    """What stands in for the servers: a program each, and every description that was asked for."""

    def __init__(self) -> None:
        self.program: dict[str, list[str]] = {"kafka": [SERVES], "elasticsearch": [SERVES]}
        self.described: list[tuple[str, dict[str, int], str]] = []

    def describe(self, name: ServerName) -> Callable[..., Server]:
        """Stand in for `kafka.server` and `elasticsearch.server`; the last program is used again and again."""

        def server(layout: Layout, _installed: Installed, account: Account, chosen: dict[str, int], own: str) -> Server:
            self.described.append((name, chosen, own))
            home = layout.home(name)
            home.mkdir(exist_ok=True)
            up = home / "up"
            up.unlink(missing_ok=True)
            left = self.program[name]
            program = left.pop(0) if len(left) > 1 else left[0]
            return Server(
                name=name,
                command=(os.path.realpath(sys.executable), "-c", program, str(up)),
                account=account,
                home=home,
                log=layout.log(name),
                marker=str(up),
                stdin=b"",
                environment=processes.environment(),
                ready=up.exists,
            )

        return server


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


def alive(pid: int) -> bool:
    """Whether a process runs."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


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


def test_a_server_that_dies_in_the_start_is_quoted(stack: Stack, programs: Programs, tmp_path: Path) -> None:
    """The message has its status, its log's path and last lines; the other server is ended too."""
    programs.program["kafka"] = ["print('the disk is on fire'); raise SystemExit(7)"]

    with pytest.raises(LocalStackError) as caught:
        stack.start()

    for part in ("kafka ended with status 7", str(tmp_path / "stack" / "logs" / "kafka.log"), "the disk is on fire"):
        assert part in str(caught.value)
    assert not psutil.Process().children()
    assert not (tmp_path / "stack.json").exists()


def test_a_server_that_never_answers_is_quoted(
    stack: Stack, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the deadline both servers are ended, and the slow one's log is shown."""
    programs.program["elasticsearch"] = ["import time; print('thinking', flush=True); time.sleep(600)"]
    monkeypatch.setattr(module, "START_S", 0.5)

    with pytest.raises(LocalStackError, match=r"(?s)elasticsearch did not answer within .* s.*thinking"):
        stack.start()

    assert not psutil.Process().children()


def test_a_port_lost_in_between_is_picked_anew(stack: Stack, programs: Programs) -> None:
    """Somebody took the port after it was found free: the next attempt has other ports."""
    programs.program["kafka"] = ["print('Address already in use'); raise SystemExit(1)", SERVES]

    endpoints = stack.start()

    (_, first, _), _, (_, second, _), _ = programs.described
    assert first["kafka"] != second["kafka"]
    assert endpoints.kafka.endswith(f":{second['kafka']}")


def test_a_port_that_was_asked_for_is_not_exchanged(programs: Programs, tmp_path: Path) -> None:
    """Who asks for a port wants that port or an error."""
    programs.program["kafka"] = ["print('Address already in use'); raise SystemExit(1)", SERVES]
    asked = ports.choose({}, {})["kafka"]

    with pytest.raises(LocalStackError, match="Address already in use"):
        Stack(tmp_path, asked_ports={"kafka": asked}).start()

    assert len(programs.described) == 2


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


def test_picking_ends(stack: Stack, programs: Programs) -> None:
    """A server that never gets its port ends the start after some attempts."""
    programs.program["kafka"] = ["print('failed to bind'); raise SystemExit(1)"]

    with pytest.raises(LocalStackError, match="failed to bind"):
        stack.start()

    assert len(programs.described) == 2 * module.PICKS


def test_a_server_that_dies_later_is_noticed(stack: Stack) -> None:
    """`marsad up` looks now and then, and ends with the server's own words."""
    stack.start()
    stack.ensure_running()
    os.kill(stack.pid("elasticsearch"), signal.SIGKILL)
    os.waitid(os.P_PID, stack.pid("elasticsearch"), os.WEXITED | os.WNOWAIT)

    with pytest.raises(LocalStackError, match="elasticsearch ended with status -9"):
        stack.ensure_running()


def test_a_killed_server_comes_back_alone(stack: Stack) -> None:
    """Fault tests kill one server and bring it back; the other never notices."""
    stack.start()
    before = {name: stack.pid(name) for name in ("kafka", "elasticsearch")}

    stack.kill("kafka")
    assert not alive(before["kafka"])
    stack.restart("kafka")

    assert alive(stack.pid("kafka"))
    assert stack.pid("kafka") != before["kafka"]
    assert stack.pid("elasticsearch") == before["elasticsearch"]
    stack.ensure_running()


def test_a_restart_ends_a_server_that_runs(stack: Stack) -> None:
    """Restart alone is an orderly stop and a start."""
    stack.start()
    before = stack.pid("kafka")

    stack.restart("kafka")

    assert not alive(before)
    assert stack.log("kafka").with_name("kafka.log.previous").read_text() == "up\n"


def test_leftovers_are_ended_before_the_start(stack: Stack, tmp_path: Path) -> None:
    """Servers that outlived a killed parent hold the data: they are found by the records, and ended."""
    said: list[str] = []
    stack.start()
    (tmp_path / "next" / "stack").mkdir(parents=True)
    shutil.copy(tmp_path / "stack" / "processes.json", tmp_path / "next" / "stack")

    with Stack(tmp_path / "next", report=said.append):
        assert not alive(stack.pid("kafka"))
        assert not alive(stack.pid("elasticsearch"))

    assert said[0] in {
        "Ended kafka and elasticsearch, left behind by a process that was killed.",
        "Ended elasticsearch and kafka, left behind by a process that was killed.",
    }


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
