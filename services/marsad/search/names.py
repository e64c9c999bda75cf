"""Names of indices and of the alias, with the prefix that keeps tests and clusters apart."""

from dataclasses import dataclass
from datetime import UTC, datetime

from marsad.settings import Settings


@dataclass(frozen=True, slots=True)
class Names:
    """Every name that we use in Elasticsearch.

    Attributes:
        prefix: put before each name; empty in production.
    """

    prefix: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Names":
        """Return the names under these settings."""
        return cls(settings.search.index_prefix)

    @property
    def news(self) -> str:
        """The alias through which all articles are read."""
        return f"{self.prefix}news"

    @property
    def ledger(self) -> str:
        """One document per task: its strongest report."""
        return f"{self.prefix}ledger-v1"

    @property
    def state_urls(self) -> str:
        """Discovery's URLs."""
        return f"{self.prefix}state-urls-v1"

    @property
    def state_feeds(self) -> str:
        """Discovery's feeds."""
        return f"{self.prefix}state-feeds-v1"

    @property
    def state_articles(self) -> str:
        """Revisions' articles."""
        return f"{self.prefix}state-articles-v1"

    @property
    def state_letters(self) -> str:
        """Operators' marks on dead letters."""
        return f"{self.prefix}state-letters-v1"

    @property
    def state_hosts(self) -> str:
        """Fetching's hosts."""
        return f"{self.prefix}state-hosts-v1"

    @property
    def fixed(self) -> tuple[str, ...]:
        """The indices that exist from the set-up on; articles' come with the months."""
        states = (self.state_urls, self.state_feeds, self.state_articles, self.state_letters, self.state_hosts)
        return (self.ledger, *states)

    def articles(self, first_seen: datetime) -> str:
        """Return the index of articles first seen in that month (UTC), so that every revision lands in the same."""
        return f"{self.prefix}news-v1-{first_seen.astimezone(UTC):%Y.%m}"
