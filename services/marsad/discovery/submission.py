"""Handing URLs over to the system: they become found URLs, each with a task of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from marsad.contracts.codec import Record, event_id
from marsad.contracts.ids import derive
from marsad.contracts.urls import UrlFound
from marsad.settings import Settings
from marsad.streaming.outbox import Outbox
from marsad.streaming.processor import now
from marsad.streaming.publish import publish
from marsad.streaming.topics import admin_client, load_topics, require_topics
from marsad.urls import key_of


@dataclass(frozen=True, slots=True)
class Submitted:
    """A URL that was handed over, the task that it became, and the id of the record that says so."""

    url: str
    task_id: str
    event_id: str


async def hand_over(own: Settings, links: Sequence[str], *, again: bool = False) -> list[Submitted]:
    """Write links to `urls.found`; return them with their tasks once the broker has them.

    Raises BrokerUnavailable, and ValueError for what `clean` takes for no URL.
    """
    async with admin_client(own) as admin:
        await require_topics(load_topics(own), admin)
    outbox = Outbox(own)
    await outbox.start()
    try:
        return await submit(outbox, links, again=again)
    finally:
        await outbox.stop()


async def submit(outbox: Outbox, links: Sequence[str], *, again: bool = False) -> list[Submitted]:
    """Write links by an open outbox, which waits for the broker without end; return those that it took.

    Raises ValueError for what `clean` takes for no URL.
    """
    cause, at = uuid4().hex, now()
    records = [
        Record(
            "urls.found",
            key_of(link),
            UrlFound(url=link, found_in="submitted", found_at=at, again=again),
            task_id=derive("task", cause, link),
            part=link,
        )
        for link in links
    ]
    refused = await publish(outbox, "submit", records, cause)
    return [
        Submitted(link, record.task_id or "", event_id(record, cause))
        for index, (link, record) in enumerate(zip(links, records, strict=True))
        if index not in refused
    ]
