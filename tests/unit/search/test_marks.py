"""Marks on dead letters."""

from datetime import UTC, datetime
from typing import Any

import pytest

from marsad.search.marks import Mark, Marks
from marsad.search.names import Names
from support.state import MemoryState

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def marks() -> Marks:
    """Marks kept in memory."""
    client: Any = None  # never asked
    made = Marks(client, Names("t-"))
    made._state = MemoryState()
    return made


async def test_a_mark_is_what_was_done_last(marks: Marks) -> None:
    """Replays are counted; a letter that is dropped after one keeps the count."""
    await marks.put(["a", "b"], "replayed", AT)
    await marks.put(["a"], "replayed", LATER)
    await marks.put(["b"], "dropped", LATER)

    assert await marks.read(["a", "b", "c"]) == {"a": Mark("replayed", LATER, 2), "b": Mark("dropped", LATER, 1)}


async def test_a_letter_named_twice_is_marked_once(marks: Marks) -> None:
    """One decision is one mark."""
    await marks.put(["a", "a"], "replayed", AT)

    assert await marks.read(["a"]) == {"a": Mark("replayed", AT, 1)}


async def test_marking_nothing_asks_nothing(marks: Marks) -> None:
    """Where no letter went back there is nothing to mark."""
    await marks.put([], "dropped", AT)

    assert isinstance(marks._state, MemoryState)
    assert marks._state.writes == 0


def test_marks_have_an_index_of_their_own() -> None:
    """It is created with the others by `marsad setup`."""
    assert Names("t-").state_letters == "t-state-letters-v1"
    assert Names("t-").state_letters in Names("t-").fixed
