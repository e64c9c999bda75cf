"""The committable offset against a plain model: it may never pass a record that has not settled."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from marsad.streaming.window import OffsetWindow


def test_nothing_can_be_committed_before_a_delivery() -> None:
    """A partition without records keeps whatever was committed."""
    assert OffsetWindow().committable is None
    assert len(OffsetWindow()) == 0


def test_the_oldest_unsettled_record_holds_the_offset() -> None:
    """Later records that settled first are not passed."""
    window = OffsetWindow()
    window.deliver([5, 6, 7])
    window.settle([7, 6])

    assert window.committable == 5
    assert (window.unsettled, len(window)) == (1, 3)

    window.settle([5])

    assert window.committable == 8
    assert (window.unsettled, len(window)) == (0, 0)


def test_offsets_that_the_log_skips_are_no_gaps() -> None:
    """Transaction markers and compaction leave holes: only delivered offsets count."""
    window = OffsetWindow()
    window.deliver([10, 12, 20])
    window.settle([10])

    assert window.committable == 12

    window.settle([12, 20])

    assert window.committable == 21


def test_offset_zero_is_an_offset() -> None:
    """The first record of a partition holds the offset like any other."""
    window = OffsetWindow()
    window.deliver([0])

    assert window.committable == 0

    window.settle([0])

    assert window.committable == 1


@pytest.mark.parametrize("offsets", [[3, 3], [3, 2], [3, 4, 0]])
def test_an_offset_that_is_not_newer_is_refused(offsets: list[int]) -> None:
    """Within one assignment the log is read forwards; anything else would confuse what may be committed."""
    with pytest.raises(ValueError, match="was delivered after"):
        OffsetWindow().deliver(offsets)


@given(st.lists(st.integers(0, 1_000), unique=True, min_size=1).flatmap(st.permutations))
def test_when_all_have_settled_the_end_is_committable(order: Sequence[int]) -> None:
    """In whatever order records settle, one past the newest remains, and nothing is held in memory."""
    window = OffsetWindow()
    window.deliver(sorted(order))
    for offset in order:
        window.settle([offset])

    assert window.committable == max(order) + 1
    assert (window.unsettled, len(window)) == (0, 0)


class WindowAgainstModel(RuleBasedStateMachine):
    """Any interleaving of deliveries and settlements, beside a list that is searched from the front."""

    def __init__(self) -> None:
        super().__init__()
        self.window = OffsetWindow()
        self.delivered: list[int] = []
        self.settled: set[int] = set()

    @rule(steps=st.lists(st.integers(1, 3), max_size=5))
    def deliver(self, steps: list[int]) -> None:
        """Hand out records, some offsets skipped by the log."""
        for step in steps:
            offset = (self.delivered[-1] if self.delivered else -1) + step
            self.window.deliver([offset])
            self.delivered.append(offset)

    @precondition(lambda self: len(self.settled) < len(self.delivered))
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        """Settle some of what is under way."""
        open_ = [offset for offset in self.delivered if offset not in self.settled]
        chosen = data.draw(st.lists(st.sampled_from(open_), unique=True, max_size=4))
        self.window.settle(chosen)
        self.settled.update(chosen)

    @invariant()
    def agrees(self) -> None:
        """The window says what the model says."""
        unsettled = [offset for offset in self.delivered if offset not in self.settled]
        first = unsettled[0] if unsettled else None
        held = [] if first is None else [offset for offset in self.delivered if offset >= first]

        if not self.delivered:
            assert self.window.committable is None
        else:
            assert self.window.committable == (first if first is not None else self.delivered[-1] + 1)
        assert self.window.unsettled == len(unsettled)
        assert len(self.window) == len(held)


TestWindowAgainstModel = WindowAgainstModel.TestCase
