"""The states of a task and how conflicting reports of one task are merged."""

from enum import StrEnum


class State(StrEnum):
    """Where a task stands. All but `discovered` are terminal."""

    DISCOVERED = "discovered"
    """Handed on to be fetched; still in flight."""
    QUARANTINED = "quarantined"
    """Its record lies among the dead letters."""
    UNREACHABLE = "unreachable"
    """Attempts exhausted: DNS, TLS, time, 5xx."""
    REFUSED = "refused"
    """By us: robots, address, size, type, redirects."""
    BLOCKED = "blocked"
    """By them: 401, 403, 451, captcha or consent wall."""
    GONE = "gone"
    """404 or 410 of a URL that was never an article."""
    NOT_ARTICLE = "not_article"
    """Fetched, but a listing, an error page, a video page."""
    DUPLICATE = "duplicate"
    """The same page by another task, or a newer version was there."""
    UNCHANGED = "unchanged"
    """Fetched again, the text is the same."""
    READ = "read"
    """A feed that was read: its links are tasks of their own."""
    REPROCESSED = "reprocessed"
    """The same revision, written again by newer code."""
    INDEXED = "indexed"
    """A new revision is searchable."""

    @property
    def terminal(self) -> bool:
        """Whether the task has ended."""
        return self is not State.DISCOVERED

    @property
    def rank(self) -> int:
        """Return the strength of a report, above 0.

        Delivery is at least once, so a task can be reported twice, and differently (a page fetched, then gone when its
        task was redelivered). The strongest report counts; the maximum does not depend on the order of arrival, so
        every task has exactly one state whatever is delivered again.
        """
        return _RANKS[self]


_RANKS = {
    State.DISCOVERED: 10,
    State.QUARANTINED: 20,
    State.UNREACHABLE: 30,
    State.REFUSED: 40,
    State.BLOCKED: 50,
    State.GONE: 60,
    State.NOT_ARTICLE: 70,
    State.DUPLICATE: 80,
    State.UNCHANGED: 90,
    State.READ: 100,
    State.REPROCESSED: 110,
    State.INDEXED: 120,
}
"""Stored as versions of the ledger's documents: a number never changes, and a new state takes one in between."""
