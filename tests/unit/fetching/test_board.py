"""Facts about the board of hosts: what is written, what is recalled, and what happens where nobody answers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

import pytest
from structlog.testing import capture_logs

from marsad.errors import MarsadError, SearchUnavailable
from marsad.fetching.board import PATIENCE_S, SILENT_S, WRITE_S, Board
from marsad.fetching.health import LONGEST_REST_S, OPENS_AFTER, Health
from marsad.fetching.politeness import HostClocks, Remembered
from marsad.fetching.turns import Turns
from marsad.search.hosts import HostBoard, HostState
from support.payloads import NOON
from unit.fetching.doubles import loop_clock, simulate

HOST, PAUSE = "ajil.example", 2.0


@dataclass
class _Index:
    """Elasticsearch, as far as the board knows it."""

    states: dict[str, HostState] = field(default_factory=dict)
    fails: MarsadError | None = None
    takes_s: float = 0.0
    asked: int = 0

    async def put(self, states: Sequence[HostState]) -> None:
        if self.fails:
            raise self.fails
        self.states |= {state.host: state for state in states}

    async def recall(self, host: str) -> HostState | None:
        self.asked += 1
        await asyncio.sleep(self.takes_s)
        if self.fails:
            raise self.fails
        return self.states.get(host)


def make_board(index: _Index, clocks: HostClocks) -> Board:
    """Return a board by the loop's clock."""
    return Board(cast("HostBoard", index), clocks, loop_clock)


def make_state(**fields: object) -> HostState:
    """Return what a former owner wrote."""
    given = {"pause_s": 10.0, "next_at": NOON, "failures": 0, "resting": False, "queued": 0, "archives": 0, "at": NOON}
    return HostState(HOST, **{**given, **fields})  # type: ignore[arg-type]


async def writing(index: _Index, clocks: HostClocks, seconds: float) -> None:
    """Let the board write for a while."""
    task = asyncio.create_task(make_board(index, clocks).write_regularly())
    await asyncio.sleep(seconds)
    task.cancel()


def test_hosts_that_were_used_are_written_within_seconds() -> None:
    """With pause, failures and queue; a host that nobody asks any more is not written again."""

    async def main() -> _Index:
        index, clocks = _Index(), HostClocks()
        now = loop_clock().timestamp()
        clocks.ended(HOST, PAUSE, now - 1, now, Health.ILL)
        for _ in range(20):
            clocks.reserve(HOST, PAUSE, now)
        await writing(index, clocks, WRITE_S + 0.1)
        state = index.states.pop(HOST)
        assert (state.pause_s, state.failures, state.resting) == (2 * PAUSE, 1, False)
        assert 10 <= state.queued <= 20
        await writing(index, clocks, 0)
        return index

    assert simulate(main()).states == {}


def test_what_is_known_is_written_when_hosts_are_given_up() -> None:
    """The next owner must not wait for the next regular writing; nothing is written twice."""

    async def main() -> None:
        index, clocks = _Index(), HostClocks()
        board = make_board(index, clocks)
        clocks.reserve(HOST, PAUSE, loop_clock().timestamp())
        await asyncio.sleep(0.1)
        await board.write()
        assert index.states.pop(HOST).pause_s == PAUSE
        await board.write()
        assert index.states == {}

    simulate(main())


def test_a_host_that_rests_says_so() -> None:
    """People see that it is left alone, and until when."""

    async def main() -> HostState:
        index, clocks = _Index(), HostClocks()
        now = loop_clock().timestamp()
        for _ in range(OPENS_AFTER):
            clocks.ended(HOST, PAUSE, now, now, Health.ILL)
        await writing(index, clocks, WRITE_S + 0.1)
        return index.states[HOST]

    state = simulate(main())
    assert state.resting
    assert state.next_at >= NOON + timedelta(seconds=59)


def test_a_new_host_begins_where_its_last_owner_left_it() -> None:
    """Its first request waits one full pause of the kind that was kept there, and longer where it rests."""

    async def main(state: HostState) -> float:
        index, clocks = _Index({HOST: state}), HostClocks()
        turns = Turns(clocks, loop_clock, recall=make_board(index, clocks).recall)
        slot = await turns.enter(HOST, PAUSE, None)
        return asyncio.get_running_loop().time() if slot is None else slot - NOON.timestamp()

    assert simulate(main(make_state(pause_s=5.0))) == pytest.approx(5)
    assert simulate(main(make_state(pause_s=0.1))) == pytest.approx(PAUSE)
    assert simulate(main(make_state(failures=9, next_at=NOON + timedelta(minutes=20)))) == pytest.approx(1_200)
    far = make_state(failures=9, next_at=NOON + timedelta(days=20))
    assert simulate(main(far)) == pytest.approx(LONGEST_REST_S)


def test_many_tasks_of_a_new_host_ask_the_board_once() -> None:
    """And again after the clocks were forgotten: the host may have had another owner."""

    async def main() -> int:
        index, clocks = _Index(takes_s=0.1), HostClocks()
        turns = Turns(clocks, loop_clock, recall=make_board(index, clocks).recall)
        await asyncio.gather(*(turns.enter(HOST, 100.0, None) for _ in range(50)))
        assert index.asked == 1
        turns.forget()
        await turns.enter(HOST, 100.0, None)
        return index.asked

    assert simulate(main()) == 2


@pytest.mark.parametrize("index", [_Index(fails=SearchUnavailable("away")), _Index(takes_s=60)])
def test_fetching_does_not_hang_on_elasticsearch(index: _Index) -> None:
    """After one answer that did not come at once, hosts begin as unknown ones for a while, unasked."""

    async def main() -> float:
        board = make_board(index, HostClocks())
        index.asked = 0
        for _ in range(100):
            assert await board.recall(HOST) is None
        assert index.asked == 1
        took = asyncio.get_running_loop().time()
        await asyncio.sleep(SILENT_S)
        await board.recall(HOST)
        assert index.asked == 2
        return took

    assert simulate(main()) <= PATIENCE_S


def test_what_cannot_be_written_is_said_once() -> None:
    """Every two seconds would fill the log."""

    async def main() -> None:
        clocks = HostClocks()
        clocks.reserve(HOST, 1_000.0, loop_clock().timestamp() + 1_000)
        await writing(_Index(fails=SearchUnavailable("away")), clocks, 10 * WRITE_S)

    with capture_logs() as lines:
        simulate(main())
    assert [line["event"] for line in lines] == ["hosts_not_written"]


def test_a_host_that_is_known_already_is_not_changed_by_memories() -> None:
    """What this fetcher has seen itself is newer."""
    clocks = HostClocks()
    clocks.ended(HOST, PAUSE, 0, 0)
    clocks.remember(HOST, PAUSE, 100.0, Remembered(50.0, 1_000.0, 9))
    assert clocks.reserve(HOST, PAUSE, 100.0) == 100.0
