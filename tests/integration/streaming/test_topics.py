"""Topics on a real broker: created once, compared with the file, errors told as ours."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from integration.streaming.lab import PARTITIONS, Lab, until
from marsad.cli import topics as commands
from marsad.errors import BrokerUnavailable
from marsad.settings import Kafka, Settings
from marsad.streaming.topics import apply_topics, check_topics, load_topics

pytestmark = pytest.mark.stack

MakeLab = Callable[..., Lab]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Settings, str], Any]:
    """Return what runs `marsad topics` with these settings."""

    def run(settings: Settings, name: str) -> Any:
        monkeypatch.setattr(commands, "settings", lambda: settings)
        return CliRunner().invoke(commands.app, [name])

    return run


def changed(settings: Settings, topic: str, **fields: Any) -> Settings:
    """Change the file behind these settings."""
    path = settings.deploy_dir / "kafka/topics.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["topics"][topic] |= fields
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return settings


async def test_applying_creates_what_is_missing_once(make_lab: MakeLab) -> None:
    """First all topics, then none; after that the broker is what the file says."""
    settings = make_lab().settings
    names = sorted(load_topics(settings).full(topic) for topic in load_topics(settings).specs)

    assert await check_topics(settings) == [f"{name} is missing: run `marsad topics apply`" for name in names]
    assert sorted(await apply_topics(settings)) == names
    assert await apply_topics(settings) == []
    await until(lambda: _is_right(settings))


async def _is_right(settings: Settings) -> bool:
    return await check_topics(settings) == []


async def test_two_may_apply_at_once(make_lab: MakeLab) -> None:
    """Services that start together do not fall over each other."""
    settings = make_lab().settings
    await asyncio.gather(apply_topics(settings), apply_topics(settings))
    await until(lambda: _is_right(settings))


async def test_what_differs_is_said_in_a_sentence(lab: Lab) -> None:
    """Partitions and settings that the broker has otherwise; applying leaves what exists as it is."""
    changed(lab.settings, "urls.found", partitions=PARTITIONS + 1, max_bytes=2_000_000)
    changed(lab.settings, "ledger", cleanup="delete")
    found, ledger = lab.full("urls.found"), lab.full("ledger")

    assert await apply_topics(lab.settings) == []
    assert await check_topics(lab.settings) == [
        f"{ledger}: cleanup.policy is compact, delete is meant",
        f"{ledger}: retention.ms is -1, 1209600000 is meant",
        f"{found} has {PARTITIONS} partitions, {PARTITIONS + 1} are meant",
        f"{found}: max.message.bytes is 1048576, 2000000 is meant",
    ]


async def test_a_topic_that_kafka_refuses_is_named(make_lab: MakeLab) -> None:
    """The error says which topic and why."""
    settings = changed(make_lab().settings, "urls.found", replicas=7)

    with pytest.raises(BrokerUnavailable, match=r"Kafka did not create .*\.urls\.found\.v1: InvalidReplicationFactor"):
        await apply_topics(settings)


@pytest.mark.parametrize("act", [apply_topics, check_topics])
async def test_a_broker_that_is_away_is_an_error_of_ours(make_lab: MakeLab, act: Any) -> None:
    """The message names the address and what to start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    settings = make_lab().settings.model_copy(update={"kafka": Kafka(bootstrap=address, topic_prefix="t")})

    with pytest.raises(BrokerUnavailable, match=f"Kafka at {address} does not answer.*`marsad up`"):
        await act(settings)


async def test_commands_say_what_they_did(make_lab: MakeLab, command: Callable[[Settings, str], Any]) -> None:
    """`check` fails before `apply` and succeeds after it; `apply` counts what it created."""
    settings = make_lab().settings
    count = len(load_topics(settings).specs)
    before = await asyncio.to_thread(command, settings, "check")
    applied = await asyncio.to_thread(command, settings, "apply")
    await until(lambda: _is_right(settings))
    again = await asyncio.to_thread(command, settings, "apply")
    after = await asyncio.to_thread(command, settings, "check")

    assert (before.exit_code, len(before.stderr.splitlines())) == (1, count)
    assert applied.output.splitlines()[-1] == f"{count} topics created, 0 were there."
    assert again.output.splitlines() == [f"0 topics created, {count} were there."]
    assert (after.exit_code, after.stderr) == (0, "")


@pytest.mark.parametrize("name", ["apply", "check"])
def test_help_shows_an_example(name: str) -> None:
    """Whoever asks sees what to type."""
    assert f"Example: marsad topics {name}" in CliRunner().invoke(commands.app, [name, "--help"]).output
