"""Feeding WARC files to the chain: pages out of them become tasks of their own, no faster than they are read."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from os import SEEK_END
from pathlib import Path

from marsad import outlets
from marsad.contracts.codec import Wire
from marsad.contracts.model import Task
from marsad.fetching.archived import MAX_HEAD, LeftOut, page_of
from marsad.outlets import Outlets
from marsad.settings import Settings
from marsad.streaming.outbox import Outbox
from marsad.streaming.outcome import Clock
from marsad.streaming.pace import until_read
from marsad.streaming.processor import now
from marsad.streaming.replay import write_tasks
from marsad.warc.reading import Bad, Record, records

TOPIC = "pages.fetched"
BATCH = 100  # pages written before the place of extraction is looked at again
BATCH_BYTES = 16 * 1024 * 1024
NAMED = 20  # bad records


@dataclass(slots=True)
class Tally:
    """What files have given so far.

    Attributes:
        position: bytes of all files that were read.
        pages: records that give a page.
        written: pages acknowledged by the broker.
        too_large: pages that do not fit their topic.
        waiting: records before the service that reads the topic, when it was looked last.
        left_out: records that give no page, by reason.
        bad: places that are no record.
        named: file, offset and cause of the first of them.
    """

    position: int = 0
    pages: int = 0
    written: int = 0
    too_large: int = 0
    waiting: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    bad: int = 0
    named: list[str] = field(default_factory=list)


Seen = Callable[[Tally], None]
"""Is told after each record that was read, and while the reader of the topic is waited for."""


@dataclass(slots=True)
class _Feed:
    """The files' pages on their way to the broker; without an outbox they are counted alone."""

    own: Settings
    outlets: Outlets
    generation: int
    seen: Seen
    clock: Clock
    outbox: Outbox | None = None
    batch: list[tuple[Wire, Task]] = field(default_factory=list)
    held: int = 0
    tally: Tally = field(default_factory=Tally)

    async def read(self, path: Path) -> None:
        cap = self.own.fetching.max_bytes
        before = self.tally.position
        with path.open("rb") as stream:
            for one in records(stream, cap + MAX_HEAD):
                self._take(path, one)
                self.tally.position = before + stream.tell()
                self.seen(self.tally)
                if len(self.batch) >= BATCH or self.held >= BATCH_BYTES:
                    await self.flush()
            self.tally.position = before + stream.seek(0, SEEK_END)

    def _take(self, path: Path, one: Record | Bad) -> None:
        if isinstance(one, Bad):
            self.tally.bad += 1
            if len(self.tally.named) < NAMED:
                self.tally.named.append(f"{path}, byte {one.offset}: {one.why}")
            return
        try:
            made = page_of(one, self.outlets, self.generation, self.own.fetching.max_bytes, self.clock())
        except LeftOut as why:
            self.tally.left_out[str(why)] += 1
            return
        self.tally.pages += 1
        if self.outbox:
            self.batch.append(made)
            self.held += made[0].size

    async def flush(self) -> None:
        if not self.outbox or not self.batch:
            return
        refused = await write_tasks(self.outbox, self.batch, self.clock())
        self.tally.written += len(self.batch) - len(refused)
        self.tally.too_large += len(refused)
        self.batch, self.held = [], 0
        await until_read(self.own, {TOPIC}, self._wait)

    def _wait(self, waiting: int) -> None:
        self.tally.waiting = waiting
        self.seen(self.tally)


async def replay_files(
    own: Settings, paths: Sequence[Path], generation: int, seen: Seen, *, dry_run: bool = False, clock: Clock = now
) -> Tally:
    """Write the pages of WARC files to `pages.fetched` and their tasks' beginning to the ledger.

    Args:
        own: where the broker is, caps, outlets.
        paths: in the order in which they are read; of one page, what comes later counts as newer only if it is.
        generation: of the new tasks.
        seen: is told how far it is.
        dry_run: only count.
        clock: gives now.

    Raises:
        BrokerUnavailable: Kafka is away. What was written stays; repeating the replay does it no harm.
        OSError: a file cannot be read.
    """
    newsroom = outlets.load(own.outlets_dirs, builtin=own.builtin_outlets)
    feed = _Feed(own, newsroom, generation, seen, clock)
    if dry_run:
        for path in paths:
            await feed.read(path)
        return feed.tally
    feed.outbox = Outbox(own)
    await feed.outbox.start()
    try:
        for path in paths:
            await feed.read(path)
        await feed.flush()
    finally:
        await feed.outbox.stop()
    return feed.tally
