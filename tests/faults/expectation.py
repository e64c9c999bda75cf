"""What a campaign must find: derived from the newsroom's gold and from what was handed over, from nothing else."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from marsad.contracts.ids import derive
from marsad.contracts.states import State
from marsad.newsroom import Expected
from marsad.urls import clean, page_id

TEXT_TOPICS = ("articles.revised", "articles.enriched")

_OF_OUTCOME: Mapping[str, frozenset[State]] = {
    "indexed": frozenset({State.INDEXED, State.UNCHANGED}),
    "withdrawn": frozenset({State.GONE}),  # it was gone before the first look
}


def content_hash(gold: Expected) -> str:
    """Return the hash that extraction must give a page: of headline, lead and text, as the page shows them."""
    body = gold.paragraphs[1:] if gold.lead else gold.paragraphs
    return derive(gold.title, gold.lead or "", "\n".join(body))


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: in whose topic, of which task, and why."""

    service: str
    task_id: str
    reason: str


@dataclass(slots=True)
class Expectation:
    """Everything that must be there, and nothing else may be.

    Attributes:
        texts: by topic, the content hashes of each article in the order of their revisions.
        urls: by article.
        tasks: what was handed over, and the one state in which it must end.
        own: by page id, the states in which a page of the newsroom that its feeds list may end.
        dead: the dead letters.
    """

    texts: dict[str, dict[str, list[str]]] = field(default_factory=lambda: {topic: {} for topic in TEXT_TOPICS})
    urls: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, State] = field(default_factory=dict)
    own: dict[str, frozenset[State]] = field(default_factory=dict)
    dead: Counter[Letter] = field(default_factory=Counter)

    @property
    def index(self) -> Mapping[str, list[str]]:
        """The articles that must be searchable: those that got through the last topic."""
        return self.texts["articles.enriched"]

    def text(self, gold: Expected, topics: Sequence[str] = TEXT_TOPICS) -> None:
        """Expect a new text of an article in these topics."""
        key = page_id(gold.url)
        self.urls[key] = gold.url
        for topic in topics:
            self.texts[topic].setdefault(key, []).append(content_hash(gold))

    def newsroom(self, gold: Sequence[Expected]) -> None:
        """Expect what a newsroom's lists lead to; all of its events are over before the first look."""
        for one in gold:
            states = (_OF_OUTCOME.get(one.outcome) or frozenset({State(one.outcome)})) | {State.DUPLICATE}
            for url in {one.url, *one.listed_as, *filter(None, [one.short_url])}:
                self.own[page_id(clean(url))] = states
            if one.outcome == "indexed":
                self.text(one)
