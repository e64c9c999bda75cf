"""`marsad health`: a sentence and an exit code."""

import socket
from collections.abc import Callable, Iterator

import pytest
import typer
from typer.testing import CliRunner, Result

from marsad.cli import health as module
from marsad.contracts.topics import SERVICES
from marsad.settings import Metrics, Settings
from marsad.telemetry.exposition import Exposition
from marsad.telemetry.progress import Health

app = typer.Typer()
app.command()(module.health)

Ask = Callable[..., Result]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask with settings of the test's own."""

    def run(port: int | None, *arguments: str, host: str = "127.0.0.1") -> Result:
        monkeypatch.setattr(module, "settings", lambda: Settings(metrics=Metrics(port=port, host=host)))
        return CliRunner().invoke(app, arguments)

    return run


@pytest.fixture
def said() -> list[Health]:
    """What the service says of itself last."""
    return [Health("idle")]


@pytest.fixture
def first_port(said: list[Health]) -> Iterator[int]:
    """Run what stands for extraction; give the port that discovery would have."""
    shown = Exposition("127.0.0.1", 0, "extraction", lambda: said[-1])
    yield shown.port - SERVICES.index("extraction")
    shown.stop()


@pytest.mark.parametrize(
    ("health", "ready", "live"),
    [
        (Health("idle"), 0, 0),
        (Health("working", "3 records wait"), 0, 0),
        (Health("waiting", "for kafka, since 9 s"), 1, 0),
        (Health("stuck", "none was committed for 301 s"), 1, 1),
    ],
)
def test_the_exit_code_is_the_health(
    health: Health, ready: int, live: int, ask: Ask, said: list[Health], first_port: int
) -> None:
    """State and reason are told; with --live the question is whether a restart would help."""
    said.append(health)
    answer = ask(first_port, "extraction")

    assert (answer.exit_code, ask(first_port, "extraction", "--live").exit_code) == (ready, live)
    assert answer.stdout.startswith(f"extraction is {health.state}")
    assert health.reason in answer.stdout


def test_a_reason_cannot_steer_a_terminal(ask: Ask, said: list[Health], first_port: int) -> None:
    """It may quote a server, which may quote a stranger."""
    said.append(Health("waiting", "\x1b[2J\u202eowned"))

    assert "\x1b" not in (told := ask(first_port, "extraction").stdout)
    assert "\u202e" not in told


def test_on_all_addresses_loopback_is_asked(ask: Ask, first_port: int) -> None:
    """0.0.0.0 is where a container's service listens, and nothing that can be asked."""
    assert ask(first_port, "extraction", host="0.0.0.0").exit_code == 0  # noqa: S104 - asked, not bound


def test_another_service_at_its_port_is_not_well(ask: Ask, first_port: int) -> None:
    """Somebody else's health is not this one's."""
    assert ask(first_port + 1, "fetching").exit_code == 1


def test_nobody_there_is_not_well(ask: Ask) -> None:
    """The address is named."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    answer = ask(port, "discovery")

    assert answer.exit_code == 1
    assert answer.stdout == ""


@pytest.mark.parametrize(("port", "service"), [(None, "extraction"), (9_100, "reading")])
def test_a_wrong_question_is_told(port: int | None, service: str, ask: Ask) -> None:
    """No port is set, or there is no such service."""
    assert ask(port, service).exit_code == 2
