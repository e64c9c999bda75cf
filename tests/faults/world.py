"""The world of a campaign: servers and services as processes, a newsroom, a witness, and the means to do harm."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import psutil

from faults.expectation import Expectation
from faults.witness import Witness
from marsad.contracts.states import State
from marsad.contracts.topics import SERVICES
from marsad.discovery.submission import hand_over
from marsad.errors import BrokerUnavailable
from marsad.localstack import Stack
from marsad.localstack.layout import ServerName
from marsad.newsroom import Newsroom
from marsad.provisioning import set_up
from marsad.settings import Discovery, Settings, Streaming, as_environment
from marsad.streaming.lag import lags
from marsad.supervisor import Supervisor
from support.chain import chain_settings

WATCH_EVERY_S = 0.25
LOOK_EVERY_S = 0.2
DEADLINE_S = 900.0  # for a round's articles to end, and for the lag to be zero
PATIENCE_S = 8.0  # load goes on although nothing ends
IN_ORDER_S = 30.0  # after SIGTERM
BEHIND = timedelta(days=1)  # the newsroom opened so long ago: all its events are over, so nothing changes by itself


@dataclass(slots=True)
class Clock:
    """When a round was struck, and when what was harmed was back (monotonic seconds)."""

    struck: float = 0.0
    back: float = 0.0


@dataclass(slots=True)
class World:
    """Everything that a scenario may touch.

    Attributes:
        broker: held while Kafka is away; whoever hands over takes it.
        tasks: of the present round.
        fallen: services that ended though nobody killed them, with their exit code.
    """

    own: Settings
    stack: Stack
    room: Newsroom
    services: Supervisor
    witness: Witness
    logs: Path
    expected: Expectation = field(default_factory=Expectation)
    clock: Clock = field(default_factory=Clock)
    broker: asyncio.Lock = field(default_factory=asyncio.Lock)
    tasks: list[str] = field(default_factory=list)
    articles: int = 0
    fallen: list[str] = field(default_factory=list)
    copies: list[Supervisor] = field(default_factory=list)
    _killed: set[tuple[int, str]] = field(default_factory=set)
    _held: set[str] = field(default_factory=set)

    # ── load ──

    def begin(self, articles: int) -> None:
        """Begin a round of so many articles."""
        self.articles, self.tasks, self.clock = articles, [], Clock()
        self.fallen.clear()

    async def hand_over(self, urls: Sequence[str], state: State, *, again: bool = False) -> list[str]:
        """Hand URLs over, each of which must end in this state; return their tasks. Waits while Kafka is away."""
        async with self.broker:
            tasks = [submitted.task_id for submitted in await hand_over(self.own, urls, again=again)]
        assert len(tasks) == len(urls)
        self.expected.tasks |= dict.fromkeys(tasks, state)
        self.tasks += tasks
        return tasks

    def ended(self) -> int:
        """Return how many of the round's tasks have ended."""
        return sum(task in self.witness.seen.ends for task in self.tasks)

    async def until(self, what: str, ready: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
        """Wait for a condition. Raises AssertionError that says what was waited for."""
        end = monotonic() + deadline_s
        while not ready():
            self.witness.check()
            if monotonic() > end:
                raise AssertionError(f"not within {deadline_s:.0f} s: {what}")
            await asyncio.sleep(LOOK_EVERY_S)

    async def room_for_more(self, in_flight: int) -> None:
        """Wait until fewer of the round's tasks are in flight, or for a while."""
        with suppress(AssertionError):
            await self.until("room for more", lambda: len(self.tasks) - self.ended() < in_flight, PATIENCE_S)

    async def until_ended(self, count: int) -> None:
        """Wait until so many of the round's tasks have ended, then call it the moment of the fault."""
        await self.until(f"the end of {count} tasks", lambda: self.ended() >= count)
        self.clock.struck = monotonic()

    async def quiet(self) -> None:
        """Wait until nothing waits in any topic, and until the witness has read everything."""
        end = monotonic() + DEADLINE_S
        while waiting := await self._waiting():
            if monotonic() > end:
                raise AssertionError(f"records still wait after {DEADLINE_S:.0f} s: {'; '.join(waiting)}")
            await asyncio.sleep(LOOK_EVERY_S)
        await self.witness.catch_up()

    async def _waiting(self) -> list[str]:
        try:
            return [f"{lag.waiting} in {lag.topic} for {lag.service}" for lag in await lags(self.own) if lag.waiting]
        except BrokerUnavailable as error:
            return [str(error)]

    def back(self) -> None:
        """Say that what was harmed is there again: from here on it is counted how long recovering takes."""
        self.clock.back = monotonic()

    # ── harm ──

    def kill(self, name: str) -> None:
        """SIGKILL a service; its supervisor brings it back."""
        self._killed.add((id(self.services), name))
        self.services.kill(name)

    async def returned(self, name: str) -> None:
        """Wait until a service that was killed runs again."""
        await self.until(f"{name} started again", lambda: self.services.returncode(name) is None, 60)
        self.back()

    async def stop_in_order(self, name: str) -> float:
        """SIGTERM a service and leave it stopped; return how long it took.

        Raises AssertionError beyond 30 s, after SIGKILL, as whoever runs containers would do.
        """
        self._held.add(name)
        begun = monotonic()
        os.kill(self.services.pid(name), signal.SIGTERM)
        try:
            await self.until(f"{name} ended", lambda: self.services.returncode(name) is not None, IN_ORDER_S)
        except AssertionError:
            self.services.kill(name)
            raise
        if status := self.services.returncode(name):
            raise AssertionError(f"{name} ended with status {status} after SIGTERM")
        return monotonic() - begun

    def start(self, name: str) -> None:
        """Start a service that was stopped in order."""
        if self.services.returncode(name) is not None:
            self.services.start(name)
        self._held.discard(name)

    @asynccontextmanager
    async def second_copy(self, name: str, *, killed: bool) -> AsyncIterator[None]:
        """Run one more copy of a service; it leaves in order, or is killed."""
        copy = Supervisor((name,), as_environment(self.own), logs=self.logs / "copy")
        copy.start(name)
        self.copies.append(copy)
        try:
            yield
            self.copies.remove(copy)
            os.kill(copy.pid(name), signal.SIGKILL if killed else signal.SIGTERM)
            await self.until(f"the copy of {name} ended", lambda: copy.returncode(name) is not None, IN_ORDER_S)
            self.back()
        finally:
            self.copies = [one for one in self.copies if one is not copy]
            copy.stop()

    def workers(self, name: str) -> list[psutil.Process]:
        """Return the worker processes of a service."""
        children = psutil.Process(self.services.pid(name)).children(recursive=True)
        return [child for child in children if any("spawn_main" in part for part in child.cmdline())]

    @asynccontextmanager
    async def away(self, server: ServerName) -> AsyncIterator[None]:
        """Kill a server at once; start it again at the end and wait until it answers."""
        async with self._unlent(server):
            await asyncio.to_thread(self.stack.kill, server)
            try:
                yield
            finally:
                await asyncio.to_thread(self.stack.restart, server)
                self.back()

    @asynccontextmanager
    async def frozen(self, server: ServerName) -> AsyncIterator[None]:
        """Stop a server in its tracks: connections stay, answers do not come."""
        async with self._unlent(server):
            os.killpg(self.stack.pid(server), signal.SIGSTOP)
            try:
                yield
            finally:
                os.killpg(self.stack.pid(server), signal.SIGCONT)
                self.back()

    @asynccontextmanager
    async def _unlent(self, server: ServerName) -> AsyncIterator[None]:
        """Keep those who hand over from a broker that is away: that is their affair, not the chain's."""
        if server != "kafka":
            yield
            return
        async with self.broker:
            yield

    # ── watch ──

    async def watch(self) -> None:
        """Bring back what was killed; take note of what fell by itself, and bring that back too."""
        while True:
            for supervisor in (self.services, *self.copies):
                self._look_after(supervisor)
            await asyncio.sleep(WATCH_EVERY_S)

    def _look_after(self, supervisor: Supervisor) -> None:
        if supervisor is self.services and self._held:
            return
        for name in supervisor.watch():
            if (id(supervisor), name) in self._killed:
                self._killed.discard((id(supervisor), name))
            else:
                self.fallen.append(f"{name} ended by itself with status {supervisor.returncode(name)}")


def _opened_long_ago() -> Callable[[], datetime]:
    """Return a clock that lags a day behind when it is first asked, and is right from then on."""
    late = [BEHIND]

    def now() -> datetime:
        return datetime.now(UTC) - (late.pop() if late else timedelta())

    return now


@asynccontextmanager
async def open_world(stack: Stack, folder: Path) -> AsyncIterator[World]:
    """Open a newsroom and start all services on a stack that runs."""
    room = Newsroom(publish_over_s=0, crawl_delay_s=0.001, directory=folder / "room", clock=_opened_long_ago())
    async with room:
        own = chain_settings(
            stack.endpoints,
            folder,
            room.outlets_dir,
            discovery=Discovery(feed_floor_s=45, feed_ceiling_s=45),
            streaming=Streaming(),
        )
        await set_up(own)
        logs = folder / "logs"
        services = Supervisor(SERVICES, as_environment(own), logs=logs)
        async with Witness(own) as witness:
            world = World(own, stack, room, services, witness, logs)
            world.expected.newsroom(room.expected())
            with services:
                watching = asyncio.create_task(world.watch())
                try:
                    yield world
                finally:
                    watching.cancel()
                    await asyncio.wait([watching])
