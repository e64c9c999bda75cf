"""WARC files on a real broker: pages become tasks of their own, once, however often the replay is repeated."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from integration.streaming.lab import Lab, states, until
from marsad.cli.app import app
from marsad.contracts.codec import decode
from marsad.contracts.pages import PageFetched
from marsad.contracts.states import State
from marsad.fetching import warc_replay
from marsad.fetching.warc_replay import Tally, replay_files
from marsad.streaming import pace
from marsad.streaming.outcome import DONE, Outcome
from marsad.streaming.service import Service, Source
from marsad.warc.writing import Archive, Exchange
from support.payloads import NOON, make_task
from support.warcs import HTML, packed, warc_record

pytestmark = pytest.mark.stack


def write(path: Path, numbers: Sequence[int]) -> Path:
    """Write a file as others do, with requests between the pages, junk in the middle and its end torn off."""
    parts = [warc_record(None, b"software: x\r\n", "warcinfo")]
    for number in numbers:
        url = f"https://ajil.example/{number}"
        parts += [warc_record(url, b"GET / HTTP/1.1\r\n\r\n", "request"), warc_record(url)]
    half = len(parts) // 2
    last = packed(warc_record("https://ajil.example/torn"))[:-20]
    path.write_bytes(packed(*parts[:half]) + b"\0junk" + packed(*parts[half:]) + last)
    return path


async def fetched(lab: Lab) -> list[tuple[str, PageFetched, bytes]]:
    """Return all pages with their event ids and bytes, each partition's in order."""
    events = [decode("pages.fetched", one.value, one.headers) for one in await lab.read("pages.fetched")]
    return [(event.envelope.id, event.data, event.body) for event in events if isinstance(event.data, PageFetched)]


async def test_each_page_becomes_one_task(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and their tasks are there, once by their ids although the replay was repeated, and each has begun."""
    monkeypatch.setattr(warc_replay, "BATCH", 7)
    files = [write(tmp_path / "a.warc.gz", range(30)), write(tmp_path / "b.warc.gz", range(30, 50))]
    positions: list[int] = []

    first = await replay_files(lab.settings, files, 0, lambda tally: positions.append(tally.position))
    again = await replay_files(lab.settings, files, 0, lambda _: None)

    assert (first.pages, first.written, first.bad, first.left_out.total()) == (50, 50, 4, 52)
    assert (again.pages, again.written) == (50, 50)
    assert positions == sorted(positions)
    assert first.position == sum(path.stat().st_size for path in files)
    pages = await fetched(lab)
    assert len(pages) == 100
    assert {body for _, _, body in pages} == {HTML}
    assert len({event for event, _, _ in pages}) == len({page.task.task_id for _, page, _ in pages}) == 50
    assert {page.final_url for _, page, _ in pages} == {f"https://ajil.example/{number}" for number in range(50)}
    assert states(await lab.read("ledger")) == [State.DISCOVERED] * 100


async def test_our_own_archive_is_replayed(lab: Lab, tmp_path: Path) -> None:
    """What fetching archived comes back byte for byte and to the microsecond, as a task that names the one before."""
    task = make_task("t1", aliases=("https://r.ajil.example/s4",))
    archive = Archive(tmp_path / "warc", 10_000_000, 60)
    archive.add(
        [
            Exchange("https://r.ajil.example/s4", 302, (("Location", "/1"),), b"", NOON, read=False),
            Exchange(
                "https://ajil.example/1", 200, (("Content-Type", "text/html"),), HTML, NOON, task.model_dump_json()
            ),
        ]
    )
    archive.close()

    tally = await replay_files(lab.settings, sorted((tmp_path / "warc").iterdir()), 3, lambda _: None)

    ((_, page, body),) = await fetched(lab)
    assert dict(tally.left_out) == {"type warcinfo": 1, "status 3xx": 1}
    assert (body, page.fetched_at, page.final_url) == (HTML, NOON, "https://ajil.example/1")
    assert (page.task.replays, page.task.aliases, page.task.generation) == (task.task_id, task.aliases, 3)


async def test_new_pages_wait_behind_few_replayed_ones(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is fed no faster than its reader reads."""
    monkeypatch.setattr(warc_replay, "BATCH", 5)
    monkeypatch.setattr(pace, "AHEAD", 10)
    monkeypatch.setattr(pace, "LOOK_EVERY_S", 0.1)
    most: list[int] = []

    async def slowly(events: Any) -> list[Outcome]:
        await asyncio.sleep(0.02 * len(events))
        return [DONE for _ in events]

    def look(tally: Tally) -> None:
        most.append(tally.waiting)

    running = lab.start(Service("extraction", "window", (Source("pages.fetched", slowly, batch=5),)))
    await until(lambda: lab.caught_up("extraction", "pages.fetched"), running)

    tally = await replay_files(lab.settings, [write(tmp_path / "a.warc.gz", range(40))], 0, look)
    await running.end()

    assert tally.written == 40
    assert max(most) <= 15


async def test_the_command_line_replays_files(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person types: the pages go, the broken places are named, and the exit status says that there were some."""
    monkeypatch.setattr("marsad.cli.replay.settings", lambda: lab.settings)
    path = write(tmp_path / "a.warc.gz", range(6))

    result = await asyncio.to_thread(CliRunner().invoke, app, ["replay", "--warc", str(path)])

    assert result.exit_code == 1
    assert "6 of 6 pages replayed" in result.output
    assert "2 places without a record" in result.output
    assert len(await fetched(lab)) == 6
