"""Children: started, found again, ended. The servers here are small Python programs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from marsad.localstack import processes
from marsad.localstack.accounts import Account
from marsad.localstack.processes import Record
from marsad.localstack.server import Server

PATIENCE_S = 20.0
SLEEPER = "import sys, time; print(sys.stdin.readline(), flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Server]:
    """Describe a server that runs a Python program."""
    account = Account(os.geteuid(), os.getegid())

    def describe(program: str, stdin: bytes = b"") -> Server:
        return Server(
            name="kafka",
            command=(os.path.realpath(sys.executable), "-c", program, str(tmp_path / "marker")),
            account=account,
            home=tmp_path,
            log=tmp_path / "log",
            marker=str(tmp_path / "marker"),
            stdin=stdin,
            environment=processes.environment(OWN="set"),
            ready=lambda: True,
        )

    return describe


def test_a_child_hears_its_standard_input_and_is_logged(make: Callable[..., Server]) -> None:
    """Elasticsearch reads its settings from the pipe and watches it; what a server prints goes to its log."""
    server = make(SLEEPER, b"settings\n")
    child = processes.spawn(server)

    until(lambda: "settings" in server.log.read_text())

    assert child.stdin is not None
    assert not child.stdin.closed
    processes.stop([child])
    assert child.returncode == -signal.SIGTERM


def test_a_child_sees_only_its_own_environment(make: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> None:
    """JAVA_TOOL_OPTIONS of the shell are meant for another program."""
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Xmx1g")
    server = make("import os; print(sorted(os.environ))")
    processes.spawn(server).wait(PATIENCE_S)

    assert "JAVA_TOOL_OPTIONS" not in server.log.read_text()
    assert "OWN" in server.log.read_text()


def test_a_child_has_a_session_of_its_own(make: Callable[..., Server]) -> None:
    """Ctrl-C in the terminal reaches us alone; we end the servers in order."""
    child = processes.spawn(make(SLEEPER))

    assert os.getsid(child.pid) == child.pid != os.getsid(0)
    processes.kill(child)


def test_a_child_that_dies_at_once_is_no_error_yet(make: Callable[..., Server]) -> None:
    """Whoever waits for the server sees its end and its log, rather than a broken pipe."""
    child = processes.spawn(make("raise SystemExit(3)", stdin=b"x" * 1_000_000))

    assert child.wait(PATIENCE_S) == 3
    processes.stop([child])


def test_a_deaf_child_is_killed(make: Callable[..., Server]) -> None:
    """A server that does not end when asked is ended all the same."""
    server = make(STUBBORN)
    child = processes.spawn(server)
    until(lambda: "deaf" in server.log.read_text())

    processes.stop([child], within_s=0.1)

    assert child.returncode == -signal.SIGKILL


def test_children_end_with_their_parent(make: Callable[..., Server], tmp_path: Path) -> None:
    """A parent that is killed leaves no orphan behind: the kernel ends its children."""
    server = make(SLEEPER)
    program = (
        "import sys, time; from pathlib import Path; from marsad.localstack import processes;"
        "from marsad.localstack.accounts import Account; from marsad.localstack.server import Server;"
        f"child = processes.spawn(Server('kafka', {server.command!r}, Account({os.geteuid()}, {os.getegid()}),"
        f" Path({str(tmp_path)!r}), Path({str(server.log)!r}), '', b'', {{}}, bool));"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen((sys.executable, "-c", program), stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    until(lambda: server.marker in child.cmdline() and "-I" not in child.cmdline())

    parent.kill()
    parent.wait()

    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    parent.stdout.close()


def test_a_child_whose_parent_is_gone_does_not_begin() -> None:
    """Between fork and the kernel's promise the parent may end; the launcher looks."""
    command = processes.as_account((sys.executable, "-c", "print('began')"), Account(os.geteuid(), os.getegid()))
    stranger = tuple("1" if argument == str(os.getpid()) else argument for argument in command)

    done = subprocess.run(stranger, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "The parent ended" in done.stderr
    assert done.stdout == ""


def test_a_record_finds_its_process(make: Callable[..., Server], tmp_path: Path) -> None:
    """What is written at one start is found at the next."""
    server = make(SLEEPER)
    child = processes.spawn(server)
    processes.write_records(tmp_path / "records", {"kafka": Record.of(child.pid, server.marker)})

    found = processes.read_records(tmp_path / "records")["kafka"].find()

    assert found is not None
    assert found.pid == child.pid
    processes.kill(child)
    assert processes.read_records(tmp_path / "records")["kafka"].find() is None


def test_a_stranger_with_the_same_number_is_not_ours() -> None:
    """Numbers are given again: age and command line must agree as well."""
    ours = Record.of(os.getpid(), sys.executable)
    argument = psutil.Process().cmdline()[-1]

    assert Record(ours.pid, ours.created, argument).find() is not None
    assert Record(ours.pid, ours.created - 3_600, argument).find() is None
    assert Record(ours.pid, ours.created, "/another/stack/kafka/server.properties").find() is None


def test_leftovers_are_ended_and_strangers_spared(make: Callable[..., Server]) -> None:
    """Recovery ends what is ours, and only that."""
    server = make(SLEEPER)
    ours, stranger = processes.spawn(server), processes.spawn(server)
    records = {
        "kafka": Record.of(ours.pid, server.marker),
        "elasticsearch": Record(stranger.pid, 0.0, server.marker),
    }

    ended = processes.stop_leftovers(records)

    assert ended == ["kafka"]
    assert ours.wait(0) == -signal.SIGTERM
    assert stranger.poll() is None
    processes.kill(stranger)


def test_deaf_leftovers_are_killed(make: Callable[..., Server]) -> None:
    """A leftover that ignores the request must not hold the data folder."""
    server = make(STUBBORN)
    child = processes.spawn(server)
    until(lambda: "deaf" in server.log.read_text())

    processes.stop_leftovers({"kafka": Record.of(child.pid, server.marker)}, within_s=0.1)

    assert child.wait(0) == -signal.SIGKILL


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kafka": 1}', '{"kafka": {"pid": 1}}', "null"])
def test_damaged_records_are_no_records(tmp_path: Path, text: str) -> None:
    """A file cut off in a crash must not stop the next start."""
    (tmp_path / "records").write_text(text)

    assert processes.read_records(tmp_path / "records") == {}


def test_missing_records_are_no_records(tmp_path: Path) -> None:
    """The first start finds none."""
    assert processes.read_records(tmp_path / "records") == {}


def test_a_tail_is_the_end_of_a_long_log(tmp_path: Path) -> None:
    """A message quotes the last lines, not a log of megabytes, and survives bytes that are no text."""
    log = tmp_path / "log"
    log.write_bytes(b"\xff\n" * 100_000 + "".join(f"line {n}\n" for n in range(100)).encode())

    lines = processes.tail(log).splitlines()

    assert lines == [f"line {n}" for n in range(100 - processes.TAIL_LINES, 100)]


def test_a_tail_keeps_causes_and_drops_frames(tmp_path: Path) -> None:
    """A Java trace of forty frames must not push the reason out of the message."""
    log = tmp_path / "log"
    frames = "\tat org.example.Server.bind(Server.java:1) ~[server.jar:?]\n" * 40
    log.write_text(f"ERROR: fatal\n{frames}Caused by: Address already in use\n{frames}\t... 4 more\nstopped\n")

    assert processes.tail(log) == "ERROR: fatal\nCaused by: Address already in use\nstopped"


def test_a_missing_or_empty_log_says_so(tmp_path: Path) -> None:
    """A server may die before its first word."""
    (tmp_path / "empty").write_text("")

    assert processes.tail(tmp_path / "empty") == "(the log is empty)"
    assert "no log" in processes.tail(tmp_path / "missing")
