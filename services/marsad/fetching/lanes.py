"""Which retry lane brings a task back in time. A lane's delay is fixed, so a lane is a step, not an alarm clock."""

from marsad.contracts.topics import LANES

SHORTEST_S = min(LANES.values())
_LONGEST_FIRST = sorted(LANES, key=LANES.__getitem__, reverse=True)
_GROWING = _LONGEST_FIRST[::-1]


def lane_before(seconds: float) -> str:
    """Return the longest lane that is not longer than `seconds`; the shortest lane where none is.

    A task with `s` seconds to go passes through at most digit-sum lanes: with 10 s, 1 m, 10 m and 1 h, that is at
    most 5 + 9 + 5 passes for a slot within the hour, and each pass brings it nearer.
    """
    return next((lane for lane in _LONGEST_FIRST if LANES[lane] <= seconds), _GROWING[0])


def delay_after(attempts: int) -> float:
    """Return the seconds to wait after so many failed attempts (from 1): the lanes' delays, growing."""
    return float(LANES[_GROWING[min(attempts, len(_GROWING)) - 1]])
