"""Tests of the newsroom as a whole: its life, its clock, its process."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from marsad.errors import OutletError
from marsad.newsroom import Newsroom


async def test_every_outlet_has_a_port_of_its_own_on_loopback(room: Newsroom) -> None:
    """Ten sites and two short-link hosts, all on 127.0.0.1."""
    origins = [room.origin_of(outlet) for outlet in room.outlets]
    short = [origin for origin in map(room.short_origin_of, room.outlets) if origin]

    assert len({urlsplit(origin).port for origin in origins + short}) == 12
    assert {urlsplit(origin).hostname for origin in origins + short} == {"127.0.0.1"}


async def test_two_newsrooms_do_not_meet(client: httpx.AsyncClient) -> None:
    """Each takes free ports; pages name their own."""
    async with Newsroom(publish_over_s=0) as one, Newsroom(publish_over_s=0) as other:
        assert not set(one.urls()) & set(other.urls())
        page = (await client.get(one.urls()[0])).text
        assert urlsplit(one.urls()[0]).netloc in page
        assert urlsplit(other.urls()[0]).netloc not in page


async def test_it_can_serve_on_another_address(client: httpx.AsyncClient) -> None:
    """Sites and links carry the address that was given: a container serves on its own."""
    async with Newsroom(publish_over_s=0, host="127.0.0.2") as room:
        assert {urlsplit(url).hostname for url in room.urls()} == {"127.0.0.2"}
        assert (await client.get(room.urls()[0])).status_code == 200


async def test_all_ends_with_the_newsroom(client: httpx.AsyncClient) -> None:
    """Sites stop answering and the temporary folder is removed."""
    async with Newsroom(publish_over_s=0) as room:
        url, folder = room.urls()[0], room.outlets_dir
        assert (await client.get(url)).status_code == 200
        assert {path.stem for path in folder.iterdir()} == set(room.outlets)

    assert not folder.exists()
    with pytest.raises(httpx.ConnectError):
        await client.get(url)


async def test_a_given_folder_is_kept(tmp_path: Path) -> None:
    """The outlet files lie in `outlets` below it, also afterwards."""
    async with Newsroom(directory=tmp_path) as room:
        assert room.outlets_dir == tmp_path / "outlets"

    assert (tmp_path / "outlets" / "ajil.yaml").exists()


async def test_events_tell_what_has_happened_so_far(room: Newsroom, move_to: Callable[[float], None]) -> None:
    """One publication at the start, all after the span, two corrections, the withdrawal, a correction again."""
    counts = []
    for second in (0, 40, 55, 65, 70):
        move_to(second)
        counts.append(len(room.events))
    everything = len(room.urls())

    assert counts == [1, everything, everything + 2, everything + 3, everything + 4]
    assert [event.kind for event in room.events[-4:]] == ["corrected", "corrected", "withdrawn", "corrected"]


async def test_gold_and_urls_agree(room: Newsroom) -> None:
    """In the order of appearance, every outcome among them, at least 55 texts to be indexed."""
    gold = room.expected()

    assert [one.url for one in gold] == room.urls()
    assert sum(1 for one in gold if one.outcome == "indexed") >= 55
    assert {one.outlet for one in gold} == set(room.outlets)


async def test_speed_shortens_the_span(client: httpx.AsyncClient) -> None:
    """At speed 10 everything has appeared after a tenth of the planned time."""
    moment = [datetime.fromisoformat("2026-05-04T12:00:00+00:00")]
    async with Newsroom(speed=10, publish_over_s=40, clock=lambda: moment[0]) as room:
        last = room.urls()[-1]
        moment[0] += timedelta(seconds=3.9)
        before = (await client.get(last)).status_code
        moment[0] += timedelta(seconds=0.1)
        after = (await client.get(last)).status_code

    assert (before, after) == (404, 200)


async def test_the_crawl_delay_is_told_in_both_places(client: httpx.AsyncClient) -> None:
    """In robots.txt and in the outlet file."""
    async with Newsroom(crawl_delay_s=0.05) as room:
        robots = (await client.get(f"{room.origin_of('sada')}/robots.txt")).text
        outlet = (room.outlets_dir / "sada.yaml").read_text(encoding="utf-8")

    assert "Crawl-delay: 0.05" in robots
    assert "crawl_delay_s: 0.05" in outlet


@pytest.mark.parametrize("ask", [Newsroom.origin_of, Newsroom.short_origin_of, Newsroom.feed_of])
async def test_unknown_outlets_are_refused(room: Newsroom, ask: Callable[[Newsroom, str], object]) -> None:
    """With the names of those that there are."""
    with pytest.raises(OutletError, match="it has ajil, manara, meridian-wire, nawa"):
        ask(room, "nosuch")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_runs_as_a_process(tmp_path: Path, client: httpx.AsyncClient, number: signal.Signals) -> None:
    """It prints its addresses as one JSON line, serves, and ends well when it is told to."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "marsad.newsroom", "--dir", str(tmp_path), "--publish-over", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = json.loads(await asyncio.wait_for(process.stdout.readline(), timeout=30))
        feed = await client.get(line["outlets"]["ajil"]["feed"])
        process.send_signal(number)
        rest, complaints = await asyncio.wait_for(process.communicate(), timeout=30)
    finally:
        if process.returncode is None:
            process.kill()

    assert feed.status_code == 200
    assert Path(line["outlets_dir"]) == tmp_path / "outlets"
    assert datetime.fromisoformat(line["started"]).tzinfo is not None
    assert line["outlets"]["ajil"]["short_origin"].startswith("http://127.0.0.1:")
    assert line["outlets"]["sada"]["short_origin"] is None
    assert line["outlets"]["warraq"]["feed"] is None
    assert (process.returncode, rest, complaints) == (0, b"", b"")
