"""The window engine against a plain model: assigned, delivered, settled, committed, revoked, crashed, replayed."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from marsad.streaming import window_runner as module
from marsad.streaming.effects import RawMessage
from marsad.streaming.service import Service, Source
from marsad.streaming.topics import load_topics
from marsad.streaming.window_runner import WindowRunner
from unit.streaming.test_window_runner import OWN, PART, FakeConsumer
from unit.streaming.windows import Work, messages, settle, unused

BATCH = 3
IN_FLIGHT = 3


class Log:
    """One partition on a broker: its records, the group's place in it, and which of them had their effects."""

    def __init__(self) -> None:
        self.offsets: list[int] = []
        self.committed = 0
        self.settled: set[int] = set()

    def append(self, hole: int) -> None:
        """Write a record; the log itself skips so many offsets before it (transaction markers, compaction)."""
        self.offsets.append((self.offsets[-1] + 1 if self.offsets else 0) + hole)


class Settling(Work):
    """Work that notes, at the moment when it is done, that its effects are acknowledged."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self.log = log

    async def process(self, messages: Sequence[RawMessage]) -> None:
        await super().process(messages)
        self.log.settled.update(message.offset for message in messages)

    def under_way(self) -> list[int]:
        """Return the first offsets of batches that have not been told to end."""
        return [batch[0] for batch in self.begun if batch not in self.cancelled and not self.doors[batch[0]].is_set()]


class Member(FakeConsumer):
    """A member of the group: a runner, its work, and the connection that its commits go through."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self.log = log
        self.work = Settling(log)
        self.read = log.committed

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        await super().commit(offsets)
        assert offsets[PART] >= self.log.committed, "a commit went back"
        self.log.committed = offsets[PART]

    async def join(self) -> None:
        """Get the partition."""
        service = Service("fetching", "window", (Source("urls.discovered", unused, BATCH, IN_FLIGHT),))
        processors: Any = {"urls.discovered": self.work}
        self.runner = WindowRunner(service, processors, load_topics(OWN), OWN)
        await self.runner._consumer.stop()
        self.runner._consumer = self
        await self.runner.on_partitions_assigned([PART])

    def deliver(self, count: int) -> None:
        """Hand the next records of the log to the runner."""
        found = [offset for offset in self.log.offsets if offset >= self.read][:count]
        if found:
            self.read = found[-1] + 1
            self.runner._partitions[PART].put(messages(*found))

    async def crash(self) -> None:
        """End as a SIGKILL ends: whatever was under way is gone, and nothing more is committed."""
        state = self.runner._partitions.pop(PART, None)
        if state is not None:
            for task in (state._pump, *state._batches):
                task.cancel()
            await asyncio.wait({state._pump, *state._batches})
        self.runner._failed.cancel()


class DeliveryAgainstModel(RuleBasedStateMachine):
    """Members come and go, crash and are cut off, while records settle in any order.

    The model is a log: its records, which of them had their effects, and the committed offset. After every step all
    runs that can run, so that a failing example reads like a story.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.log = Log()
        self.member: Any = None  # the present one
        self.ghosts: list[Member] = []  # they lost the partition, and do not know it yet

    def run(self, *steps: Awaitable[Any]) -> None:
        """Let steps and what follows from them run."""

        async def all_of_it() -> None:
            for step in steps:
                await step
            await settle()

        self.loop.run_until_complete(all_of_it())

    @rule(holes=st.lists(st.integers(0, 2), min_size=1, max_size=8))
    def write(self, holes: list[int]) -> None:
        """Records come, some with holes before them."""
        for hole in holes:
            self.log.append(hole)

    @precondition(lambda self: self.member is None)
    @rule()
    def assign(self) -> None:
        """A member begins at the committed offset: what was not committed is delivered again."""
        self.member = Member(self.log)
        self.run(self.member.join())

    @precondition(lambda self: self.member)
    @rule(count=st.integers(1, 12))
    def deliver(self, count: int) -> None:
        """The member reads on."""
        self.member.deliver(count)
        self.run()

    @precondition(lambda self: self.working())
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        """Some batches end, of the present member or of one that was cut off; in any order."""
        work = data.draw(st.sampled_from(self.working()))
        for first in data.draw(st.permutations(work.under_way())):
            if data.draw(st.booleans()):
                work.finish(first)
        self.run()

    @precondition(lambda self: self.member)
    @rule(refused=st.booleans())
    def commit(self, refused: bool) -> None:
        """The timer commits; the broker may refuse."""
        self.member.error = CommitFailedError() if refused else None
        self.run(self.member.runner._commit([PART]))
        self.member.error = None

    @precondition(lambda self: self.member)
    @rule(late=st.integers(0, IN_FLIGHT))
    def revoke(self, late: int) -> None:
        """The partition leaves in order; some batches end at that very moment, others are given up."""
        for first in self.member.work.under_way()[:late]:
            self.member.work.finish(first)
        self.run(self.member.runner.on_partitions_revoked([PART]), self.member.crash())
        self.member = None

    @precondition(lambda self: self.member)
    @rule()
    def crash(self) -> None:
        """The member is killed."""
        self.run(self.member.crash())
        self.member = None

    @precondition(lambda self: self.member)
    @rule()
    def cut_off(self) -> None:
        """The broker gives the partition away (the rebalance took too long); the member works on, its commits fail."""
        self.member.error = CommitFailedError()
        self.ghosts.append(self.member)
        self.member = None

    @precondition(lambda self: self.ghosts)
    @rule()
    def haunt(self) -> None:
        """A member that was cut off commits, learns that it has lost the partition, and lets go."""
        ghost = self.ghosts.pop()
        self.run(ghost.runner._commit([PART]), ghost.runner.on_partitions_revoked([PART]), ghost.crash())

    def working(self) -> list[Settling]:
        """Return what has batches under way."""
        members = [*self.ghosts, *([self.member] if self.member else [])]
        return [member.work for member in members if member.work.under_way()]

    @invariant()
    def nothing_is_passed_before_it_settled(self) -> None:
        """Whatever the group would not read again has had its effects."""
        assert {offset for offset in self.log.offsets if offset < self.log.committed} <= self.log.settled

    def teardown(self) -> None:
        """In the end, however it came, one more member reads the rest: every record settles at least once."""
        for member in (*self.ghosts, *([self.member] if self.member else [])):
            self.run(member.crash())
        last = Member(self.log)
        last.work.is_open = True
        self.run(last.join())
        last.deliver(len(self.log.offsets))
        for _ in self.log.offsets:
            self.run()
        self.run(last.runner.on_partitions_revoked([PART]), last.crash())
        self.loop.close()

        assert set(self.log.offsets) == self.log.settled
        assert self.log.committed == (self.log.offsets[-1] + 1 if self.log.offsets else 0)


class TestDelivery(DeliveryAgainstModel.TestCase):  # type: ignore[misc,valid-type]  # made by hypothesis
    """Any course of events."""

    settings = settings(max_examples=25, stateful_step_count=20, deadline=None)

    @pytest.fixture(autouse=True)
    def short_grace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Give up what does not end at once."""
        monkeypatch.setattr(module, "GRACE_S", 0.001)
