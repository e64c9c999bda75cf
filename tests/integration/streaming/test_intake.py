"""The HTTP door on a real broker: 202 means that the records are there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from integration.streaming.lab import Lab
from marsad.contracts.codec import decode
from marsad.contracts.urls import UrlFound
from marsad.errors import BrokerUnavailable, SettingsError
from marsad.intake.run import opened
from marsad.settings import Intake, Kafka, Settings

pytestmark = pytest.mark.stack

TOKEN = "0123456789abcdef"  # noqa: S105 - invented
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def with_door(own: Settings, folder: Path, **fields: object) -> Settings:
    """Return settings of a door on a free port."""
    (folder / "tokens").write_text(TOKEN)
    intake = Intake.model_validate({"port": 0, "token_file": folder / "tokens", **fields})
    return own.model_copy(update={"intake": intake})


@pytest.fixture
async def door(lab: Lab, tmp_path: Path) -> AsyncIterator[str]:
    """Give the address of an open door before the lab's broker."""
    async with opened(with_door(lab.settings, tmp_path)) as port:
        yield f"http://127.0.0.1:{port}"


async def test_what_is_acknowledged_is_there(lab: Lab, door: str) -> None:
    """Each link of JSON and of a text is a record with the task and the event id that the answer names."""
    text = "انسخ الرابطhttps://r.rtarabic.com/s4vq، «https://ajil.example/أخبار/1»"
    async with ClientSession(door, headers=BEARER) as client:
        async with client.post("/urls", json={"urls": ["https://ajil.example/2"], "again": True}) as answer:
            said = (await answer.json())["urls"]
        async with client.post("/urls", data=text.encode(), headers={"Content-Type": "text/plain"}) as answer:
            assert answer.status == 202
            said += (await answer.json())["urls"]

    events = [decode("urls.found", one.value, one.headers) for one in await lab.read("urls.found")]
    assert {(one["url"], one["task_id"], one["event_id"]) for one in said} == {
        (event.data.url, event.envelope.task_id, event.envelope.id)
        for event in events
        if isinstance(event.data, UrlFound)
    }
    assert len(events) == 3
    assert [event.data.again for event in events if isinstance(event.data, UrlFound)].count(True) == 1


async def test_health_asks_the_broker(door: str) -> None:
    """And finds it there."""
    async with ClientSession(door) as client, client.get("/health") as answer:
        assert (answer.status, (await answer.json())["state"]) == (200, "working")


async def test_the_door_stays_shut_without_topics_or_token(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever forgot `marsad setup`, a token or a running broker is told so at the start."""
    monkeypatch.setattr("marsad.intake.run.READY_S", 1.0)
    foreign = lab.settings.model_copy(update={"kafka": Kafka(bootstrap=lab.settings.bootstrap(), topic_prefix="none")})
    away = lab.settings.model_copy(update={"kafka": Kafka(bootstrap="127.0.0.1:1")})

    with pytest.raises(SettingsError, match="MARSAD_INTAKE__TOKEN_FILE is not set"):
        async with opened(lab.settings):
            pass
    with pytest.raises(BrokerUnavailable, match="marsad setup"):
        async with opened(with_door(foreign, tmp_path)):
            pass
    with pytest.raises(BrokerUnavailable):
        async with opened(with_door(away, tmp_path)):
            pass


async def test_a_port_that_is_taken_is_named(lab: Lab, door: str, tmp_path: Path) -> None:
    """With the variable that chooses another."""
    port = int(door.rpartition(":")[2])

    with pytest.raises(SettingsError, match=f"127.0.0.1:{port} cannot be listened on.*MARSAD_INTAKE__PORT"):
        async with opened(with_door(lab.settings, tmp_path, port=port)):
            pass
