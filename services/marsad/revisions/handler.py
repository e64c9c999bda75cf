"""Decides batches of `articles.extracted` against each article's history."""

from collections.abc import Sequence

from marsad.contracts.articles import ArticleExtracted
from marsad.contracts.codec import Event, Record
from marsad.revisions.history import History, Known, advance, revised
from marsad.search.state import Change, StateIndex
from marsad.streaming.outcome import Emit, Outcome, Settle

SERVICE = "revisions"


class RevisionHandler:
    """Reads the histories of a batch at once, decides in order, writes them at once, then emits."""

    def __init__(self, state: StateIndex) -> None:
        self._state = state

    async def __call__(self, events: Sequence[Event[ArticleExtracted]]) -> Sequence[Outcome]:
        """Return an outcome for each. Raises Unavailable."""
        entries = await self._state.read(event.data.article_id for event in events)
        histories = {key: History.of(entry.source) for key, entry in entries.items()}
        changed: dict[str, History] = {}
        outcomes: list[Outcome] = []
        for event in events:
            key = event.data.article_id
            decision = advance(histories.get(key), event.data)
            if isinstance(decision, History) and decision is not histories.get(key):
                histories[key] = changed[key] = decision
            outcomes.append(_outcome(decision, event.data))
        await self._state.write({key: Change(new.source(), entries.get(key)) for key, new in changed.items()})
        return outcomes


def _outcome(decision: History | Known, article: ArticleExtracted) -> Outcome:
    if isinstance(decision, Known):
        return Settle(decision.state, decision.reason, article.task, article_id=article.article_id)
    payload = revised(decision, article)
    return Emit((Record("articles.revised", article.article_id, payload, task_id=article.task.task_id),))
