"""Which records of a span an operator's replay writes again, and in which order.

A span may hold one thing several times: a record delivered twice, a fetch and its earlier replay, a revision and the
same one by newer code. Only the last by the newest code is replayed, and only where that code is older than the
generation asked for; so a replay that is repeated writes what is missing, and the records of earlier replays do not
multiply.
"""

from dataclasses import dataclass

from marsad.contracts.articles import ArticleExtracted, ArticleRevised
from marsad.contracts.codec import Event, decode
from marsad.contracts.pages import PageFetched
from marsad.contracts.topics import LANES, SERVICES, dead_topic, lane_topic
from marsad.streaming.effects import RawMessage

__all__ = ["REPLAYED", "Replayed", "Selection", "Selector", "refusal"]

Replayed = PageFetched | ArticleExtracted | ArticleRevised
Place = tuple[int, int]  # partition, offset

REPLAYED = ("pages.fetched", "articles.extracted", "articles.revised", "articles.enriched")
"""The topics that can be replayed: those of pages and articles."""

_FETCHES = "to fetch URLs again, `marsad submit --again` them"
_REFUSED = {
    "urls.found": f"its records lead to the web, not to newer code: {_FETCHES}",
    "urls.discovered": f"its records lead to the web, not to newer code: {_FETCHES}",
    "urls.backfill": f"its records lead to the web, not to newer code: {_FETCHES}",
    **{lane_topic(lane): f"it holds tasks that wait for their host: {_FETCHES}" for lane in LANES},
    "feeds.fetched": "a feed names what is new, and is read again within minutes anyway",
    "ledger": "it holds reports of tasks, which are nobody's tasks themselves",
    **{dead_topic(service): "dead letters go back with `marsad dlq replay`" for service in SERVICES},
}


def refusal(topic: str) -> str | None:
    """Return why a topic cannot be replayed; None where it can."""
    if topic in REPLAYED:
        return None
    why = _REFUSED.get(topic, "there is no such topic")
    return f"{topic} cannot be replayed: {why}. Topics that can: {', '.join(REPLAYED)}"


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a span is written again.

    Attributes:
        waves: places to replay; all of a wave are written before the next one, each partition's in order.
        read: records of the span.
        current: fetches or revisions that a task of this generation, or of a higher one, has carried already.
        repeated: records that hold one of the others once more.
        unreadable: records that do not follow their contract; they lie among the dead letters.
    """

    waves: tuple[frozenset[Place], ...]
    read: int
    current: int
    repeated: int
    unreadable: int

    @property
    def count(self) -> int:
        """How many records are to be written."""
        return sum(map(len, self.waves))


class Selector:
    """Takes the records of a span and selects among them; holds a few hundred bytes for each fetch or revision.

    Args:
        topic: short name, one of REPLAYED.
        generation: of the replay.
    """

    def __init__(self, topic: str, generation: int) -> None:
        self._topic = topic
        self._generation = generation
        self._best: dict[tuple[bytes, int], tuple[int, Place]] = {}  # article and fetch or revision → generation, place
        self._read = self._unreadable = 0

    def add(self, message: RawMessage) -> None:
        """Take note of a record; each partition's come in order."""
        self._read += 1
        event = readable(message)
        if event is None:
            self._unreadable += 1
            return
        key, generation = _identity(event.data), event.data.task.generation
        if key not in self._best or generation >= self._best[key][0]:
            self._best[key] = generation, (message.partition, message.offset)

    def select(self) -> Selection:
        """Return what is to be replayed."""
        chosen = {key: place for key, (generation, place) in self._best.items() if generation < self._generation}
        return Selection(
            waves=tuple(wave for wave in self._waves(chosen) if wave),
            read=self._read,
            current=len(self._best) - len(chosen),
            repeated=self._read - self._unreadable - len(self._best),
            unreadable=self._unreadable,
        )

    def _waves(self, chosen: dict[tuple[bytes, int], Place]) -> tuple[frozenset[Place], ...]:
        """Return the newest fetch of each page before the older ones; revisions stay in order.

        Newer code may tell apart two fetches that older code took for the same. The newest one first, the others come
        too late to be anything; in order, the second would be told as an edit. They are still needed: the newest fetch
        of a page may be a captcha.
        """
        if self._topic != "pages.fetched":
            return (frozenset(chosen.values()),)
        newest: dict[bytes, int] = {}
        for page, moment in chosen:
            newest[page] = max(moment, newest.get(page, moment))
        first = frozenset(place for (page, moment), place in chosen.items() if newest[page] == moment)
        return first, frozenset(chosen.values()) - first


def readable(message: RawMessage) -> Event[Replayed] | None:
    """Return a record's event, or None where the record does not follow its contract."""
    try:
        event = decode(message.topic, message.value, message.headers, message.timestamp_ms)
    except Exception:  # noqa: BLE001 - strangers' bytes: whatever is wrong with them
        return None
    data = event.data
    if not isinstance(data, PageFetched | ArticleExtracted):
        raise ValueError(f"{message.topic} carries no page and no article")  # noqa: TRY004 - the topic is wrong
    return Event(data, event.envelope, event.body, event.timestamp_ms)


def _identity(data: Replayed) -> tuple[bytes, int]:
    """Return what a record is of: a revision of an article, or before there is one, a fetch of a page (in ms)."""
    if isinstance(data, ArticleRevised):
        return bytes.fromhex(data.article_id), data.revision
    key = data.page_id if isinstance(data, PageFetched) else data.article_id
    return bytes.fromhex(key), round(data.fetched_at.timestamp() * 1000)
