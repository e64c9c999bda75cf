"""Taking each guard out, so that a test can show what it keeps.

Every function here puts one part of the runner back to what Faust does by itself, or to what a first draft would do.
The seams are class attributes, for a test of one process; `crashing.py` takes guards out of a process of its own.
"""

from collections.abc import Callable, Sequence
from typing import Any

import faust
import pytest
from aiokafka.errors import MessageSizeTooLargeError
from faust.transport.consumer import Consumer

from marsad.contracts.codec import Wire
from marsad.streaming import faust_runner, guard
from marsad.streaming.effects import RawMessage
from marsad.streaming.faust_runner import FaustRunner
from marsad.streaming.guard import Contiguity
from marsad.streaming.outbox import Outbox
from marsad.streaming.outcome import Outcome
from marsad.streaming.processor import Decoded, Processor

FAUSTS_GAPS = Consumer._add_gap  # before any runner was made
CONCURRENCY = 4
SHORT_POLL_S = 1

_topic, _agent, _app, _deliver = faust.App.topic, faust.App.agent, faust_runner._app, Outbox.deliver


def _quarantine(patch: pytest.MonkeyPatch) -> None:
    """What a handler raises leaves the processor."""

    async def decide(processor: Processor, pairs: Sequence[Decoded]) -> Sequence[Outcome]:
        return await processor._ask(pairs[0][0].topic, [event for _, event in pairs]) if pairs else []

    patch.setattr(Processor, "_decide", decide)


def _hold(patch: pytest.MonkeyPatch) -> None:
    """What the processor raises leaves the agent's body."""

    async def process(_: FaustRunner, processor: Processor, messages: list[RawMessage]) -> None:
        await processor.process(messages)

    patch.setattr(FaustRunner, "_process", process)


def _bytes(patch: pytest.MonkeyPatch) -> None:
    """Faust decodes the values, as it does for typed topics."""

    def topic(app: faust.App, *names: str, **options: Any) -> Any:
        return _topic(app, *names, **{**options, "value_serializer": "json"})

    patch.setattr(faust.App, "topic", topic)


def _named(patch: pytest.MonkeyPatch) -> None:
    """A send that is refused raises, and what stands behind it is not sent."""

    async def deliver(outbox: Outbox, wires: Sequence[Wire]) -> set[int]:
        for wire in wires:
            if await _deliver(outbox, [wire]):
                raise MessageSizeTooLargeError
        return set()

    patch.setattr(Outbox, "deliver", deliver)


def _one_by_one(patch: pytest.MonkeyPatch) -> None:
    """Several actors share a topic and acknowledge as they get done."""

    def agent(app: faust.App, *given: Any, **options: Any) -> Any:
        return _agent(app, *given, concurrency=CONCURRENCY, **options)

    patch.setattr(faust.App, "agent", agent)


def _own_acks(patch: pytest.MonkeyPatch) -> None:
    """Faust acknowledges what it handed out whenever its generator ends."""

    def take(stream: Any, most: int, within: float) -> Any:
        return stream.take_events(most, within)

    patch.setattr(faust.Stream, "noack_take", take)


def _no_wait(patch: pytest.MonkeyPatch) -> None:
    """Faust's own default: stopping waits until every stream is empty."""

    def app(*given: Any) -> faust.App:
        made = _app(*given)
        made.conf.stream_wait_empty = True
        return made

    patch.setattr(faust_runner, "_app", app)


def _long_poll(patch: pytest.MonkeyPatch) -> None:
    """A handler may block for a second before aiokafka leaves the group."""
    patch.setattr(faust_runner, "MAX_POLL_INTERVAL_S", SHORT_POLL_S)


def _gaps(patch: pytest.MonkeyPatch) -> None:
    """Faust takes what is missing for compaction, and acknowledges it."""
    patch.setattr(faust_runner, "install", lambda: None)
    patch.setattr(Consumer, "_add_gap", FAUSTS_GAPS)


def _watch(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether the records of a partition follow one another."""
    patch.setattr(Contiguity, "check", lambda *_: None)


def _generations(patch: pytest.MonkeyPatch) -> None:
    """An acknowledgement counts whichever assignment its record was read under."""
    patch.setattr(faust_runner, "install", lambda: None)
    patch.setattr(Consumer, "ack", guard._ack)


GUARDS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "quarantine": _quarantine,
    "hold": _hold,
    "bytes": _bytes,
    "named": _named,
    "one by one": _one_by_one,
    "own acks": _own_acks,
    "no wait": _no_wait,
    "long poll": _long_poll,
    "gaps": _gaps,
    "watch": _watch,
    "generations": _generations,
}


def take_out(patch: pytest.MonkeyPatch, *guards: str) -> None:
    """Run without these guards until the patch is undone."""
    for name in guards:
        GUARDS[name](patch)
