"""What an operator does with dead letters: look through them, give them back, drop them.

Letters are read from Kafka; what was done with them is kept in Elasticsearch. A letter goes back first and is marked
then: whoever is interrupted in between gives it back twice, which is a redelivery, rather than never.
"""

import re
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from marsad.search.client import connect
from marsad.search.marks import Mark, Marks
from marsad.search.names import Names
from marsad.settings import Settings
from marsad.streaming.letters import Letter, letters, obstacle, wire_of
from marsad.streaming.outbox import Outbox
from marsad.streaming.pace import until_read
from marsad.streaming.processor import now
from marsad.streaming.topics import load_topics

__all__ = ["PLACE", "Kept", "Result", "drop", "find", "listed", "replay"]

PLACE = re.compile(r"\d{1,9}-\d{1,18}")
AT_ONCE = 50  # letters given back before they are marked
AT_ONCE_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter, its size in bytes, and what was done with it; its facts alone where many are listed."""

    letter: Letter
    size: int
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a letter that was to be given back or dropped: `problem` says why not, None where it was."""

    service: str
    place: str
    topic: str
    problem: str | None = None


async def listed(own: Settings, services: Sequence[str], *, reason: str | None = None) -> list[Kept]:
    """Return the letters of services, in the order of their topics, without key, headers and value: those may be large.

    Args:
        own: where the servers are.
        services: whose.
        reason: only those that were quarantined for it.

    Raises:
        Unavailable: Kafka or Elasticsearch is away.
    """
    found = [
        (replace(letter, key=None, headers=(), value=b""), len(letter.value))
        for service in services
        async for letter in _chosen(own, service, None, reason)
    ]
    async with connect(own) as client:
        marks = await Marks(client, Names.of(own)).read(letter.id for letter, _ in found)
    return [Kept(letter, size, marks.get(letter.id)) for letter, size in found]


async def find(own: Settings, service: str, place: str) -> Kept | None:
    """Return one letter with its value, or None where the topic does not hold it. Raises Unavailable."""
    async with aclosing(letters(own, service)) as held:
        async for letter in held:
            if letter.place == place:
                async with connect(own) as client:
                    marks = await Marks(client, Names.of(own)).read([letter.id])
                return Kept(letter, len(letter.value), marks.get(letter.id))
    return None


async def replay(
    own: Settings, service: str, places: Collection[str] | None, *, reason: str | None = None, again: bool = False
) -> AsyncIterator[Result]:
    """Give letters back to the topics that they came from, no faster than they are read; yield what became of each.

    Args:
        own: where the servers are.
        service: whose letters.
        places: which; None for all that are open.
        reason: only those that were quarantined for it.
        again: also those of `places` that were replayed or dropped before.

    Raises:
        Unavailable: Kafka or Elasticsearch is away. What was yielded is done.
    """
    missing = dict.fromkeys(places or ())
    async with connect(own) as client:
        marks = Marks(client, Names.of(own))
        outbox = Outbox(own)
        await outbox.start()
        try:
            async for batch in _batches(own, service, places, reason):
                for letter in batch:
                    missing.pop(letter.place, None)
                for result in await _give_back(own, marks, outbox, batch, (places is not None, again)):
                    yield result
        finally:
            await outbox.stop()
    for place in missing:
        yield _absent(service, place)


async def drop(own: Settings, service: str, places: Collection[str]) -> list[Result]:
    """Mark letters as dropped; the topic keeps them until they expire. Raises Unavailable."""
    found = {letter.place: letter async for letter in _chosen(own, service, places, None)}
    async with connect(own) as client:
        await Marks(client, Names.of(own)).put([letter.id for letter in found.values()], "dropped", now())
    return [
        Result(service, place, found[place].facts.get("topic", "")) if place in found else _absent(service, place)
        for place in dict.fromkeys(places)
    ]


async def _chosen(
    own: Settings, service: str, places: Collection[str] | None, reason: str | None
) -> AsyncIterator[Letter]:
    async for letter in letters(own, service):
        if (places is None or letter.place in places) and reason in (None, letter.facts.get("reason")):
            yield letter


async def _batches(
    own: Settings, service: str, places: Collection[str] | None, reason: str | None
) -> AsyncIterator[list[Letter]]:
    batch: list[Letter] = []
    async for letter in _chosen(own, service, places, reason):
        batch.append(letter)
        if len(batch) >= AT_ONCE or sum(len(one.value) for one in batch) >= AT_ONCE_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


async def _give_back(
    own: Settings, marks: Marks, outbox: Outbox, batch: Sequence[Letter], named_again: tuple[bool, bool]
) -> list[Result]:
    """Give back those of a batch that can go; those that were dealt with before are passed over unless named."""
    named, again = named_again
    known = await marks.read(letter.id for letter in batch)
    meant = [letter for letter in batch if named or letter.id not in known]
    topics = load_topics(own)
    problems = {
        letter.id: (None if again else _done_before(known.get(letter.id))) or obstacle(letter, topics)
        for letter in meant
    }
    going = [letter for letter in meant if problems[letter.id] is None]
    for place in await outbox.give_back([wire_of(letter) for letter in going]):
        problems[going[place].id] = f"it is larger than {going[place].facts['topic']} allows"
    gone = [letter for letter in going if problems[letter.id] is None]
    await marks.put([letter.id for letter in gone], "replayed", now())
    await until_read(own, {letter.facts["topic"] for letter in gone}, lambda _: None)
    return [Result(one.service, one.place, one.facts.get("topic", ""), problems[one.id]) for one in meant]


def _done_before(mark: Mark | None) -> str | None:
    return f"it was {mark.done} at {_shown(mark.at)}; `--again` replays it once more" if mark else None


def _shown(moment: datetime) -> str:
    return f"{moment:%F %T %Z}"


def _absent(service: str, place: str) -> Result:
    return Result(service, place, "", f"{service}.dead holds no letter there; `marsad dlq list` shows which it holds")
