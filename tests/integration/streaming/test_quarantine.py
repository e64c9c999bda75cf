"""Dead letters on real servers: listed, looked at, given back to a service that was mended, dropped."""

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from integration.streaming.lab import Lab, Running, found, hand_on, number_of, states, until
from marsad.cli import dlq
from marsad.contracts.codec import Event, Wire
from marsad.contracts.states import State
from marsad.contracts.urls import UrlFound
from marsad.quarantine import Kept, Result, drop, find, listed, replay
from marsad.search.names import Names
from marsad.settings import Settings
from marsad.streaming.effects import RawMessage, effects
from marsad.streaming.outcome import Outcome, Quarantine
from marsad.streaming.service import Service, Source
from support.payloads import NOON

pytestmark = pytest.mark.stack


@pytest.fixture
def own(lab: Lab, search_settings: Settings, search_names: Names) -> Settings:
    """Settings of the lab's topics and of indices of this test's own."""
    assert search_names.state_letters
    return lab.settings.model_copy(update={"search": search_settings.search})


class Handler:
    """Deals with every URL once it is mended; before, odd numbers defeat it."""

    def __init__(self) -> None:
        self.mended = False

    async def __call__(self, events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        odd = [not self.mended and number_of(event.data.url) % 2 == 1 for event in events]
        handed = await hand_on(events)
        return [Quarantine("odd", "رقم فردي") if bad else outcome for outcome, bad in zip(handed, odd, strict=True)]


def start(lab: Lab, handler: Handler) -> Running:
    """Run the service over `urls.found`."""
    return lab.start(Service("discovery", "window", (Source("urls.found", handler, batch=5),)))


async def given_back(own: Settings, places: list[str] | None, **options: Any) -> list[Result]:
    """Replay letters of discovery."""
    return [result async for result in replay(own, "discovery", places, **options)]


def quarantined(value: bytes, offset: int = 1, topic: str = "urls.found", key: bytes = b"k") -> list[Wire]:
    """Return the dead letters of a record of any bytes."""
    message = RawMessage(topic, 0, offset, 0, key, value, (("x", b"1"), ("x", b"")))
    return effects("discovery", message, None, Quarantine("undecodable", "no JSON"), NOON)


async def open_ones(own: Settings) -> list[Kept]:
    """Return the letters that nobody has dealt with."""
    return [kept for kept in await listed(own, ["discovery", "fetching"]) if kept.mark is None]


async def test_what_died_lives_when_the_service_is_mended(lab: Lab, own: Settings) -> None:
    """Quarantined, given back, handed on: each once, and nothing is left open."""
    handler = Handler()
    running = start(lab, handler)
    await lab.write(found(10))
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    died = await open_ones(own)
    handler.mended = True

    results = await given_back(own, None)
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    await running.end()

    assert [(kept.letter.facts["reason"], kept.letter.facts["topic"]) for kept in died] == [("odd", "urls.found")] * 5
    assert {result.place for result in results} == {kept.letter.place for kept in died}
    assert [result.problem for result in results] == [None] * 5
    assert await open_ones(own) == []
    handed = [json.loads(record.value)["target"] for record in await lab.read("urls.discovered")]
    assert sorted(map(number_of, handed)) == [*range(10)]
    assert states(await lab.read("ledger")) == [State.QUARANTINED] * 5


async def test_a_letter_goes_back_once(lab: Lab, own: Settings) -> None:
    """A second time only where that is asked for by name; what dies again is a new letter."""
    running = start(lab, Handler())
    await lab.write(found(2))
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    (died,) = await open_ones(own)
    place = died.letter.place

    (first,) = await given_back(own, [place])
    await until(lambda: lab.caught_up("discovery", "urls.found"), running)
    (new,) = await open_ones(own)
    (refused,) = await given_back(own, [place])
    (again,) = await given_back(own, [place], again=True)
    await running.end()

    assert (first.problem, first.topic) == (None, "urls.found")
    assert (new.letter.place != place, new.letter.facts["reason"]) == (True, "odd")
    assert refused.problem is not None
    assert refused.problem.startswith("it was replayed at ")
    assert again.problem is None
    marked = await find(own, "discovery", place)
    assert marked is not None
    assert marked.mark is not None
    assert (marked.mark.done, marked.mark.replays) == ("replayed", 2)


async def test_records_come_back_as_they_were(lab: Lab, own: Settings) -> None:
    """Bytes, key, header order; a record that was only small compressed goes back compressed, its parts joined."""
    large = bytes(11 * 1024 * 1024)
    await lab.write([*quarantined(b"\x00{", 1)[:1], *quarantined(large, 2, "pages.fetched", b"page")[:2]])

    results = await given_back(own, None)

    assert [result.problem for result in results] == [None, None]
    (small,), (page,) = await lab.read("urls.found"), await lab.read("pages.fetched")
    assert (small.key, small.value, small.headers) == (b"k", b"\x00{", (("x", b"1"), ("x", b"")))
    assert (page.key, page.value == large) == (b"page", True)


async def test_what_its_topic_does_not_take_stays(lab: Lab, own: Settings) -> None:
    """The broker refuses what is larger even compressed; the letter stays open and says why."""
    noise = os.urandom(2_000_000)
    await lab.write(quarantined(noise)[:1])

    (result,) = await given_back(own, None)

    assert result.problem == "it is larger than urls.found allows"
    assert len(await open_ones(own)) == 1


async def test_reasons_choose_and_drops_close(lab: Lab, own: Settings) -> None:
    """Only the letters of that reason go back; a dropped one is gone from the open ones and stays in the topic."""
    (odd, *_) = quarantined(b"{", 1)
    headers = tuple((name, b"other" if name == "marsad_dead_reason" else value) for name, value in odd.headers)
    await lab.write([odd, replace(odd, headers=headers)])

    assert [result.place for result in await given_back(own, None, reason="other")] == ["0-1"]
    assert await drop(own, "discovery", ["0-0", "0-7"]) == [
        Result("discovery", "0-0", "urls.found"),
        Result("discovery", "0-7", "", "discovery.dead holds no letter there; `marsad dlq list` shows which it holds"),
    ]
    assert await open_ones(own) == []
    assert [kept.mark and kept.mark.done for kept in await listed(own, ["discovery"])] == ["dropped", "replayed"]
    assert await given_back(own, None) == []
    assert [result.problem for result in await given_back(own, ["3-9"])] == [
        "discovery.dead holds no letter there; `marsad dlq list` shows which it holds"
    ]


async def test_the_command_line_shows_what_there_is(
    lab: Lab, own: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Listed, shown, written to a file, given back: by one who types."""
    monkeypatch.setattr(dlq, "settings", lambda: own)
    await lab.write(quarantined('{"عنوان": "\u202eخبر"}'.encode())[:1])
    runner = CliRunner()

    async def said(*words: str) -> Any:
        return await asyncio.to_thread(runner.invoke, dlq.app, list(words), env={"COLUMNS": "200"})

    assert "1 open, 0 replayed or dropped." in (await said("list")).output
    shown = (await said("show", "discovery", "0-0")).output
    assert '"عنوان": "خبر"' in shown
    assert "\u202e" not in shown
    await said("show", "discovery", "0-0", "--output", str(tmp_path / "letter"))
    assert (tmp_path / "letter").read_bytes() == '{"عنوان": "\u202eخبر"}'.encode()
    assert "discovery 0-0: replayed to urls.found" in (await said("replay", "discovery", "0-0")).output
    refused = await said("replay", "discovery", "0-0")
    assert (refused.exit_code, "--again" in refused.output) == (1, True)
    assert "0 open, 1 replayed or dropped." in (await said("list", "discovery")).output
