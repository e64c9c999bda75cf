"""What the newsroom promises against what is seen: every outcome, every text, every revision. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marsad.contracts.states import State
from marsad.demo.sight import Article, Sight
from marsad.newsroom import Expected
from marsad.search.counts import Ended
from marsad.urls import clean, page_id

NOTHING = "nothing"
SHOWN_CHARS = 160  # of a text in a difference

_QUIET = {State.INDEXED, State.UNCHANGED, State.DUPLICATE}  # how tasks of an article end
_FOUND_AGAIN = (State.DUPLICATE, "seen")  # by feed and sitemap at the same moment
_FEED_ENDS = {State.READ, State.UNCHANGED, State.DISCOVERED}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as promised; `where` is `outlet/article` or a part of the system."""

    where: str
    what: str
    expected: str
    seen: str


@dataclass(frozen=True, slots=True)
class Row:
    """One promised address and what became of it.

    Attributes:
        expected: the promise.
        outcome: `indexed`, `withdrawn`, else the states in which its tasks ended; `nothing` before the first.
        reasons: that the ledger gives, the first one first.
        revisions: that became searchable.
        differences: empty where all is as promised.
    """

    expected: Expected
    outcome: str
    reasons: tuple[str, ...]
    revisions: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A part of an article that must be exact."""

    name: str
    promised: Callable[[Expected], Any]
    seen: Callable[[Article], Any]


def paragraphs(article: Article) -> tuple[str, ...]:
    """Return an article's text with its lead first, wherever that stands."""
    lead = article.get("lead")
    return (*((lead,) if lead else ()), *article.get("text", "").split("\n"))


def _published(article: Article) -> datetime | None:
    text = article.get("published")
    return datetime.fromisoformat(text) if text else None


FIELDS = (
    Field("title", lambda gold: gold.title, lambda article: article.get("title")),
    Field("text", lambda gold: gold.paragraphs, paragraphs),
    Field("authors", lambda gold: gold.authors, lambda article: tuple(article.get("authors", ()))),
    Field("credit", lambda gold: gold.credit_shown, lambda article: article.get("credit")),
    Field("published", lambda gold: gold.published, _published),
    Field("section", lambda gold: gold.section, lambda article: article.get("section")),
    Field("tags", lambda gold: gold.tags, lambda article: tuple(article.get("tags", ()))),
    Field("language", lambda gold: gold.language, lambda article: article.get("language")),
    Field("outlet", lambda gold: gold.outlet, lambda article: article.get("outlet")),
)


def judge(gold: Sequence[Expected], sight: Sight) -> list[Row]:
    """Return a row for each promise, in its order."""
    by_url: dict[str | None, list[Ended]] = {}
    made: dict[str | None, list[Ended]] = {}
    for task in reversed(sight.ended):
        by_url.setdefault(task.url, []).append(task)
        if task.state is State.INDEXED:
            made.setdefault(task.article_id, []).append(task)
    return [_row(promise, by_url, made, sight.articles.get(page_id(promise.url))) for promise in gold]


def strays(gold: Sequence[Expected], links: Mapping[str, Expected], sight: Sight) -> list[Difference]:
    """Return what is wrong beside the promised addresses.

    Args:
        gold: all promises.
        links: short links that were submitted: task → where the link leads.
        sight: what is seen.
    """
    counts = sight.counts
    articles = sum(promise.revisions > 0 for promise in gold)
    quarantined = sum(kind.get(State.QUARANTINED, 0) for kind in (counts.pages, counts.feeds, counts.unknown))
    feeds = sorted(str(state) for state in counts.feeds.keys() - _FEED_ENDS)
    found = [
        _unlike("index", "articles", articles, counts.articles),
        _unlike("ledger", "dead letters", 0, quarantined),
        _unlike("ledger", "in flight", 0, counts.in_flight),
        _unlike("feeds", "other ends", "none", ", ".join(feeds) or "none"),
        *(_link(task_id, promise, sight) for task_id, promise in links.items()),
    ]
    return [difference for difference in found if difference]


def _row(
    promise: Expected,
    by_url: Mapping[str | None, list[Ended]],
    made: Mapping[str | None, list[Ended]],
    article: Article | None,
) -> Row:
    addresses = dict.fromkeys(clean(url) for url in (promise.url, promise.short_url) if url)
    tasks = [task for address in addresses for task in by_url.get(address, ())]
    revisions = made.get(page_id(promise.url), [])
    outcome = _outcome(tasks, article)
    where = f"{promise.outlet}/{promise.article}"
    found = [
        _unlike(where, "outcome", promise.outcome, outcome),
        _unlike(where, "revisions", promise.revisions, len(revisions)),
    ]
    if promise.revisions and article is not None:
        others = sorted({str(task.state) for task in tasks} - {str(state) for state in _QUIET})
        found += [
            _unlike(where, "other ends", "none", ", ".join(others) or "none"),
            *_fields(where, promise, article),
            _alias(where, promise, article),
        ]
    return Row(
        promise,
        outcome,
        tuple(dict.fromkeys(task.reason for task in (revisions or tasks))),
        len(revisions),
        tuple(difference for difference in found if difference),
    )


def _outcome(tasks: Sequence[Ended], article: Article | None) -> str:
    if article is not None:
        return "withdrawn" if article.get("withdrawn") else "indexed"
    told = [task for task in tasks if (task.state, task.reason) != _FOUND_AGAIN]
    return " and ".join(sorted({str(task.state) for task in told})) or NOTHING


def _fields(where: str, promise: Expected, article: Article) -> list[Difference | None]:
    return [_unlike(where, field.name, field.promised(promise), field.seen(article)) for field in FIELDS]


def _alias(where: str, promise: Expected, article: Article) -> Difference | None:
    """Return a difference where the page was only ever found by its short link, and the article does not say so."""
    short = promise.short_url
    aliases = article.get("aliases", ())
    if short is None or not set(promise.listed_as) <= {short} or clean(short) in aliases:
        return None
    return Difference(where, "alias", short, ", ".join(aliases) or "none")


def _link(task_id: str, promise: Expected, sight: Sight) -> Difference | None:
    """Return a difference where a submitted short link did not lead to its article."""
    ended = next((task for task in sight.ended if task.task_id == task_id), None)
    seen = f"{ended.state} {ended.article_id or ''}".strip() if ended else NOTHING
    if ended and ended.state in _QUIET and ended.article_id == page_id(promise.url):
        return None
    return Difference("submitted", promise.short_url or promise.url, page_id(promise.url), seen)


def _unlike(where: str, what: str, expected: object, seen: object) -> Difference | None:
    if expected == seen:
        return None
    if isinstance(expected, tuple) and isinstance(seen, tuple):
        return Difference(where, what, *_first_unlike(expected, seen))
    return Difference(where, what, str(expected)[:SHOWN_CHARS], str(seen)[:SHOWN_CHARS])


def _first_unlike(expected: tuple[str, ...], seen: tuple[str, ...]) -> tuple[str, str]:
    """Return the first item at which two lists part, each with its place among how many."""
    same = sum(1 for _ in _while_equal(expected, seen))

    def shown(items: tuple[str, ...]) -> str:
        return f"{same + 1} of {len(items)}: {items[same][:SHOWN_CHARS]}" if same < len(items) else f"only {len(items)}"

    return shown(expected), shown(seen)


def _while_equal(expected: tuple[str, ...], seen: tuple[str, ...]) -> list[str]:
    equal = []
    for one, other in zip(expected, seen, strict=False):
        if one != other:
            break
        equal.append(one)
    return equal
