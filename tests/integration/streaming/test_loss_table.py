"""Each row of the loss table, against our Faust runner on a real broker: with its guard, and without.

Faust loses records in known ways. A row's first test shows that we lose none; the second one takes the row's guard out
and shows what is lost or stuck then, so that the first could not pass by luck. The figures are printed after the run.
Rows that need a process of their own are in `test_loss_crashes.py`.
"""

import os
from collections.abc import Sequence

import pytest

from integration.streaming.conftest import MakeLab, Note
from integration.streaming.lab import Lab, found, hand_on, handed_on, number_of
from integration.streaming.losses import BATCH, BROKEN, EARLY, RECORDS, Handle, balance, deal, filled, lab_of
from integration.streaming.unguarded import take_out
from marsad.contracts.codec import Event, Record, Wire
from marsad.contracts.urls import UrlFound
from marsad.settings import Settings
from marsad.streaming import outbox as outbox_module
from marsad.streaming.outcome import Emit, Outcome
from support.payloads import make_extracted

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("quick_start")]

Patch = pytest.MonkeyPatch


async def breaking(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
    """Raise for one record."""
    if any(number_of(event.data.url) == BROKEN for event in events):
        raise ZeroDivisionError("poison")
    return await hand_on(events)


async def test_a_handler_raises(make_lab: MakeLab, note: Note) -> None:
    """The record ends among the dead letters, all others go on."""
    lab = await lab_of(make_lab)
    await (await deal(lab, breaking)).end()
    result = note(await balance(lab))

    assert (result.lost, result.waiting, set(result.dead)) == ([], 0, {BROKEN})


async def test_a_handler_raises_without_quarantine(make_lab: MakeLab, note: Note, monkeypatch: Patch) -> None:
    """Every start ends at that record: nothing is lost, but nothing goes on."""
    take_out(monkeypatch, "quarantine")
    lab = await lab_of(make_lab)
    running = await deal(lab, breaking)
    result = note(await balance(lab))

    assert isinstance(running.task.exception(), ZeroDivisionError)
    assert (result.lost, result.waiting) == ([], RECORDS - BROKEN)


async def unkeepable(make_lab: MakeLab, first: int) -> Lab:
    """Return a lab with a record that not even the dead letters can hold, so that processing it raises."""
    lab = await lab_of(make_lab, first, discovery__dead={"max_bytes": 20_000})
    await lab.write([Wire("urls.found", b"k", b"x" * 50_000, ()), *found(RECORDS - first - 1, first=first + 1)])
    return lab


async def test_an_agent_body_raises(make_lab: MakeLab, note: Note) -> None:
    """The batch is held until the process has ended; its offset stays, so its successor reads it again."""
    lab = await unkeepable(make_lab, BROKEN)
    running = await deal(lab, hand_on)
    result = note(await balance(lab))

    assert "raise max_bytes" in str(running.task.exception())
    assert (result.lost, result.waiting) == ([], RECORDS - BROKEN)


async def test_an_agent_body_raises_without_hold(make_lab: MakeLab, note: Note, monkeypatch: Patch) -> None:
    """Faust restarts the agent behind the record, and the commit passes it; the watch over gaps would notice."""
    take_out(monkeypatch, "hold", "watch")
    lab = await unkeepable(make_lab, BROKEN)
    await (await deal(lab, hand_on, passed=BROKEN + 1)).end()
    result = note(await balance(lab))

    assert BROKEN in result.lost


async def test_noack_take_and_an_exception(make_lab: MakeLab, note: Note) -> None:
    """The same in batches: the whole batch is held, whatever else was in it."""
    lab = await unkeepable(make_lab, EARLY)
    running = await deal(lab, hand_on, BATCH, settings=filled(lab.settings))
    result = note(await balance(lab))

    assert "raise max_bytes" in str(running.task.exception())
    assert (result.lost, result.waiting) == ([], RECORDS)


async def test_noack_take_and_an_exception_without_hold(make_lab: MakeLab, note: Note, monkeypatch: Patch) -> None:
    """A group's first batch is passed, all of it, while the service runs: `stream_wait_empty` is not asked then."""
    take_out(monkeypatch, "hold", "watch")
    lab = await unkeepable(make_lab, EARLY)
    await (await deal(lab, hand_on, BATCH, settings=filled(lab.settings), passed=BATCH)).end()
    result = note(await balance(lab))

    assert EARLY in result.lost


async def undecodable(make_lab: MakeLab) -> Lab:
    """Return a lab with a record that is no JSON."""
    lab = await lab_of(make_lab, BROKEN)
    await lab.write([Wire("urls.found", b"k", b"{", ()), *found(RECORDS - BROKEN - 1, first=BROKEN + 1)])
    return lab


async def test_bad_json(make_lab: MakeLab, note: Note) -> None:
    """Faust hands on bytes; what cannot be read ends among the dead letters."""
    lab = await undecodable(make_lab)
    await (await deal(lab, hand_on)).end()
    result = note(await balance(lab))

    assert (result.lost, result.waiting, set(result.dead)) == ([], 0, {BROKEN})


async def test_bad_json_without_bytes(make_lab: MakeLab, note: Note, monkeypatch: Patch) -> None:
    """Faust decodes, drops it before any handler, and commits past it; the watch over gaps would notice."""
    take_out(monkeypatch, "bytes", "watch")
    lab = await undecodable(make_lab)
    await (await deal(lab, hand_on, passed=BROKEN + 1)).end()
    result = note(await balance(lab))

    assert BROKEN in result.lost


def enlarging(size: int) -> Handle:
    """Return a handler that makes one incompressible record of this size."""
    text = os.urandom(size).hex()

    async def handler(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
        large = Emit((Record("articles.extracted", "k", make_extracted(text)),))
        return [large if number_of(event.data.url) == EARLY else handed_on(event) for event in events]

    return handler


@pytest.fixture(params=["topic", "producer"])
async def limited(request: pytest.FixtureRequest, make_lab: MakeLab, monkeypatch: Patch) -> tuple[Lab, Settings]:
    """Return a lab and the settings of a service that trusts its file, while the broker or the producer takes less."""
    if request.param == "producer":
        monkeypatch.setattr(outbox_module, "MAX_REQUEST", 100_000)
        lab = await lab_of(make_lab)
        return lab, lab.settings
    lab = await lab_of(make_lab, articles__extracted={"max_bytes": 100_000})
    trusting = make_lab().settings
    return lab, trusting.model_copy(update={"kafka": lab.settings.kafka})


async def test_an_output_larger_than_allowed(limited: tuple[Lab, Settings], note: Note) -> None:
    """It is named, and its record ends among the dead letters; the small ones of its batch are delivered."""
    lab, settings = limited
    await (await deal(lab, enlarging(500_000), BATCH, settings=filled(settings))).end()
    result = note(await balance(lab))

    assert (result.lost, result.waiting, set(result.dead)) == ([], 0, {EARLY})


async def test_an_output_larger_than_allowed_without_naming_and_hold(
    limited: tuple[Lab, Settings], note: Note, monkeypatch: Patch
) -> None:
    """The send raises, and the small ones of the batch go down with it."""
    take_out(monkeypatch, "named", "hold", "watch")
    lab, settings = limited
    await (await deal(lab, enlarging(500_000), BATCH, settings=filled(settings), passed=BATCH)).end()
    result = note(await balance(lab))

    assert result.lost[:3] == [2, 3, 4]
