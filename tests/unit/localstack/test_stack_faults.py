"""Servers that die, hang, lose their port or outlive their parent, and what the stack makes of it."""

import os
import shutil
import signal
from pathlib import Path

import psutil
import pytest

from marsad.errors import LocalStackError
from marsad.localstack import Stack, ports
from marsad.localstack import stack as module
from unit.localstack.programs import SERVES, Programs, alive


def test_a_server_that_dies_in_the_start_is_quoted(stack: Stack, programs: Programs, tmp_path: Path) -> None:
    """The message has its status, its log's path and last lines; the other server is ended too."""
    before = set(psutil.Process().children())
    programs.program["kafka"] = ["print('the disk is on fire'); raise SystemExit(7)"]

    with pytest.raises(LocalStackError) as caught:
        stack.start()

    for part in ("kafka ended with status 7", str(tmp_path / "stack" / "logs" / "kafka.log"), "the disk is on fire"):
        assert part in str(caught.value)
    assert set(psutil.Process().children()) <= before
    assert not (tmp_path / "stack.json").exists()


def test_a_server_that_never_answers_is_quoted(
    stack: Stack, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the deadline both servers are ended, and the slow one's log is shown."""
    before = set(psutil.Process().children())
    programs.program["elasticsearch"] = ["import time; print('thinking', flush=True); time.sleep(600)"]
    monkeypatch.setattr(module, "START_S", 0.5)

    with pytest.raises(LocalStackError, match=r"(?s)elasticsearch did not answer within .* s.*thinking"):
        stack.start()

    assert set(psutil.Process().children()) <= before


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
