"""One run of the demo: newsroom, services, what the demo does itself, and watching until all is as promised."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from marsad.contracts.topics import SERVICES
from marsad.demo.clock import HeldClock
from marsad.demo.gold import Difference, Row, judge
from marsad.demo.script import Script
from marsad.demo.searches import Answered, ask
from marsad.demo.sight import Sight, look
from marsad.demo.stories import History, Story, stories
from marsad.errors import Unavailable
from marsad.localstack import Endpoints
from marsad.newsroom import Expected, Newsroom
from marsad.provisioning import set_up
from marsad.settings import Discovery, Fetching, Kafka, Pool, Search, Settings, Streaming, as_environment
from marsad.supervisor import Supervisor

LIMIT_S = 170.0  # from the start of the services on
LOOK_EVERY_S = 1.0
MAX_DEATHS = 3  # of one service: it will not work any more


@dataclass(frozen=True, slots=True)
class Moment:
    """What a watcher is shown.

    Attributes:
        sight: a look at the system.
        elapsed_s: seconds since the services were started.
        deaths: how often each service has ended by itself.
        rows: each promised address and what has become of it by now.
    """

    sight: Sight
    elapsed_s: float
    deaths: Mapping[str, int]
    rows: tuple[Row, ...]

    @property
    def kept(self) -> int:
        """How many promises are kept by now."""
        return sum(not row.differences for row in self.rows)


@dataclass(frozen=True, slots=True)
class Played:
    """How a run ended.

    Attributes:
        moment: the last one.
        links: short links that were submitted, and where each leads.
        answers: to the searches.
        stories: of the articles that were corrected, withdrawn or never came in.
        differences: all that is not as promised; none in a good run.
    """

    moment: Moment
    links: tuple[Expected, ...]
    answers: tuple[Answered, ...]
    stories: tuple[Story, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """Where a run takes place.

    Attributes:
        endpoints: of the servers.
        folder: for the newsroom's files and the services' data.
        logs: of the services.
        name: prefix of topics and indices.
    """

    endpoints: Endpoints
    folder: Path
    logs: Path
    name: str = "demo"


async def play(
    site: Site, watch: Callable[[Moment], None], *, publish_over_s: float = 40.0, limit_s: float = LIMIT_S
) -> Played:
    """Run until everything promised has happened, or the limit is reached; nothing is left running.

    Args:
        site: where.
        watch: is shown every look.
        publish_over_s: in which the newsroom publishes; corrections follow 15 and 30 seconds later, a
            withdrawal 25.
        limit_s: from the start of the services on.

    Raises:
        Unavailable: a server was away at the end.
        MarsadError: the set-up failed.
    """
    clock = HeldClock()
    async with Newsroom(publish_over_s=publish_over_s, directory=site.folder, clock=clock) as room:
        own = settings_for(site, room.outlets_dir)
        await set_up(own)
        script, history = Script(own, room, clock), History()
        services = Supervisor(SERVICES, as_environment(own), logs=site.logs)
        try:
            for name in SERVICES:
                services.start(name)
            last = await _watch(script, services, _noting(history, watch), limit_s)
            answers = await ask(own, script.gold)
        finally:
            await asyncio.to_thread(services.stop)  # the newsroom answers meanwhile
    differences = [
        *_differences(script, last),
        *(Difference(name, "ended by itself", "never", f"{times} times") for name, times in last.deaths.items()),
        *(_lacking(answer) for answer in answers if answer.missing),
    ]
    told = stories(last.rows, history)
    return Played(last, tuple(script.links.values()), tuple(answers), tuple(told), tuple(differences))


def _noting(history: History, watch: Callable[[Moment], None]) -> Callable[[Moment], None]:
    """Return a watcher that remembers each moment, then shows it."""

    def note(moment: Moment) -> None:
        history.note(moment.sight)
        watch(moment)

    return note


def settings_for(site: Site, outlets: Path) -> Settings:
    """Return settings of a hasty system that may fetch from loopback alone and knows the newsroom's outlets alone."""
    return Settings(
        data_dir=site.folder,
        outlets_dirs=(outlets,),
        builtin_outlets=False,
        generation=0,
        log_level="info",
        kafka=Kafka(bootstrap=site.endpoints.kafka, topic_prefix=site.name),
        search=Search(url=site.endpoints.elasticsearch, index_prefix=f"{site.name}-"),
        discovery=Discovery(revisit_s=4, feed_floor_s=3, feed_ceiling_s=3, tick_s=1),
        fetching=Fetching(contact="demo@marsad.example", spacing_s=0.1, allow_networks=(IPv4Network("127.0.0.0/8"),)),
        extraction=Pool(),
        enrichment=Pool(),
        streaming=Streaming(),
    )


async def _watch(script: Script, services: Supervisor, watch: Callable[[Moment], None], limit_s: float) -> Moment:
    """Look, show, act, until nothing differs, the limit is reached or a service keeps ending. Raises Unavailable."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    deaths: Counter[str] = Counter()
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        deaths.update(services.watch())
        late = loop.time() - start >= limit_s
        try:
            sight = await look(script.own, script.ids)
        except Unavailable:
            if late:
                raise
            continue
        moment = Moment(sight, loop.time() - start, dict(deaths), tuple(judge(script.gold, sight)))
        watch(moment)
        if late or not _differences(script, moment) or max(deaths.values(), default=0) >= MAX_DEATHS:
            return moment
        await script.act(sight)


def _differences(script: Script, moment: Moment) -> list[Difference]:
    of_rows = [difference for row in moment.rows for difference in row.differences]
    return [*of_rows, *script.strays(moment.sight)]


def _lacking(answer: Answered) -> Difference:
    return Difference("search", answer.search.text, ", ".join(answer.missing), f"{answer.found.total} other articles")
