"""Handing URLs over to the system: they become found URLs, each with a task of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from marsad.contracts.codec import Record
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
    """A URL that was handed over, and the task that it became."""

    url: str
    task_id: str


async def hand_over(own: Settings, links: Sequence[str], *, again: bool = False) -> list[Submitted]:
    """Write links to `urls.found`; return them with their tasks once the broker has them.

    Raises BrokerUnavailable, and ValueError for what `clean` takes for no URL.
    """
    cause = uuid4().hex
    submitted = [Submitted(link, derive("task", cause, link)) for link in links]
    records = [
        Record(
            "urls.found",
            key_of(link.url),
            UrlFound(url=link.url, found_in="submitted", found_at=now(), again=again),
            task_id=link.task_id,
            part=link.url,
        )
        for link in submitted
    ]
    async with admin_client(own) as admin:
        await require_topics(load_topics(own), admin)
    outbox = Outbox(own)
    await outbox.start()
    try:
        refused = await publish(outbox, "submit", records, cause)
    finally:
        await outbox.stop()
    return [link for index, link in enumerate(submitted) if index not in refused]
