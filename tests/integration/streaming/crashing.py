"""A process of its own that serves `discovery` on Faust, to be killed or to end itself; run by `test_loss_crashes.py`.

Usage: python -m integration.streaming.crashing BOOTSTRAP PREFIX FOLDER block|skip|lose [GUARD …]

`block`: the handler never returns from one record, and says so on stdout. `skip`: Faust's reader passes over one
record. `lose`: that record vanishes between Faust's reader and the agent. The guards named are taken out.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faust
import pytest
from faust.transport.consumer import ThreadDelegateConsumer

from integration.streaming.lab import Lab, hand_on, number_of
from integration.streaming.losses import BROKEN, Handle, reader
from integration.streaming.unguarded import take_out
from marsad.contracts.codec import Event
from marsad.contracts.urls import UrlFound
from marsad.settings import Kafka, Settings
from marsad.streaming.outcome import Outcome
from marsad.telemetry import configure


async def block(events: Sequence[Event[UrlFound]]) -> Sequence[Outcome]:
    """Hand on, and hang at one record."""
    if any(number_of(event.data.url) == BROKEN for event in events):
        print("blocked", flush=True)
        await asyncio.Event().wait()
    return await hand_on(events)


def skip() -> Handle:
    """Let Faust's reader pass over one record, as it does when its queues are cleared behind its read offset."""
    read = ThreadDelegateConsumer._getmany

    async def read_on(consumer: Any, *given: Any, **options: Any) -> dict[Any, list[Any]]:
        records = await read(consumer, *given, **options)
        return {part: [record for record in found if record.offset != BROKEN] for part, found in records.items()}

    setattr(ThreadDelegateConsumer, "_getmany", read_on)  # noqa: B010 - mypy knows it for a method
    return hand_on


def lose() -> Handle:
    """Let one record vanish from the stream's own buffer."""
    take = faust.Stream.noack_take

    async def take_others(stream: Any, *given: Any, **options: Any) -> Any:
        async for events in take(stream, *given, **options):
            yield [event for event in events if event.message.offset != BROKEN]

    setattr(faust.Stream, "noack_take", take_others)  # noqa: B010 - mypy knows it for a method
    return hand_on


async def main(bootstrap: str, prefix: str, folder: str, fault: str, *guards: str) -> None:
    """Serve until killed."""
    configure("discovery", "warning")
    take_out(pytest.MonkeyPatch(), *guards)
    lab = Lab(Settings(deploy_dir=Path(folder), kafka=Kafka(bootstrap=bootstrap, topic_prefix=prefix)))
    handler = {"block": lambda: block, "skip": skip, "lose": lose}[fault]()
    await lab.start(reader(handler)).task


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
