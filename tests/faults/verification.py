"""After a round: is everything there that must be, once, and nothing else? Each answer names what differs and where."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from elasticsearch import AsyncElasticsearch

from faults.expectation import TEXT_TOPICS, Expectation
from faults.witness import Sightings
from faults.world import World
from marsad.contracts.model import Task
from marsad.contracts.states import State
from marsad.search.client import connect
from marsad.search.counts import counts
from marsad.search.names import Names
from marsad.urls import page_id

SHOWN = 5  # of each kind of difference
PAGE = 5_000  # documents in one answer
GENERATIONS = 1_000
FEED_ENDS = frozenset({State.READ, State.UNCHANGED})

Documents = Mapping[str, tuple[int, Mapping[str, Any]]]
"""By id: version and source."""


async def verify(world: World) -> list[str]:
    """Return every difference between what must be and what is, a line each."""
    await world.witness.catch_up()
    seen, expected = world.witness.seen, world.expected
    names = Names.of(world.own)
    async with connect(world.own) as client:
        await client.indices.refresh(index=[names.news, names.ledger])
        articles = await read_all(client, names.news, "article_id")
        ledger = await read_all(client, names.ledger, "task_id")
        tally = await counts(client, names)
    problems = compare(expected, seen, articles, ledger)
    if tally.in_flight or tally.terminal != len(seen.states):
        problems.append(
            f"{len(seen.states)} discovered, but {tally.terminal} terminal + {tally.in_flight} in flight in the index"
        )
    return problems


def compare(expected: Expectation, seen: Sightings, articles: Documents, ledger: Documents) -> list[str]:
    """Return every difference between what must be, what the topics hold and what the index holds."""
    return [
        *_tasks(expected, seen),
        *_reports(seen, ledger),
        *(line for topic in TEXT_TOPICS for line in _texts(topic, expected, seen)),
        *_index(expected, seen, articles),
        *_dead(expected, seen),
    ]


async def read_all(client: AsyncElasticsearch, index: str, key: str) -> Documents:
    """Return all documents of an index by id."""
    found: dict[str, tuple[int, Mapping[str, Any]]] = {}
    after: list[Any] | None = None
    while True:
        answer = await client.search(
            index=index,
            size=PAGE,
            sort=[{key: "asc"}],
            search_after=after,
            version=True,
            source_includes=[key, "revision", "content_hash", "state", "withdrawn", "url"],
        )
        hits = answer["hits"]["hits"]
        found |= {hit["_id"]: (hit["_version"], hit["_source"]) for hit in hits}
        if len(hits) < PAGE:
            return found
        after = hits[-1]["sort"]


def _some(what: str, lines: Iterable[str]) -> list[str]:
    every = list(lines)
    more = [f"… and {len(every) - SHOWN} more"] if len(every) > SHOWN else []
    return [f"{what}: {line}" for line in (*every[:SHOWN], *more)]


def _tasks(expected: Expectation, seen: Sightings) -> list[str]:
    """Each task that was handed over has the one terminal state it must have; others are the newsroom's own."""

    def line(task_id: str, meant: object) -> str:
        task = seen.tasks.get(task_id)
        found = sorted(seen.terminal(task_id)) or "no end"
        return f"{task_id} ({task.url if task else '?'}) has {found}, not {meant}; seen at {seen.whereabouts(task_id)}"

    handed = (line(task, state) for task, state in expected.tasks.items() if seen.terminal(task) != {state})
    others = (
        line(task, "what the newsroom's own pages and feeds may have")
        for task in seen.states.keys() - expected.tasks.keys()
        if not _is_own(seen.tasks.get(task), seen.terminal(task), expected)
    )
    return [*_some("task", handed), *_some("other task", others)]


def _is_own(task: Task | None, ends: set[State], expected: Expectation) -> bool:
    if task is None or len(ends) != 1:
        return False
    return ends <= (FEED_ENDS if task.kind == "feed" else expected.own.get(page_id(task.url), frozenset()))


def _reports(seen: Sightings, ledger: Documents) -> list[str]:
    """The ledger's index says what the ledger's topic says."""
    strongest = {task: str(max(states, key=lambda state: state.rank)) for task, states in seen.states.items()}
    indexed = {task: source["state"] for task, (_, source) in ledger.items()}
    return _some(
        "ledger",
        (
            f"{task} is {indexed.get(task, 'missing')} in the index, {strongest.get(task, 'missing')} in the topic"
            for task in sorted(strongest.keys() | indexed.keys())
            if strongest.get(task) != indexed.get(task)
        ),
    )


def _texts(topic: str, expected: Expectation, seen: Sightings) -> list[str]:
    """A topic holds each text of each article as one revision, in order, each naming the one before."""
    meant, found = expected.texts[topic], seen.texts[topic]
    lines = []
    for article in meant.keys() | found.keys():
        revisions = sorted(found.get(article, {}).items())
        changes = ["first", *["edited"] * len(revisions)]
        previous = [None, *(number for number, _ in revisions)]
        wanted = [
            (hash_, change, before)
            for hash_, change, before in zip(meant.get(article, []), changes, previous, strict=False)
        ]
        there = [[(text.content_hash, text.change, text.previous) for text in texts] for _, texts in revisions]
        if there != [[one] for one in wanted] or len(wanted) != len(meant.get(article, [])):
            lines.append(
                f"{article} ({expected.urls.get(article, 'unexpected')}) has revisions "
                f"{[number for number, _ in revisions]} {there}, not {meant.get(article, [])}"
            )
    return _some(topic, lines)


def _index(expected: Expectation, seen: Sightings, articles: Documents) -> list[str]:
    """The index holds the last text of each article under its last revision, and nothing else."""
    revised = seen.texts["articles.enriched"]
    lines = [f"{article} ({expected.urls[article]}) is missing" for article in expected.index.keys() - articles.keys()]
    lines += [
        f"{article} ({articles[article][1].get('url')}) is unexpected"
        for article in articles.keys() - expected.index.keys()
    ]
    for article in expected.index.keys() & articles.keys():
        version, source = articles[article]
        revision = max(revised.get(article, {0: ()}))
        wanted = (revision * GENERATIONS, revision, expected.index[article][-1])
        if (version, source["revision"], source["content_hash"]) != wanted:
            lines.append(
                f"{article} ({expected.urls[article]}) is version {version}, revision {source['revision']}, "
                f"content {source['content_hash']}; meant are {wanted}"
            )
    return _some("index", sorted(lines))


def _dead(expected: Expectation, seen: Sightings) -> list[str]:
    """Only what a scenario means to be refused lies among the dead letters, once."""
    missing, more = Counter(expected.dead), Counter(seen.dead)
    missing.subtract(seen.dead)
    more.subtract(expected.dead)
    lines = [f"{letter} is missing" for letter in (+missing).elements()]
    lines += [f"{letter} is unexpected; seen at {seen.whereabouts(letter.task_id)}" for letter in (+more).elements()]
    return _some("dead letter", sorted(lines))
