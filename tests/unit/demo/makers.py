"""Promises of a newsroom, and looks at a system that keeps them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from marsad.contracts.states import State
from marsad.demo.gold import judge
from marsad.demo.play import Moment, Played
from marsad.demo.sight import Sight
from marsad.newsroom import Expected
from marsad.search.counts import Counts, Ended
from marsad.search.queries import Found, Hit
from marsad.streaming.lag import Lag
from marsad.urls import page_id

PUBLISHED = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
_PLAIN = Expected(
    outlet="sada",
    article="ferry",
    url="http://127.0.0.1:40001/ferry",
    listed_as=("http://127.0.0.1:40001/ferry",),
    short_url=None,
    title="عبّارة تصل إلى الميناء",
    paragraphs=("وصلت العبّارة صباحا.", "وكان البحر هادئا.", "وستعود غدا."),
    published=PUBLISHED,
    authors=("هالة مراد",),
    credit=None,
    credit_shown=None,
    language="ar",
    outcome="indexed",
    revisions=1,
)


def promise(**changes: Any) -> Expected:
    """Return a promise."""
    return replace(_PLAIN, **changes)


def article(kept: Expected, **changes: Any) -> dict[str, Any]:
    """Return the document that keeps a promise."""
    document = {
        "title": kept.title,
        "text": "\n".join(kept.paragraphs),
        "authors": list(kept.authors),
        "published": kept.published.isoformat(timespec="milliseconds"),
        "language": kept.language,
        "outlet": kept.outlet,
        **({"credit": kept.credit_shown} if kept.credit_shown else {}),
        **({"section": kept.section} if kept.section else {}),
        **({"tags": list(kept.tags)} if kept.tags else {}),
    }
    return document | changes


def ended(kept: Expected, state: State = State.INDEXED, reason: str = "first", **changes: Any) -> Ended:
    """Return a task of a promise's address that has ended."""
    fields: dict[str, Any] = {
        "task_id": f"{kept.article}-{reason}",
        "state": state,
        "reason": reason,
        "url": kept.url,
        "kind": "page",
        "at": "2026-05-04T12:00:01.000+00:00",
        "article_id": page_id(kept.url),
        "detail": "",
    }
    return Ended(**fields | changes)


def sight(
    tasks: Iterable[Ended] = (), articles: Iterable[tuple[Expected, dict[str, Any]]] = (), **changes: Any
) -> Sight:
    """Return a look; tasks in the order in which they ended. Counts follow from tasks and articles."""
    tasks, documents = list(tasks), {page_id(kept.url): document for kept, document in articles}
    pages: dict[State, int] = {}
    for task in tasks:
        pages[task.state] = pages.get(task.state, 0) + 1
    fields: dict[str, Any] = {
        "at": 100.0,
        "lags": (Lag("discovery", "urls.found", 10, 2), Lag("discovery", "feeds.fetched", 4, 1)),
        "counts": Counts(pages, {State.READ: 2}, {}, len(documents), {50.0: 400.0, 99.0: 1_250.0}),
        "ended": tuple(reversed(tasks)),
        "articles": documents,
    }
    return Sight(**fields | changes)


def kept_sight(gold: Sequence[Expected]) -> Sight:
    """Return a look at a system in which every promise of an article is kept by its first revision."""
    return sight([ended(one) for one in gold], [(one, article(one)) for one in gold])


def moment(gold: Sequence[Expected], seen: Sight, **deaths: int) -> Moment:
    """Return the moment of a look."""
    return Moment(seen, 12.3, deaths, tuple(judge(gold, seen)))


def played(gold: Sequence[Expected], seen: Sight, **changes: Any) -> Played:
    """Return a run that ended with a look."""
    last = moment(gold, seen)
    fields: dict[str, Any] = {
        "moment": last,
        "links": (),
        "answers": (),
        "stories": (),
        "differences": tuple(difference for row in last.rows for difference in row.differences),
    }
    return Played(**fields | changes)


def hit(found: Expected, *, marked: bool = True) -> Hit:
    """Return a search hit."""
    title = (("عبّارة ", False), ("تصل", marked))
    return Hit(page_id(found.url), 1.0, title, (), found.url, found.outlet, "ar", None, None, withdrawn=False)


def answer(*hits: Hit) -> Found:
    """Return a search's answer."""
    return Found(len(hits), hits, complete=True)
