"""Tests of services as child processes, with a stand-in for a service."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from unittest.mock import MagicMock

import psutil
import pytest

from marsad import supervisor
from marsad.supervisor import Supervisor

PATIENCE_S = 30.0

WAITS = """
import pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[1])
def end(*_):
    (folder / "ended").write_text("in order")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
(folder / "started").write_text("")
while True:
    time.sleep(0.05)
"""
FAILS = "raise SystemExit(3)"
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
(pathlib.Path(sys.argv[1]) / "started").write_text("")
time.sleep(600)
"""


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition that other processes bring about."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Let every service be this program, given the test's folder."""

    def use(source: str) -> None:
        monkeypatch.setattr(supervisor, "command", lambda _name: [sys.executable, "-c", source, str(tmp_path)])

    return use


def test_a_service_is_stopped_in_order(program: Callable[[str], None], tmp_path: Path) -> None:
    """Leaving sends SIGTERM and waits for the end."""
    program(WAITS)
    with Supervisor(["one"]) as services:
        until((tmp_path / "started").exists, "the start")
        assert services.returncode("one") is None

    assert (tmp_path / "ended").read_text() == "in order"
    assert services.returncode("one") == 0


def test_one_that_will_not_end_is_killed(
    program: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the grace a service is ended the hard way, and no process stays behind."""
    monkeypatch.setattr(supervisor, "GRACE_S", 0.2)
    program(STUBBORN)
    with Supervisor(["one"]) as services:
        until((tmp_path / "started").exists, "the start")
        pid = services.pid("one")

    assert services.returncode("one") == -signal.SIGKILL
    assert not psutil.pid_exists(pid)


def test_a_service_that_ended_is_started_again(
    program: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`watch` names it once, and brings it back after a pause."""
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_S", 0.01)
    program(WAITS)
    with Supervisor(["one"]) as services:
        until((tmp_path / "started").exists, "the start")
        first = services.pid("one")
        services.kill("one")

        assert services.watch() == ["one"]
        until(lambda: services.watch() == [] and services.pid("one") != first, "the second start")
        assert services.restarts == 1


def test_pauses_grow_while_a_service_fails(program: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that cannot start is not started in a busy loop."""
    now = 0.0
    monkeypatch.setattr("marsad.supervisor.time.monotonic", lambda: now)
    program(FAILS)
    services = Supervisor(["one"])
    services.start("one")
    starts = []
    for tick in range(200):
        now = tick * 0.5
        before = services.restarts
        services._children["one"].wait()
        services.watch()
        if services.restarts > before:
            starts.append(now)
    services.stop()

    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert len(gaps) > 3
    assert gaps == sorted(gaps)
    assert gaps[-1] >= 8 * supervisor.FIRST_PAUSE_S


def test_each_service_has_its_log(program: Callable[[str], None], tmp_path: Path) -> None:
    """What a service writes goes to a file of its name, and a restart appends."""
    program("print('hello')")
    logs = tmp_path / "logs"
    services = Supervisor(["one"], logs=logs)
    for _ in range(2):
        services.start("one")
        services._children["one"].wait()
    services.stop()

    assert (logs / "one.log").read_text() == "hello\nhello\n"


def test_settings_reach_the_service(program: Callable[[str], None], tmp_path: Path) -> None:
    """Variables given to the supervisor are in the service's environment, beside this process's own."""
    program("import os, sys; print(os.environ['MARSAD_LOG_LEVEL'], 'PATH' in os.environ)")
    services = Supervisor(["one"], {"MARSAD_LOG_LEVEL": "debug"}, logs=tmp_path)
    services.start("one")
    services._children["one"].wait()

    assert (tmp_path / "one.log").read_text() == "debug True\n"


def test_a_supervisor_may_be_process_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container it often is: only a child whose parent is another one by now has lost it."""
    ended: list[int] = []
    monkeypatch.setattr("ctypes.CDLL", lambda _: MagicMock())
    monkeypatch.setattr(os, "getppid", lambda: 1)
    monkeypatch.setattr(os, "_exit", ended.append)

    supervisor._die_with_parent(1)
    assert ended == []

    supervisor._die_with_parent(4_242)
    assert ended == [0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_services_end_with_their_supervisor(tmp_path: Path) -> None:
    """After SIGKILL of the supervisor's process no service is left."""
    script = f"""
import sys, time
from marsad import supervisor
supervisor.command = lambda name: [sys.executable, "-c", {WAITS!r}, {str(tmp_path)!r}]
services = supervisor.Supervisor(["one"])
services.start("one")
print(services.pid("one"), flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    until((tmp_path / "started").exists, "the start")
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    until(lambda: not psutil.pid_exists(pid), "the end of the orphan")
    assert (tmp_path / "ended").read_text() == "in order"
