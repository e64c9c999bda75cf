"""Fetchers killed while they fetch: each URL must end in exactly one state, and no host may see its spacing broken."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Network
from pathlib import Path
from time import monotonic

from faults.witness import Witness
from marsad.contracts.codec import Record
from marsad.contracts.ids import derive
from marsad.contracts.model import Task
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered
from marsad.localstack import Endpoints
from marsad.provisioning import set_up
from marsad.settings import Fetching, Settings, as_environment
from marsad.streaming.outbox import Outbox
from marsad.streaming.publish import publish
from marsad.supervisor import Supervisor
from marsad.urls import key_of
from support.chain import chain_settings
from support.hosts import Hosts, Reply, addresses, serve_hosts

SPACING_S, CRAWL_DELAY_S = 0.25, 0.6
FETCHERS = 2
ANSWERED = "answered"
DEADLINE_S = 600.0
LOOK_EVERY_S = 0.1
BACKFILL_SHARE = 0.1

PAGE = "<html><body>خبر</body></html>".encode()


@dataclass(frozen=True, slots=True)
class Plan:
    """How many URLs of how many hosts, how many kills, and what decides all that is random."""

    urls: int
    hosts: int
    kills: int
    seed: int


@dataclass(slots=True)
class Result:
    """What came of a run: the problems, empty where all is well, and figures for people."""

    problems: list[str]
    ends: Counter[str]
    requests: int
    repeats: int
    seconds: float


class Script:
    """What the hosts answer: the path says it. A host's number decides which robots.txt it has."""

    def __init__(self, count: int) -> None:
        self._numbers = {host: number for number, host in enumerate(addresses(count))}
        self._hosts = list(self._numbers)
        self._asked: set[str] = set()
        self._dice = random.Random(1)  # noqa: S311 - repeatable
        self.port = 0

    def spacing_s(self, host: str) -> float:
        """Return the pause that a host may expect."""
        return CRAWL_DELAY_S if self._numbers[host] % 4 == 1 else SPACING_S

    def __call__(self, host: str, path: str) -> Reply:
        """Return the answer, after some milliseconds."""
        after_s = self._dice.uniform(0.001, 0.05)
        if "robots" in path:
            return self._robots(host, path, after_s)
        kind, number = path.split("/")[1:3]
        neighbour = self._hosts[(self._numbers[host] + 1) % len(self._hosts)]
        replies = {
            "gone": Reply(404, after_s=after_s),
            "closed": Reply(403, after_s=after_s),
            "moved": Reply(302, headers={"Location": f"/page/{number}"}, after_s=after_s),
            "away": Reply(301, headers={"Location": f"http://{neighbour}:{self.port}/page/{number}"}, after_s=after_s),
        }
        if kind == "busy" and path not in self._asked:
            self._asked.add(path)
            return Reply(503, headers={"Retry-After": "1"}, after_s=after_s)
        return replies.get(kind) or Reply(body=PAGE + path.encode(), after_s=after_s)

    def _robots(self, host: str, path: str, after_s: float) -> Reply:
        number = self._numbers[host]
        delay = f"Crawl-delay: {CRAWL_DELAY_S}\n" if number % 4 == 1 else ""
        rules = Reply(body=f"User-agent: *\nDisallow: /secret\n{delay}".encode(), after_s=after_s)
        if path == "/robots.txt" and number % 4 == 2:
            return Reply(302, headers={"Location": "/the-robots.txt"}, after_s=after_s)
        if number % 4 == 3 and path != "/the-robots.txt":
            return Reply(302, headers={"Location": "/robots-2.txt" if path == "/robots.txt" else "/the-robots.txt"})
        return rules


KINDS = {
    "page": ANSWERED, "gone": State.GONE, "closed": State.BLOCKED, "moved": ANSWERED, "away": ANSWERED,
    "secret": State.REFUSED, "busy": ANSWERED,
}  # fmt: skip
WEIGHTS = (60, 8, 8, 8, 6, 6, 4)


@dataclass(slots=True)
class Crawl:
    """A run: two fetchers, their hosts, and a witness of the topics."""

    own: Settings
    hosts: Hosts
    script: Script
    witness: Witness
    fetchers: list[Supervisor]
    dice: random.Random
    expected: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    async def hand_over(self, outbox: Outbox, count: int) -> list[str]:
        """Hand so many URLs over to the fetchers; return their tasks."""
        records = [self._record() for _ in range(count)]
        assert not await publish(outbox, "discovery", records, derive("crawl", str(len(self.expected))))
        return [record.task_id or "" for record in records]

    def _record(self) -> Record:
        kind = self.dice.choices(list(KINDS), WEIGHTS)[0]
        url = self.hosts.url(self.dice.choice(list(self.script._numbers)), f"/{kind}/{len(self.expected)}")
        task = Task(task_id=derive("task", url), url=url, found_in="submitted", discovered_at=datetime.now(UTC))
        self.expected[task.task_id], self.urls[task.task_id] = str(KINDS[kind]), url
        backfill = self.dice.random() < BACKFILL_SHARE
        data = UrlDiscovered(task=task, target=url, not_before=None, validators=None, backfill=backfill)
        topic = "urls.backfill" if backfill else "urls.discovered"
        return Record(topic, key_of(url), data, task_id=task.task_id, part=url)

    def ends(self, task: str) -> set[str]:
        """Return in which ways a task has ended."""
        ways = {str(state) for state in self.witness.seen.terminal(task)}
        return ways | ({ANSWERED} if "pages.fetched" in self.witness.seen.trail.get(task, {}) else set())

    async def until_ended(self, tasks: Sequence[str], count: int) -> None:
        """Wait until so many of the tasks have ended."""
        end = monotonic() + DEADLINE_S
        while sum(bool(self.ends(task)) for task in tasks) < count:
            self.witness.check()
            for fetcher in self.fetchers:
                assert fetcher.returncode("fetching") is None, "a fetcher ended by itself"
            if monotonic() > end:
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def kill(self) -> None:
        """SIGKILL a fetcher, now and then both, and start what was killed again, at once or later."""
        chosen = self.fetchers if self.dice.random() < 0.2 else [self.dice.choice(self.fetchers)]
        for fetcher in chosen:
            fetcher.kill("fetching")
        if self.dice.random() < 0.5:
            await asyncio.sleep(self.dice.uniform(0, 8))
        for fetcher in chosen:
            fetcher.start("fetching")

    def problems(self) -> list[str]:
        """Return what is not as it must be."""
        wrong = []
        for task, expected in self.expected.items():
            if (ways := self.ends(task)) != {expected}:
                seen = self.witness.seen.whereabouts(task)
                wrong.append(f"{self.urls[task]} ended as {sorted(ways) or 'nothing'}, not {expected}; seen at {seen}")
        dead = [f"dead letter: {letter}" for letter in self.witness.seen.dead]
        return wrong + dead + self.hosts.too_close(self.script.spacing_s)


async def play(plan: Plan, servers: Endpoints, folder: Path) -> Result:
    """Play a run."""
    began = monotonic()
    async with _opened(plan, servers, folder) as crawl:
        outbox = Outbox(crawl.own)
        await outbox.start()
        try:
            tasks: list[str] = []
            for number in range(plan.kills):
                portion = await crawl.hand_over(outbox, plan.urls // plan.kills + (number < plan.urls % plan.kills))
                tasks += portion
                await crawl.until_ended(portion, crawl.dice.randrange(max(len(portion) * 8 // 10, 1)))
                await asyncio.sleep(crawl.dice.uniform(0, 0.5))
                await crawl.kill()
            await crawl.until_ended(tasks, len(tasks))
        finally:
            await outbox.stop()
        await crawl.witness.catch_up()
        ends = Counter(way for task in tasks for way in crawl.ends(task))
        requests = sum(map(len, crawl.hosts.visits.values()))
        repeats = sum(crawl.witness.seen.repeats.values())
        return Result(crawl.problems(), ends, requests, repeats, monotonic() - began)


@asynccontextmanager
async def _opened(plan: Plan, servers: Endpoints, folder: Path) -> AsyncIterator[Crawl]:
    script = Script(plan.hosts)
    async with serve_hosts(plan.hosts, script) as hosts:
        script.port = hosts.port
        own = chain_settings(
            servers,
            folder,
            folder / "no-outlets",
            outlets_dirs=(),
            fetching=Fetching(
                contact="tests@marsad.example", spacing_s=SPACING_S, allow_networks=(IPv4Network("127.0.0.0/8"),)
            ),
        )
        await set_up(own)
        fetchers = [_fetcher(own, number, folder) for number in range(FETCHERS)]
        try:
            for fetcher in fetchers:
                fetcher.start("fetching")
            async with Witness(own) as witness:
                yield Crawl(own, hosts, script, witness, fetchers, random.Random(plan.seed))  # noqa: S311 - repeatable
        finally:
            for fetcher in fetchers:
                fetcher.stop()


def _fetcher(own: Settings, number: int, folder: Path) -> Supervisor:
    """Return a fetcher that hosts can tell from the others by its contact."""
    fetching = own.fetching.model_copy(update={"contact": f"fetcher-{number}@marsad.example"})
    environment = as_environment(own.model_copy(update={"fetching": fetching}))
    return Supervisor(("fetching",), environment, logs=folder / f"logs-{number}")
