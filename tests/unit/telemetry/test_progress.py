"""Health that means progress: what the broker says, held against the clock."""

import pytest

from marsad.errors import BrokerUnavailable, HeldBack, SearchUnavailable, Unavailable
from marsad.telemetry import hand, waits
from marsad.telemetry import progress as module
from marsad.telemetry.metrics import HELD, LAG, OLDEST_AGE, UNSETTLED
from marsad.telemetry.progress import LOOP_S, PATIENCE_S, Place, Progress

LIMIT_S = 60.0
LANE_S = 600.0
FIRST, SECOND, LANE = ("urls.found", 0), ("urls.found", 1), ("urls.retry.10m", 0)


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of all that is tested here."""
    own = Clock()
    for name in ("monotonic", "time"):
        monkeypatch.setattr(module, name, own)
    monkeypatch.setattr(waits, "monotonic", own)
    monkeypatch.setattr(hand, "monotonic", own)
    monkeypatch.setattr(hand, "_done_at", [float("-inf")])
    return own


@pytest.fixture
def progress(clock: Clock) -> Progress:
    """The progress of a service with one topic and one lane."""
    assert clock
    return Progress({"urls.found": 0.0, "urls.retry.10m": LANE_S}, LIMIT_S)


def pass_s(clock: Clock, own: Progress, seconds: float) -> None:
    """Let time pass while the event loop runs."""
    clock.now += seconds
    own.beat()


def test_before_the_first_look_it_is_starting(progress: Progress) -> None:
    """Nobody knows yet, so nobody says that it is well."""
    assert (progress.health().state, progress.health().well) == ("starting", False)


def test_with_nothing_to_do_it_is_idle_however_long(progress: Progress, clock: Clock) -> None:
    """A quiet night is no standstill."""
    for _ in range(3):
        progress.look({FIRST: Place(5, 5)}, {FIRST})
        pass_s(clock, progress, 10 * LIMIT_S)

    assert (progress.health().state, progress.health().well) == ("idle", True)


def test_a_batch_of_documents_that_all_hang_is_no_standstill(progress: Progress, clock: Clock) -> None:
    """While workers get through with one after the other; a restart would begin the batch anew. Then it is one."""
    progress.look({FIRST: Place(5, 10)}, {FIRST})
    for _ in range(5):
        pass_s(clock, progress, LIMIT_S - 1)
        hand.document_done()
        assert progress.health().state == "working"

    pass_s(clock, progress, LIMIT_S + 1)
    assert progress.health().state == "stuck"


def test_while_offsets_advance_it_works_however_much_waits(progress: Progress, clock: Clock) -> None:
    """A backlog is no illness."""
    for offset in range(5):
        progress.look({FIRST: Place(offset, 10_000)}, {FIRST})
        pass_s(clock, progress, LIMIT_S - 1)

    assert (progress.health().state, progress.health().well) == ("working", True)


def test_records_that_wait_without_progress_are_a_standstill(progress: Progress, clock: Clock) -> None:
    """The reason names topic, partition, number and time."""
    for _ in range(3):
        progress.look({FIRST: Place(5, 8), SECOND: Place(1, 1)}, {FIRST, SECOND})
        pass_s(clock, progress, LIMIT_S)
    health = progress.health()

    assert (health.state, health.well) == ("stuck", False)
    assert "3 records wait in urls.found[0] and none was committed for 180 s" in health.reason


def test_the_first_record_after_a_quiet_time_is_no_standstill(progress: Progress, clock: Clock) -> None:
    """The clock runs from the moment at which something waits."""
    progress.look({FIRST: Place(5, 5)}, {FIRST})
    pass_s(clock, progress, 100 * LIMIT_S)
    progress.look({FIRST: Place(5, 6)}, {FIRST})
    pass_s(clock, progress, LIMIT_S - 1)

    assert progress.health().state == "working"


def test_a_lane_lies_still_on_purpose(progress: Progress, clock: Clock) -> None:
    """Its delay comes on top of the limit."""
    for _ in range(2):
        progress.look({LANE: Place(0, 3)}, {LANE})
        pass_s(clock, progress, LIMIT_S + LANE_S - 1)
        assert progress.health().state == "working"
        pass_s(clock, progress, -LIMIT_S - LANE_S + 1)
    pass_s(clock, progress, LIMIT_S + LANE_S + 1)

    assert progress.health().state == "stuck"


def test_another_members_partition_is_another_members_illness(progress: Progress, clock: Clock) -> None:
    """What this process does not read, a restart of it would not move."""
    progress.look({FIRST: Place(0, 3), SECOND: Place(0, 3)}, {SECOND})
    pass_s(clock, progress, LIMIT_S / 2)
    progress.look({FIRST: Place(0, 3), SECOND: Place(2, 3)}, {SECOND})
    pass_s(clock, progress, LIMIT_S / 2 + 1)

    assert progress.health().state == "working"


def test_alive_idle_and_out_of_the_group_is_a_standstill(progress: Progress, clock: Clock) -> None:
    """A consumer that has left reads nothing and commits nothing; that it is assigned nothing is no excuse."""
    for _ in range(3):
        progress.look({FIRST: Place(5, 9)}, set())
        pass_s(clock, progress, LIMIT_S)

    assert progress.health().state == "stuck"


def test_a_loop_that_stands_still_is_a_standstill(progress: Progress, clock: Clock) -> None:
    """Nothing else would say so: whoever looks at the broker stands still, too."""
    progress.look({FIRST: Place(5, 5)}, {FIRST})
    clock.now += max(LIMIT_S, LOOP_S) + 1

    assert "event loop has not run for 61 s" in progress.health().reason


@pytest.mark.parametrize(
    ("error", "state", "well", "server"),
    [
        (SearchUnavailable("flood stage"), "waiting", False, "elasticsearch"),
        (BrokerUnavailable("away"), "waiting", False, "kafka"),
        (HeldBack("20001 records wait"), "held_back", True, "pressure"),
    ],
)
def test_a_server_that_is_away_is_waited_for(
    error: Unavailable, state: str, well: bool, server: str, progress: Progress, clock: Clock
) -> None:
    """It is no standstill of ours, and what follows has a fresh start; held back on purpose is well."""
    with waits.waiting() as wait:
        wait.on(error)
        wait.on(error)
        for _ in range(3):
            progress.look({FIRST: Place(5, 9)}, {FIRST})
            pass_s(clock, progress, 2 * LIMIT_S)
        health = progress.health()
        assert HELD.labels(server)._value.get() == 1

        assert (health.state, health.well) == (state, well)
        assert str(error) in health.reason
        progress.look({FIRST: Place(5, 9)}, {FIRST})
    pass_s(clock, progress, LIMIT_S - 1)

    assert progress.health().state == "working"
    assert HELD.labels(server)._value.get() == 0
    assert waits.longest() is None


def test_a_short_wait_is_not_worth_a_word(progress: Progress, clock: Clock) -> None:
    """A connection that was closed is opened again."""
    progress.look({FIRST: Place(5, 5)}, {FIRST})
    with waits.waiting() as wait:
        wait.on(SearchUnavailable("away"))
        pass_s(clock, progress, PATIENCE_S - 1)

        assert progress.health().state == "idle"


def test_a_wait_that_ends_can_begin_anew(clock: Clock) -> None:
    """Its time is counted from the first refusal of each."""
    with waits.waiting() as wait:
        wait.on(SearchUnavailable("one"))
        clock.now += 50
        wait.end()
        assert waits.longest() is None
        wait.on(BrokerUnavailable("two"))

        assert (wait.server, wait.since) == ("kafka", clock.now)


def test_the_gauges_tell_what_was_seen(progress: Progress, clock: Clock) -> None:
    """Lag over all partitions; the age is that of the oldest in hand, else how long nothing has advanced."""
    progress.look({FIRST: Place(5, 9), SECOND: Place(0, 2)}, {FIRST})
    assert LAG.labels("urls.found")._value.get() == 6

    with hand.in_hand("urls.found", 4, clock.now - 30):
        assert progress.age_s("urls.found") == 30
        assert UNSETTLED.labels("urls.found")._value.get() == 4
    assert UNSETTLED.labels("urls.found")._value.get() == 0

    pass_s(clock, progress, 7)
    assert progress.age_s("urls.found") == 7
    shown = {one.labels["topic"]: one.value for metric in OLDEST_AGE.collect() for one in metric.samples}
    assert shown["urls.found"] == 7
    progress.look({FIRST: Place(9, 9), SECOND: Place(2, 2)}, {FIRST})
    assert progress.age_s("urls.found") == 0


def test_a_record_of_a_lane_is_as_old_as_it_is_overdue(progress: Progress, clock: Clock) -> None:
    """What lies there on purpose is not old."""
    progress.look({LANE: Place(0, 1)}, {LANE})
    pass_s(clock, progress, LANE_S - 1)
    assert progress.age_s(LANE[0]) == 0

    pass_s(clock, progress, 11)
    assert progress.age_s(LANE[0]) == 10
