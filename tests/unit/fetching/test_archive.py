"""Archiving answers beside fetching: what is kept, what is kept out, and a disk that is full."""

import errno
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from marsad.contracts.pages import PageFetched
from marsad.fetching import archive as module
from marsad.fetching.archive import Keeper, open_keeper
from marsad.fetching.exchange import Answer, Redirect
from marsad.settings import Fetching
from marsad.streaming.outcome import Emit
from marsad.telemetry.metrics import REGISTRY
from marsad.warc.reading import Record, records
from marsad.warc.writing import Archive, Exchange
from unit.fetching.doubles import at_pages, make_discovered, make_page, make_rig, redirect, simulate

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, UTC)
URL = "https://ajil.example/1"


def answer(status: int = 200, body: bytes = b"<p>", robots: tuple[str, ...] = (), **fields: str) -> Answer:
    """Return an answer."""
    return Answer(URL, status, body, None, None, None, None, 3, 0.1, "HTTP/2", fields, robots)


class Disk:
    """An archive that takes what it gets, or says why not."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []
        self.full = False
        self.asked = 0

    def add(self, exchanges: Sequence[Exchange]) -> None:
        self.asked += 1
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.kept += exchanges

    def close(self) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")


def keeper(disk: Disk) -> Keeper:
    """Return a keeper over a disk."""
    return Keeper(cast("Archive", disk))


def counted(registry: CollectorRegistry = REGISTRY) -> tuple[float, float]:
    """Return how many answers were written and missed so far."""
    written, missed = (
        registry.get_sample_value("marsad_archived_total", {"result": one}) for one in ("written", "missed")
    )
    return written or 0.0, missed or 0.0


async def test_an_answer_is_kept_with_its_task() -> None:
    """Body, fields and the time of the page's own record; the task in ASCII, since a field of WARC holds it."""
    disk = Disk()
    data = make_discovered(URL, referrer="https://ajil.example/أخبار")

    await keeper(disk).keep(data, answer(server="x"), NOON)

    (kept,) = disk.kept
    assert (kept.url, kept.status, kept.body, kept.at, kept.read) == (URL, 200, b"<p>", NOON, True)
    assert kept.headers == (("server", "x"),)
    assert kept.task is not None
    assert kept.task.isascii()
    assert json.loads(kept.task)["task_id"] == data.task.task_id


async def test_every_kind_of_answer_is_kept() -> None:
    """Redirects and refusals too, marked as without the body that was not read."""
    disk = Disk()
    one = keeper(disk)

    await one.keep(make_discovered(URL), Redirect(URL, "https://b.example/", 301, {"location": "/"}), NOON)
    await one.keep(make_discovered(URL), answer(404, b""), NOON)

    assert [(kept.status, kept.url, kept.read) for kept in disk.kept] == [(301, URL, False), (404, URL, False)]


@pytest.mark.parametrize("asked", ["noarchive", "none", "nocache"])
async def test_what_asks_not_to_be_archived_is_not(asked: str) -> None:
    """A page, or its header, says so; other directives do not concern an archive."""
    disk = Disk()
    one = keeper(disk)

    await one.keep(make_discovered(URL), answer(robots=(asked,)), NOON)
    await one.keep(make_discovered(URL), answer(robots=("noindex",)), NOON)

    assert len(disk.kept) == 1


async def test_what_a_hub_answers_is_nobodys_page() -> None:
    """A subscription is asked for by POST, with a secret in it."""
    disk = Disk()

    await keeper(disk).keep(make_discovered(URL).model_copy(update={"form": {"hub.secret": "x"}}), answer(), NOON)

    assert disk.kept == []


async def test_a_full_disk_is_said_once_in_a_while_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetching goes on, each missed answer is counted, the disk is not asked for every one, and its return is said."""
    now = 100.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    disk = Disk()
    one = keeper(disk)
    before = counted()
    disk.full = True
    with capture_logs() as logs:
        for _ in range(5):
            await one.keep(make_discovered(URL), answer(), NOON)
        now += module.REST_S
        await one.keep(make_discovered(URL), answer(), NOON)
        disk.full = False
        now += module.REST_S
        await one.keep(make_discovered(URL), answer(), NOON)

    assert disk.asked == 3
    assert [(line["event"], line["missed"]) for line in logs] == [
        ("archive_unwritable", 1),
        ("archive_unwritable", 6),
        ("archive_goes_on", 6),
    ]
    assert "No space left" in logs[0]["error"]
    assert tuple(after - was for after, was in zip(counted(), before, strict=True)) == (1, 6)


async def test_an_end_on_a_full_disk_is_said() -> None:
    """The service ends all the same."""
    disk = Disk()
    disk.full = True
    with capture_logs() as logs:
        await keeper(disk).close()

    assert [line["event"] for line in logs] == ["archive_unwritable"]


async def test_the_settings_name_the_folder(tmp_path: Path) -> None:
    """Off without a folder; with one, the file under way gets its name when the service ends."""
    async with open_keeper(Fetching()) as nobody:
        assert nobody is None
    async with open_keeper(Fetching(archive_dir=tmp_path / "new")) as one:
        assert one is not None
        await one.keep(make_discovered(URL), answer(), NOON)

    (path,) = (tmp_path / "new").iterdir()
    assert path.name.endswith(".warc.gz")
    with path.open("rb") as stream:
        _, response = records(stream, 10_000)
    assert isinstance(response, Record)
    assert response.fields["warc-target-uri"] == URL


def test_the_handler_keeps_each_hop_before_its_outcome() -> None:
    """A short link and the page that it leads to are kept as they come; the page's time is that of its record."""
    kept: list[tuple[str, int, datetime]] = []

    class Notes:
        async def keep(self, _: object, one: Answer | Redirect, at: datetime) -> None:
            kept.append((one.url, one.status, at))

    async def main() -> PageFetched:
        rig = make_rig(at_pages(lambda asked: redirect("/2", 301) if asked.url.path == "/1" else make_page()))
        rig.fetch._keeper = cast("Keeper", Notes())
        outcome = await rig.decide(make_discovered("https://www.ajil.com/1"))
        assert isinstance(outcome, Emit)
        page = outcome.records[0].data
        assert isinstance(page, PageFetched)
        return page

    page = simulate(main())

    assert [(url[-2:], status) for url, status, _ in kept] == [("/1", 301), ("/2", 200)]
    assert kept[-1][2] == page.fetched_at
