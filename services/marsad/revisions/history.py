"""The history of one article and the decision about its next text, without any I/O."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from marsad.contracts.articles import ArticleExtracted, ArticleRevised, Change
from marsad.contracts.model import grown
from marsad.contracts.states import State


@dataclass(frozen=True, slots=True)
class History:
    """What is kept of an article: its last revision. Times are ISO 8601 with zone."""

    task_id: str
    first_seen: str
    fetched_at: str
    revision: int
    previous_revision: int | None
    change: Change
    content_hash: str
    body_hash: str
    generation: int
    withdrawn: bool

    @classmethod
    def of(cls, source: dict[str, Any]) -> "History":
        """Read a state entry."""
        return cls(**{name: source[name] for name in cls.__dataclass_fields__})

    def source(self) -> dict[str, Any]:
        """Return the state entry."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Known:
    """The text leads to no revision: its task ends in this state."""

    state: State
    reason: str


def advance(history: History | None, article: ArticleExtracted) -> History | Known:
    """Return the article's history with this text, or why it adds nothing.

    The same task with the same text coming again returns the history unchanged: its revision is sent again.
    """
    if history is None:
        return Known(State.GONE, "never_seen") if article.withdrawn else _next(None, article, "first")
    if history.task_id == article.task.task_id and history.content_hash == article.content_hash:
        return history
    if article.fetched_at < datetime.fromisoformat(history.fetched_at):
        return Known(State.DUPLICATE, "older_fetch")
    if article.withdrawn:
        return Known(State.UNCHANGED, "still_gone") if history.withdrawn else _next(history, article, "withdrawn")
    if history.withdrawn:  # no code brings a page back
        return _next(history, article, "edited")
    return _compared(history, article)


def _compared(history: History, article: ArticleExtracted) -> History | Known:
    """Return what a text is to the last one where both are there.

    Under a higher generation another text is the newer code's: whether an editor changed the page as well cannot be
    known, since nobody has both pages' text by the same code, and a false edit of every article would be worse than
    one real edit that is searchable without being called so. Bytes that did not change are nobody's edit.
    """
    if article.task.generation > history.generation:
        return _next(history, article, "reprocessed")
    if article.content_hash == history.content_hash:
        return Known(State.UNCHANGED, "same_text")
    if article.body_hash != history.body_hash:
        return _next(history, article, "edited")
    if article.task.task_id == history.task_id:  # delivered again and read by other code: its record may be missing yet
        return replace(history, content_hash=article.content_hash)
    return Known(State.UNCHANGED, "same_page")


def revised(history: History, article: ArticleExtracted) -> ArticleRevised:
    """Return the article with its place in its history."""
    return grown(
        ArticleRevised,
        article,
        revision=history.revision,
        first_seen=datetime.fromisoformat(history.first_seen),
        change=history.change,
        previous_revision=history.previous_revision,
    )


def _next(history: History | None, article: ArticleExtracted, change: Change) -> History:
    fetched_ms = max(1, int(article.fetched_at.timestamp() * 1000))  # before 1970 nothing was fetched
    if history is None:
        revision, previous = fetched_ms, None
    elif change == "reprocessed":  # newer code is no editorial change: the revision stays
        revision, previous = history.revision, history.previous_revision
    else:
        revision, previous = max(fetched_ms, history.revision + 1), history.revision
    return History(
        task_id=article.task.task_id,
        first_seen=history.first_seen if history else article.fetched_at.isoformat(),
        fetched_at=article.fetched_at.isoformat(),
        revision=revision,
        previous_revision=previous,
        change=change,
        content_hash=article.content_hash,
        body_hash=article.body_hash,
        generation=article.task.generation,
        withdrawn=article.withdrawn,
    )
