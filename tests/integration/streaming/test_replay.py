"""Replays on a real broker: written once behind what is there, stopped and gone on with, no faster than read."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from integration.streaming.lab import Lab, states, until
from marsad.cli.app import app
from marsad.contracts.codec import Record, Wire, decode, encode
from marsad.contracts.ids import derive
from marsad.contracts.pages import PageFetched
from marsad.contracts.states import State
from marsad.streaming import pace
from marsad.streaming import replay as module
from marsad.streaming.outcome import DONE, Outcome
from marsad.streaming.replay import Span, Written, replay, select
from marsad.streaming.service import Service, Source
from support.payloads import NOON, make_page, make_task, minutes

pytestmark = pytest.mark.stack

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def pages(count: int, *, fetches: int = 1) -> list[Wire]:
    """Return pages, each fetched so many times, one minute after the other."""
    return [
        encode(
            Record(
                "pages.fetched",
                derive(f"page {number}"),
                make_page(
                    page_id=derive(f"page {number}"), fetched_at=minutes(fetch), task=make_task(f"t{number}/{fetch}")
                ),
                b"<html>",
                derive(f"t{number}/{fetch}"),
            ),
            cause=f"{number}/{fetch}",
            source="fetching",
            at=NOON,
        )
        for fetch in range(fetches)
        for number in range(count)
    ]


def span(generation: int = 1) -> Span:
    """Return all that is there now, and what will be in a minute."""
    return Span("pages.fetched", LONG_AGO, datetime.now(UTC) + timedelta(minutes=1), generation)


async def fetched(lab: Lab) -> list[PageFetched]:
    """Return all pages, each partition's in order."""
    found = [decode("pages.fetched", one.value, one.headers).data for one in await lab.read("pages.fetched")]
    return [page for page in found if isinstance(page, PageFetched)]


async def test_the_newest_fetches_are_written_first_and_each_once(lab: Lab) -> None:
    """Behind the fetches of a page stand its replays: the newest one, then the others; a second replay adds nothing."""
    await lab.write(pages(10, fetches=3))
    meant = span()

    written = await replay(lab.settings, meant, await select(lab.settings, meant, lambda: None), lambda _, __: None)
    nothing = await select(lab.settings, span(), lambda: None)
    next_one = await select(lab.settings, span(2), lambda: None)

    assert written == Written(30)
    assert (nothing.count, nothing.current, nothing.repeated) == (0, 30, 30)
    assert (next_one.count, next_one.repeated) == (30, 30)
    by_page: dict[str, list[tuple[int, float]]] = {}
    for page in await fetched(lab):
        by_page.setdefault(page.page_id, []).append((page.task.generation, (page.fetched_at - NOON).seconds / 60))
    assert set(map(tuple, by_page.values())) == {((0, 0), (0, 1), (0, 2), (1, 2), (1, 0), (1, 1))}
    assert states(await lab.read("ledger")) == [State.DISCOVERED] * 30


async def test_a_replay_that_was_stopped_goes_on(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written twice, nothing is left out, wherever it was stopped."""
    monkeypatch.setattr(module, "BATCH", 4)
    await lab.write(pages(25))
    stops = iter([True, False, True])

    def stop(_: Written, __: int) -> None:
        if next(stops, False):
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            await replay(lab.settings, span(), await select(lab.settings, span(), lambda: None), stop)
    rest = await select(lab.settings, span(), lambda: None)
    await replay(lab.settings, span(), rest, stop)

    assert 0 < rest.count < 25
    tasks = Counter(page.task.replays or "live" for page in await fetched(lab))
    assert tasks == Counter({"live": 25} | {derive(f"t{number}/0"): 1 for number in range(25)})


async def test_new_pages_wait_behind_few_replayed_ones(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay waits while its reader is behind."""
    monkeypatch.setattr(module, "BATCH", 5)
    monkeypatch.setattr(pace, "AHEAD", 10)
    monkeypatch.setattr(pace, "LOOK_EVERY_S", 0.1)
    most: list[int] = []

    async def slowly(events: Any) -> list[Outcome]:
        await asyncio.sleep(0.02 * len(events))
        return [DONE for _ in events]

    running = lab.start(Service("extraction", "window", (Source("pages.fetched", slowly, batch=5),)))
    await lab.write(pages(40))
    await until(lambda: lab.caught_up("extraction", "pages.fetched"), running)
    chosen = await select(lab.settings, span(), lambda: None)

    written = await replay(lab.settings, span(), chosen, lambda _, waiting: most.append(waiting))
    await running.end()

    assert written == Written(40)
    assert max(most) <= 15


async def test_the_command_line_replays(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person types, over a real broker: counted first, then written, then nothing is left to do."""
    await lab.write([*pages(6), Wire("pages.fetched", b"k", b"not a page", ())])
    own = lab.settings.model_copy(update={"generation": 3})
    monkeypatch.setattr("marsad.cli.replay.settings", lambda: own)

    async def said(*words: str) -> tuple[int, str]:
        command = ["replay", "--topic", "pages.fetched", "--from", "2000-01-01", *words]
        result = await asyncio.to_thread(CliRunner().invoke, app, command)
        return result.exit_code, " ".join(result.output.split())

    dry = await said("--dry-run")
    done = await said()
    again = await said()

    assert dry[0] == done[0] == again[0] == 0
    assert "6 to be replayed under generation 3; 1 cannot be read (they are dead letters)." in dry[1]
    assert "6 records replayed. `marsad status` shows" in done[1]
    assert "0 to be replayed under generation 3; 6 carry generation 3 or a higher one; 6 repeat another" in again[1]
    assert len(await lab.read("pages.fetched")) == 13
