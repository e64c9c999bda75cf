"""Kafka's configuration and command line."""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from marsad.contracts.topics import SERVICES
from marsad.errors import LocalStackError
from marsad.localstack import kafka
from marsad.localstack.accounts import Account
from marsad.localstack.install import Installed
from marsad.localstack.layout import Layout
from marsad.localstack.server import Server
from marsad.settings import Settings
from marsad.streaming.topics import load_topics

PORTS = {"kafka": 21001, "controller": 21002, "elasticsearch": 21003, "transport": 21004}
IDENTITY = "q1w2e3r4t5y6u7i8o9p0aa"


class Formatter:
    """Stands in for the run of Kafka's own formatting tool."""

    def __init__(self, returncode: int = 0) -> None:
        self.returncode = returncode
        self.commands: list[tuple[str, ...]] = []

    def run(self, command: tuple[str, ...], *, cwd: Path, **_options: object) -> SimpleNamespace:
        """Note the command, and leave what the tool leaves."""
        self.commands.append(command)
        if not self.returncode:
            (cwd / "data" / "meta.properties").write_text("")
        return SimpleNamespace(returncode=self.returncode, stdout="", stderr="no space left")


@pytest.fixture
def formatter(monkeypatch: pytest.MonkeyPatch) -> Formatter:
    """A formatting tool that succeeds."""
    made = Formatter()
    monkeypatch.setattr(subprocess, "run", made.run)
    return made


def describe(folder: Path) -> Server:
    """Describe a broker below a folder."""
    layout = Layout(folder, folder / "artefacts")
    layout.root.mkdir(exist_ok=True)
    installed = Installed(Path("/jdk/bin/java"), (Path("/jars/a.jar"), Path("/jars/b.jar")), Path("/es"))
    return kafka.server(layout, installed, Account(os.geteuid(), os.getegid()), PORTS, IDENTITY)


def properties(folder: Path) -> dict[str, str]:
    """Read the written configuration back."""
    lines = (folder / "stack" / "kafka" / "server.properties").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.usefixtures("formatter")
def test_the_broker_listens_on_loopback_alone(tmp_path: Path) -> None:
    """Nothing of a developer's machine is open to its network."""
    describe(tmp_path)
    written = properties(tmp_path)

    assert written["listeners"] == "PLAINTEXT://127.0.0.1:21001,CONTROLLER://127.0.0.1:21002"
    assert written["advertised.listeners"] == "PLAINTEXT://127.0.0.1:21001"
    assert written["controller.quorum.voters"] == "1@127.0.0.1:21002"


@pytest.mark.usefixtures("formatter")
def test_topics_are_made_on_purpose_only(tmp_path: Path) -> None:
    """A slip in a topic's name is an error, as in production, rather than a new topic."""
    describe(tmp_path)

    assert properties(tmp_path)["auto.create.topics.enable"] == "false"


@pytest.mark.usefixtures("formatter")
def test_a_large_message_fits_everywhere(tmp_path: Path) -> None:
    """A dead letter carries an input of 10 MB whole, and a replica must be able to read what the broker takes."""
    describe(tmp_path)
    written = properties(tmp_path)

    assert int(written["message.max.bytes"]) > 10_485_760
    assert int(written["replica.fetch.max.bytes"]) >= int(written["message.max.bytes"])


@pytest.mark.usefixtures("formatter")
def test_a_groups_offsets_outlive_what_waits_for_it(tmp_path: Path) -> None:
    """Or a service that was away would read everything again, or miss it."""
    describe(tmp_path)
    longest = max(
        spec.retention_days for spec in load_topics(Settings()).specs.values() if set(spec.readers) & set(SERVICES)
    )

    assert int(properties(tmp_path)["offsets.retention.minutes"]) > longest * 24 * 60


@pytest.mark.usefixtures("formatter")
def test_paths_that_are_no_latin_1_reach_kafka(tmp_path: Path) -> None:
    """A properties file holds Latin-1, so the data folder is named relative to where the broker runs."""
    folder = tmp_path / "مرصد"
    folder.mkdir()
    server = describe(folder)

    assert properties(folder)["log.dirs"] == "data"
    assert server.home == folder / "stack" / "kafka"
    assert (server.home / "data").is_dir()


@pytest.mark.usefixtures("formatter")
def test_the_command_names_this_stack(tmp_path: Path) -> None:
    """Leftovers are recognised by a path that no other stack has."""
    server = describe(tmp_path)

    assert server.marker in server.command
    assert str(tmp_path) in server.marker
    assert server.command[0] == "/jdk/bin/java"
    assert "/jars/a.jar:/jars/b.jar" in server.command


def test_new_data_are_formatted_with_the_identity(tmp_path: Path, formatter: Formatter) -> None:
    """The cluster id is the stack's, which is how our broker is known."""
    describe(tmp_path)

    (command,) = formatter.commands
    assert command[command.index("-t") + 1] == IDENTITY
    assert "kafka.tools.StorageTool" in command


def test_data_are_formatted_once(tmp_path: Path, formatter: Formatter) -> None:
    """Formatted data are kept over restarts."""
    describe(tmp_path)
    describe(tmp_path)

    assert len(formatter.commands) == 1


def test_a_failed_formatting_is_quoted(tmp_path: Path, formatter: Formatter) -> None:
    """The tool's own words are in the message."""
    formatter.returncode = 1

    with pytest.raises(LocalStackError, match="no space left"):
        describe(tmp_path)


def test_one_collector_is_chosen() -> None:
    """A second GC flag keeps the JVM from starting at all."""
    assert [option for option in kafka.OPTIONS if option.endswith("GC")] == ["-XX:+UseSerialGC"]
