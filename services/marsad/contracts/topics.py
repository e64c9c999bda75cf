"""Which payload each topic carries."""

from dataclasses import dataclass

from marsad.contracts.articles import ArticleEnriched, ArticleExtracted, ArticleRevised
from marsad.contracts.ledger import LedgerEntry
from marsad.contracts.model import Payload
from marsad.contracts.pages import FeedFetched, PageFetched
from marsad.contracts.urls import UrlDiscovered, UrlFound

LANES: dict[str, int] = {"10s": 10, "1m": 60, "10m": 600, "1h": 3_600}
"""Fixed delays of the retry lanes, in seconds."""

SERVICES = ("discovery", "fetching", "extraction", "revisions", "enrichment", "indexing")
OUTSIDERS = ("submit", "operators")
"""Who else owns, writes or reads a topic: whoever hands URLs in, as `marsad submit` does, and people."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What a topic carries.

    Attributes:
        name: without prefix and version, for example `urls.found`.
        model: of the JSON.
        has_body: the JSON stands in a header and the value is a body of bytes.
        major: raised by a breaking change, which makes a new topic.
    """

    name: str
    model: type[Payload]
    has_body: bool = False
    major: int = 1

    @property
    def type(self) -> str:
        """CloudEvents type of its records."""
        return f"marsad.{self.name}.v{self.major}"


def lane_topic(lane: str) -> str:
    """Return the topic name of a retry lane."""
    return f"urls.retry.{lane}"


def dead_topic(service: str) -> str:
    """Return the name of a service's dead-letter topic; it carries any bytes, so it has no contract."""
    return f"{service}.dead"


CONTRACTS: dict[str, Contract] = {
    contract.name: contract
    for contract in (
        Contract("urls.found", UrlFound),
        Contract("urls.discovered", UrlDiscovered),
        Contract("urls.backfill", UrlDiscovered),
        *(Contract(lane_topic(lane), UrlDiscovered) for lane in LANES),
        Contract("feeds.fetched", FeedFetched, has_body=True),
        Contract("pages.fetched", PageFetched, has_body=True),
        Contract("articles.extracted", ArticleExtracted),
        Contract("articles.revised", ArticleRevised),
        Contract("articles.enriched", ArticleEnriched),
        Contract("ledger", LedgerEntry),
    )
}
