"""Where Faust skips a record, the process ends before it can commit past it."""

import json
import subprocess
import sys
from collections.abc import MutableMapping
from inspect import getsource, signature
from types import SimpleNamespace
from typing import Any

import pytest
from faust.transport.consumer import Consumer
from faust.types.tuples import TP, Message
from hypothesis import given
from hypothesis import strategies as st

from marsad.streaming import guard
from marsad.streaming.guard import EXIT_SKIPPED, Contiguity, install


class Ended(Exception):
    """Stands for the end of the process."""


def end(message: str) -> None:
    """End, as a test can see it."""
    raise Ended(message)


def test_records_that_follow_one_another_pass() -> None:
    """The usual case, from any first offset, each partition for itself."""
    contiguity = Contiguity(end)
    for offset in (7, 8, 9):
        contiguity.check("pages.fetched", 0, offset)
        contiguity.check("pages.fetched", 1, offset + 100)
        contiguity.check("feeds.fetched", 0, offset + 1_000)


def test_a_missing_record_ends_the_process() -> None:
    """One skipped offset is a lost record; the message says where."""
    contiguity = Contiguity(end)
    contiguity.check("pages.fetched", 3, 7)

    with pytest.raises(Ended, match=r"offset 9 of pages.fetched\[3\] came after 7"):
        contiguity.check("pages.fetched", 3, 9)


def test_a_missing_second_record_is_seen() -> None:
    """Faust's gaps began with the second record after an assignment, offset 0 first: no value is taken for none."""
    contiguity = Contiguity(end)
    contiguity.check("pages.fetched", 0, 0)

    with pytest.raises(Ended):
        contiguity.check("pages.fetched", 0, 2)


def test_a_redelivery_passes() -> None:
    """Going back is at-least-once delivery, not a loss; from there on, records follow one another again."""
    contiguity = Contiguity(end)
    for offset in (7, 8, 5, 6, 7, 8, 9):
        contiguity.check("pages.fetched", 0, offset)

    with pytest.raises(Ended):
        contiguity.check("pages.fetched", 0, 11)


def test_an_assignment_may_begin_anywhere() -> None:
    """While another member had the partition, it went on without us."""
    contiguity = Contiguity(end)
    contiguity.check("pages.fetched", 0, 7)
    contiguity.forget()
    contiguity.check("pages.fetched", 0, 100)


@given(st.integers(0, 50), st.sets(st.integers(0, 29), max_size=3))
def test_whatever_is_skipped_is_noticed(start: int, skipped: set[int]) -> None:
    """Of a run of records, the process ends exactly if one after the first and before the last is missing."""
    offsets = [start + index for index in range(30) if index not in skipped]
    contiguity = Contiguity(end)
    noticed = False
    try:
        for offset in offsets:
            contiguity.check("t", 0, offset)
    except Ended:
        noticed = True

    assert noticed == (offsets[-1] - offsets[0] != len(offsets) - 1)


class Broker:
    """Stands for a consumer whose broker keeps records from this offset on."""

    def __init__(self, start: int) -> None:
        self.start = start

    async def earliest_offsets(self, *partitions: TP) -> dict[TP, int]:
        return dict.fromkeys(partitions, self.start)


@pytest.fixture
def gaps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The guard is installed for a test; the gaps that Faust itself would pass over come here."""
    passed: list[tuple[int, int]] = []

    async def upstream(_: Broker, __: TP, offset_from: int, offset_to: int) -> None:
        passed.append((offset_from, offset_to))

    monkeypatch.setattr(Consumer, "_add_gap", Consumer._add_gap)  # undone after the test
    monkeypatch.setattr(Consumer, "ack", Consumer.ack)
    monkeypatch.setattr(guard, "_add_gap", upstream)
    monkeypatch.setattr(guard, "end_process", end)
    install()
    return passed


@pytest.mark.parametrize("start", [0, 3, 4])
async def test_fausts_own_handling_of_gaps_is_replaced(gaps: list[tuple[int, int]], start: int) -> None:
    """Faust would mark a gap as acknowledged; ours ends the process while the broker has any of what is missing."""
    add_gap: Any = Consumer._add_gap

    with pytest.raises(Ended, match=r"Faust skipped offsets 3 to 4 of TP\(topic='t', partition=0\)"):
        await add_gap(Broker(start), TP("t", 0), 3, 5)

    assert gaps == []


async def test_what_expired_unread_is_told_and_passed_over(
    gaps: list[tuple[int, int]], logs: list[MutableMapping[str, Any]]
) -> None:
    """No restart would bring it back: a process that ended there would end at every start."""
    add_gap: Any = Consumer._add_gap

    await add_gap(Broker(5), TP("t", 0), 3, 5)

    assert gaps == [(3, 5)]
    assert logs == [{"event": "records_expired", "log_level": "critical", "topic": "t", "partition": 0, "kept_from": 5}]


@pytest.mark.parametrize(("generation", "counted"), [(3, [7]), (2, [])])
def test_a_former_assignments_acknowledgement_does_not_count(
    monkeypatch: pytest.MonkeyPatch, generation: int, counted: list[int]
) -> None:
    """What was read before a rebalance is read again: its offset is earned by that reading alone."""
    monkeypatch.setattr(Consumer, "_add_gap", Consumer._add_gap)  # undone after the test
    monkeypatch.setattr(Consumer, "ack", Consumer.ack)
    install()
    message = Message(
        "t", 0, 7, timestamp=0.0, timestamp_type=0, headers=None, key=None, value=None, checksum=None,
        generation_id=generation,
    )  # fmt: skip
    consumer: Any = SimpleNamespace(
        app=SimpleNamespace(consumer_generation_id=3, topics=SimpleNamespace(acks_enabled_for=lambda _: True)),
        _committed_offset={message.tp: 7},
        _acked={message.tp: []},
        _acked_index={message.tp: set()},
        _unacked_messages=set(),
        _n_acked=0,
        _waiting_for_ack=None,
    )

    assert Consumer.ack(consumer, message) is bool(counted)
    assert consumer._acked[message.tp] == counted


def test_the_seam_in_faust_is_where_we_replace_it() -> None:
    """A new version of Faust that handles gaps elsewhere would switch the guard off unseen."""
    assert list(signature(Consumer._add_gap).parameters) == ["self", "tp", "offset_from", "offset_to"] or (
        Consumer._add_gap.__module__ == "marsad.streaming.guard"
    )
    assert "await self._add_gap(tp, r_offset + 1, offset)" in getsource(Consumer._drain_messages)


def test_the_process_ends_at_once_and_says_why() -> None:
    """No handler and no exit hook runs, so nothing is committed; one line of JSON tells the operator."""
    script = (
        "import atexit; from marsad.streaming.guard import Contiguity; from marsad.telemetry import configure\n"
        "configure('extraction', 'info')\n"
        "atexit.register(print, 'committed')\n"
        "watch = Contiguity()\n"
        "try:\n"
        "    watch.check('pages.fetched', 0, 1); watch.check('pages.fetched', 0, 3)\n"
        "finally:\n"
        "    print('cleaned up')\n"
    )

    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert ended.returncode == EXIT_SKIPPED
    assert ended.stdout == ""
    said = json.loads(ended.stderr.splitlines()[-1])
    assert said["detail"] == "offset 3 of pages.fetched[0] came after 1"
    assert (said["level"], said["service"]) == ("critical", "extraction")
    assert said["timestamp"].endswith("Z")


class Reader:
    """Stands for a consumer: what is committed, and where it was sent."""

    def __init__(self, committed: dict[str, int | None]) -> None:
        self.committed = committed
        self.anew: tuple[str, ...] = ()

    async def seek_to_beginning(self, *partitions: str) -> None:
        self.anew = partitions


async def test_going_back_begins_anew_where_nothing_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client itself stays where it has come to there, although what it has handed out was dropped."""

    async def upstream(consumer: Reader, *_: str) -> dict[str, int | None]:
        return consumer.committed

    monkeypatch.setattr(guard, "_seek_to_committed", upstream)
    reader = Reader({"a": 7, "b": None, "c": 0})
    seek: Any = guard._seek_back

    assert await seek(reader) == {"a": 7, "b": None, "c": 0}
    assert reader.anew == ("b", "c")


async def test_going_back_leaves_committed_partitions_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all are committed nothing begins anew."""

    async def upstream(consumer: Reader, *_: str) -> dict[str, int | None]:
        return consumer.committed

    monkeypatch.setattr(guard, "_seek_to_committed", upstream)
    reader = Reader({"a": 7})
    seek: Any = guard._seek_back
    await seek(reader)

    assert reader.anew == ()


def test_upstream_still_goes_nowhere_without_a_commit() -> None:
    """The day aiokafka begins anew by itself, the seam can go."""
    assert "if offset and offset > 0:" in getsource(guard._seek_to_committed)
