"""The history of one article and the decision about its next text, without any I/O."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from marsad.contracts.articles import ArticleExtracted, ArticleRevised, Change
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
    same_text = article.content_hash == history.content_hash and not history.withdrawn
    if article.task.generation > history.generation and (same_text or article.body_hash == history.body_hash):
        return _next(history, article, "reprocessed")
    return Known(State.UNCHANGED, "same_text") if same_text else _next(history, article, "edited")


def revised(history: History, article: ArticleExtracted) -> ArticleRevised:
    """Return the article with its place in its history."""
    return ArticleRevised(
        **dict(article),
        revision=history.revision,
        first_seen=datetime.fromisoformat(history.first_seen),
        change=history.change,
        previous_revision=history.previous_revision,
    )


def _next(history: History | None, article: ArticleExtracted, change: Change) -> History:
    fetched_ms = int(article.fetched_at.timestamp() * 1000)
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
