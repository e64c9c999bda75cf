"""Facts about host clocks."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.fetching import politeness
from marsad.fetching.politeness import AT_ONCE_S, FIRST_GUESS, SPARSE_S, HostClocks

HOST, PAUSE, NOW = "ajil.example", 2.0, 1_800_000_000.0


def seen_host(now: float = NOW) -> HostClocks:
    """Return clocks that know HOST, whose pause has passed and whose answers take no time."""
    clocks = HostClocks()
    clocks.ended(HOST, PAUSE, now - 100, now - 100)
    for _ in range(200):
        clocks.ended(HOST, PAUSE, now - 10, now - 10)
    return clocks


def test_an_unknown_host_waits_one_full_pause() -> None:
    """Another process may have asked it a moment ago."""
    assert HostClocks().reserve(HOST, PAUSE, NOW) == NOW + PAUSE
    assert HostClocks().free_at(HOST, PAUSE, NOW) == NOW + PAUSE


def test_a_known_host_that_has_rested_is_free_at_once() -> None:
    """The pause counts from the end of the last request."""
    assert seen_host().reserve(HOST, PAUSE, NOW) == NOW


def test_the_pause_counts_from_the_end_of_a_request() -> None:
    """However long the request took."""
    clocks = HostClocks()
    clocks.ended(HOST, PAUSE, started=NOW, now=NOW + 1.5)
    assert clocks.free_at(HOST, PAUSE, NOW + 2) == NOW + 3.5
    assert clocks.reserve(HOST, PAUSE, NOW + 2) == NOW + 3.5


def test_hosts_do_not_know_each_other() -> None:
    """A slow host delays nobody else."""
    clocks = seen_host()
    clocks.push_back("slow.example", PAUSE, NOW, NOW + 3_600)
    assert clocks.reserve(HOST, PAUSE, NOW) == NOW


@given(st.lists(st.floats(0, 30), min_size=1, max_size=50), st.floats(0, 60), st.floats(0, 30))
def test_slots_of_a_host_are_apart_by_its_pause_and_its_answers(gaps: list[float], pause: float, took: float) -> None:
    """No two tasks claim one moment, and no slot lies in the past."""
    clocks = HostClocks()
    clocks.ended(HOST, pause, NOW - took, NOW)
    slots, now = [], NOW
    for gap in gaps:
        now += gap
        slots.append(clocks.reserve(HOST, pause, now))
        assert slots[-1] >= now
    for earlier, later in pairwise(slots):
        assert later - earlier >= pause + took - 1e-3


def test_far_slots_of_a_quick_host_are_sparse() -> None:
    """Without that, all tasks of a quick host's long queue would come due in the window at once."""
    clocks = HostClocks()
    slots = [clocks.reserve(HOST, 0.01, NOW) for _ in range(600)]
    for earlier, later in pairwise(slots):
        assert later - earlier >= (SPARSE_S if earlier > NOW + AT_ONCE_S + 0.1 else 0.01) - 1e-3
    assert sum(1 for slot in slots if slot - NOW < AT_ONCE_S) > 200


def test_answers_that_take_longer_count_at_once_and_shorter_ones_slowly() -> None:
    """Too long a guess costs a little time, too short a one costs tasks a new slot."""
    clocks = seen_host()

    def stride() -> float:
        first = clocks.reserve(HOST, PAUSE, NOW)
        return clocks.reserve(HOST, PAUSE, NOW) - first

    assert stride() == pytest.approx(PAUSE, abs=0.01)
    clocks.ended(HOST, PAUSE, NOW - 8, NOW)
    assert stride() == pytest.approx(8 + 8, abs=0.01)  # the pause has grown too
    for _ in range(3):
        clocks.ended(HOST, PAUSE, NOW, NOW)
    assert PAUSE + 5 < stride() < PAUSE + 6


def test_the_first_guess_leaves_room() -> None:
    """Nothing is known yet of how long the host's answers take."""
    clocks = HostClocks()
    first = clocks.reserve(HOST, PAUSE, NOW)
    assert clocks.reserve(HOST, PAUSE, NOW) - first == pytest.approx(PAUSE * (1 + FIRST_GUESS))


def test_a_host_that_asks_for_rest_gets_it() -> None:
    """Pushing back never brings a slot forward."""
    clocks = seen_host()
    clocks.push_back(HOST, PAUSE, NOW, NOW + 120)
    clocks.push_back(HOST, PAUSE, NOW, NOW + 60)
    assert clocks.free_at(HOST, PAUSE, NOW) == NOW + 120
    assert clocks.reserve(HOST, PAUSE, NOW) == NOW + 120
    clocks.ended(HOST, PAUSE, NOW, NOW + 1)
    assert clocks.free_at(HOST, PAUSE, NOW) == NOW + 120


def test_a_slot_is_not_before_what_is_asked() -> None:
    """A task that can only come back through a lane takes no slot that would pass meanwhile."""
    assert seen_host().reserve(HOST, PAUSE, NOW, not_before=NOW + 10) == NOW + 10


def test_a_slot_that_another_process_reserved_is_learnt() -> None:
    """After an assignment, new tasks queue behind the old ones that still come out of the lanes."""
    clocks = HostClocks()
    clocks.learn(HOST, NOW + 500, PAUSE, NOW)
    assert clocks.reserve(HOST, PAUSE, NOW) >= NOW + 500 + PAUSE
    clocks.learn(HOST, NOW + 3, PAUSE, NOW)
    assert clocks.reserve(HOST, PAUSE, NOW) >= NOW + 500 + 2 * PAUSE


def test_forgetting_makes_every_host_unknown() -> None:
    """After an assignment the first request to a host waits one full pause."""
    clocks = seen_host()
    clocks.forget()
    assert clocks.reserve(HOST, PAUSE, NOW) == NOW + PAUSE


def test_memory_is_bounded_and_keeps_the_hosts_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site with endless sub-domains makes others wait a full pause, never less."""
    monkeypatch.setattr(politeness, "MAX_HOSTS", 100)
    clocks = seen_host()
    for number in range(1_000):
        clocks.reserve(f"{number}.flood.example", PAUSE, NOW)
        clocks.free_at(HOST, PAUSE, NOW)
    assert len(clocks._hosts) == 100
    assert clocks.reserve(HOST, PAUSE, NOW) == NOW
    for number in range(100):
        clocks.reserve(f"{number}.flood.example", PAUSE, NOW)
    assert clocks.reserve(HOST, PAUSE, NOW) == NOW + PAUSE
