"""The tasks of a URL, an article or a task id: by the ledger's index, and by what has not reached it yet."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from marsad.audit.books import Say
from marsad.audit.records import task_of
from marsad.contracts.codec import decode
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.states import State
from marsad.contracts.urls import UrlFound
from marsad.search import ledger
from marsad.search.client import connect
from marsad.search.ledger import Report
from marsad.search.names import Names
from marsad.search.state import StateIndex
from marsad.settings import Settings
from marsad.streaming.effects import RawMessage
from marsad.streaming.lag import places
from marsad.streaming.reader import read
from marsad.urls import clean, page_id

__all__ = ["Tasks", "find_tasks", "wanted"]

FOUND, LEDGER = "urls.found", "ledger"

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Tasks:
    """What was found.

    Attributes:
        reports: newest first; a task that the ledger does not know yet counts as discovered.
        urls: all that lead to the same page, as far as known.
    """

    reports: tuple[Report, ...]
    urls: frozenset[str]


async def find_tasks(own: Settings, asked: str, say: Say) -> Tasks:
    """Return the tasks of a URL, short link, article id or task id.

    Raises:
        ValueError: as `wanted`.
        BrokerUnavailable, SearchUnavailable: a server is away.
    """
    urls, ids = wanted(asked)
    async with connect(own) as client:
        names = Names.of(own)
        say(names.ledger)
        for url in tuple(urls):
            for article_id, leading in (await ledger.articles_at(client, names, url)).items():
                ids.add(article_id)
                urls |= leading
        found = await ledger.find(client, names, urls=sorted(urls), ids=sorted(ids))
        seen = (await StateIndex(client, names.state_urls).read(page_id(url) for url in urls)).values()
        last = {entry.source["task_id"]: entry.source for entry in seen} if urls else {}
        known = {report.task_id: report for report in found}
        known |= await ledger.reports_by_id(client, names, [task_id for task_id in last if task_id not in known])
    for task_id, source in last.items():
        known.setdefault(task_id, _handed_on(task_id, source["url"], source["handed_at"]))
    for report in await _on_the_way(own, urls, ids, say):
        known[report.task_id] = _stronger(known.get(report.task_id), report)
    ordered = sorted(known.values(), key=lambda report: report.discovered_at or report.at, reverse=True)
    return Tasks(tuple(ordered), frozenset(urls))


def wanted(asked: str) -> tuple[set[str], set[str]]:
    """Return the URLs and ids that are meant. Raises ValueError where it is neither an id nor an http(s) URL."""
    if _ID.fullmatch(asked):
        return set(), {asked}
    url = clean(asked)
    return {url}, {page_id(url)}


async def _on_the_way(own: Settings, urls: Iterable[str], ids: Iterable[str], say: Say) -> list[Report]:
    """Return tasks that wait before discovery, or whose reports wait before the ledger."""
    urls, ids = frozenset(urls), frozenset(ids)
    reports: dict[str, Report] = {}
    held = await places(own)
    for topic in (LEDGER, FOUND):
        say(topic)
        first = {place.partition: place.next for place in held if place.topic == topic}
        async for message in read(own, topic, first=first):
            report = _report(topic, message)
            if report and (report.url in urls or not ids.isdisjoint({report.task_id, report.article_id})):
                reports[report.task_id] = _stronger(reports.get(report.task_id), report)
    return list(reports.values())


def _stronger(before: Report | None, report: Report) -> Report:
    return report if before is None or report.state.rank > before.state.rank else before


def _report(topic: str, message: RawMessage) -> Report | None:
    try:
        event = decode(topic, message.value, message.headers)
        if isinstance(event.data, LedgerEntry):
            return _told(event.data)
        assert isinstance(event.data, UrlFound), "its topic's contract"  # noqa: S101 - a law of decode
        task_id, at = task_of(topic, message), event.envelope.time.astimezone(UTC).isoformat()
        return _handed_on(task_id, clean(event.data.url), at) if task_id else None
    except Exception:  # noqa: BLE001 - strangers' bytes
        return None


def _told(entry: LedgerEntry) -> Report:
    task = entry.task
    return Report(
        entry.task_id,
        entry.state,
        task.kind if task else ledger.UNKNOWN,
        entry.at.astimezone(UTC).isoformat(),
        service=entry.service,
        reason=entry.reason,
        detail=entry.detail,
        url=task.url if task else None,
        discovered_at=task.discovered_at.astimezone(UTC).isoformat() if task else None,
        article_id=entry.article_id,
    )


def _handed_on(task_id: str, url: str, at: str) -> Report:
    return Report(task_id, State.DISCOVERED, "page", at, service="discovery", url=url, discovered_at=at)
