"""Reports of one task merge into one state, whatever their order and number."""

from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.contracts.states import State

reports = st.lists(st.sampled_from(State), min_size=1)


def stronger(left: State, right: State) -> State:
    """Merge as readers of the ledger do."""
    return max(left, right, key=lambda state: state.rank)


def test_ranks_are_a_total_order() -> None:
    """No two states are equally strong, so a merge never depends on chance; the declared order is the order."""
    ranks = [state.rank for state in State]

    assert ranks == sorted(set(ranks))
    assert ranks[0] > 0


def test_the_stored_ranks_do_not_move() -> None:
    """Ranks are versions of stored documents: a state inserted in the middle would outrank reports already stored."""
    assert {state.value: state.rank for state in State} == {
        "discovered": 10,
        "quarantined": 20,
        "unreachable": 30,
        "refused": 40,
        "blocked": 50,
        "gone": 60,
        "not_article": 70,
        "duplicate": 80,
        "unchanged": 90,
        "read": 100,
        "reprocessed": 110,
        "indexed": 120,
    }


def test_only_discovered_is_in_flight() -> None:
    """Every state but the first ends a task; any end is stronger than being in flight."""
    assert [state for state in State if not state.terminal] == [State.DISCOVERED]
    assert all(stronger(State.DISCOVERED, state) is state for state in State)


@pytest.mark.parametrize("weaker", [state for state in State if state is not State.INDEXED])
def test_indexed_is_the_strongest(weaker: State) -> None:
    """A searchable article is never reported away by the redelivery of an older record."""
    assert stronger(State.INDEXED, weaker) is State.INDEXED


@given(reports)
def test_merging_takes_no_account_of_order(given_reports: list[State]) -> None:
    """Whichever way reports arrive, the task ends in the same state."""
    merged = reduce(stronger, given_reports)

    assert {reduce(stronger, order) for order in permutations(given_reports[:4])} == {
        reduce(stronger, given_reports[:4])
    }
    assert reduce(stronger, reversed(given_reports)) is merged


@given(reports)
def test_merging_takes_no_account_of_repetition(given_reports: list[State]) -> None:
    """A report that is delivered again changes nothing."""
    assert reduce(stronger, [*given_reports, *given_reports]) is reduce(stronger, given_reports)
