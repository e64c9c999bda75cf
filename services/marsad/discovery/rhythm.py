"""A feed's own rhythm, and whether its silence is far longer than that.

A feed is taken for a Poisson process whose rate repeats by the week, as news sites keep hours and days of rest (Sia,
Cho and Cho, Efficient monitoring algorithm for fast news alerts, IEEE TKDE 19(7), 2007). The rate of each hour of the
week is learned from answers that brought news, older weeks counting less. Silence is measured not in hours but in the
news that those hours should have brought: a quiet night adds nothing. Measured so, the pauses of such a process are
exponential with mean 1, whatever its hours (Brown et al., The time-rescaling theorem, Neural Computation 14(2), 2002).
It is an alarm when EXPECTED arrivals are missing and when these are also TIMES as many as at the end of the longest
pause of the last weeks: real sites have holidays and bursts, and their pauses are longer than the model's.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from math import log
from typing import Any, Self

__all__ = ["Rhythm"]

HOURS = 168
HALF_LIFE_WEEKS = 3.0
EXPECTED = 5.0
TIMES = 2.5
WEEKS_KEPT = 8  # of longest pauses
KNOWN_AFTER = timedelta(days=8)  # a week with its days of rest, and a day
FEWEST = 10  # arrivals before anything is said
YOUNG_SILENCE = timedelta(days=3)  # is an alarm before the week is known, where it is also YOUNG_TIMES the mean pause
YOUNG_TIMES = 20
DIGITS = 3

_HOUR = timedelta(hours=1)
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a feed brought news.

    Attributes:
        began: when it was first read, ISO 8601 in UTC.
        last: when it last brought news (or was first read).
        arrivals: answers that brought news since it began.
        counts: arrivals by the hour of the week in UTC, Monday's first; weighed as at `last`.
        pauses: the longest pause that ended in a week, in arrivals that were missing, by the week's number.
    """

    began: str
    last: str
    arrivals: int = 0
    counts: tuple[float, ...] = (0.0,) * HOURS
    pauses: tuple[tuple[int, float], ...] = ()

    @classmethod
    def of(cls, source: dict[str, Any]) -> Self:
        """Read what `source` gave."""
        pauses = tuple((int(week), float(missing)) for week, missing in source["pauses"])
        return cls(source["began"], source["last"], source["arrivals"], tuple(source["counts"]), pauses)

    def source(self) -> dict[str, Any]:
        """Return it as JSON's types."""
        return asdict(self)

    def arrived(self, now: datetime) -> Self:
        """Return the rhythm after an answer with news; however much of it, for news comes in bursts."""
        last, week = datetime.fromisoformat(self.last), now.toordinal() // 7
        if now <= last:
            return self
        pauses = dict(self.pauses)
        pauses[week] = max(pauses.get(week, 0.0), round(self.missing(now), DIGITS))
        faded = 0.5 ** ((now - last) / _WEEK / HALF_LIFE_WEEKS)
        counts = [count * faded for count in self.counts]
        counts[_hour(now)] += 1
        return replace(
            self,
            last=now.isoformat(),
            arrivals=self.arrivals + 1,
            counts=tuple(round(count, DIGITS) for count in counts),
            pauses=tuple(sorted((one, missing) for one, missing in pauses.items() if one > week - WEEKS_KEPT)),
        )

    def silent(self, now: datetime) -> bool:
        """Whether it has been silent for far longer than its rhythm explains."""
        if self.arrivals < FEWEST:
            return False
        began, last = datetime.fromisoformat(self.began), datetime.fromisoformat(self.last)
        if last - began < KNOWN_AFTER:
            return now - last >= max(YOUNG_SILENCE, (last - began) / self.arrivals * YOUNG_TIMES)
        longest = max((missing for _, missing in self.pauses), default=0.0)
        return self.missing(now) >= max(EXPECTED, longest * TIMES)

    def missing(self, now: datetime) -> float:
        """Return how many arrivals were to be expected since the last one."""
        last = datetime.fromisoformat(self.last)
        whole, rest = divmod(now - last, _WEEK)
        expected = whole * sum(self.counts)
        moment, end = last, last + rest
        while moment < end:
            until = min(moment.replace(minute=0, second=0, microsecond=0) + _HOUR, end)
            expected += self._smoothed(_hour(moment)) * ((until - moment) / _HOUR)
            moment = until
        return expected / self._weeks(last)

    def _weeks(self, last: datetime) -> float:
        """Return how many weeks were watched, faded as the counts are."""
        age = max((last - datetime.fromisoformat(self.began)) / _WEEK, 1.0)
        return float((1 - 0.5 ** (age / HALF_LIFE_WEEKS)) * HALF_LIFE_WEEKS / log(2))

    def _smoothed(self, hour: int) -> float:
        """Return an hour's count with its neighbours': few weeks are few counts."""
        return self.counts[hour - 1] / 4 + self.counts[hour] / 2 + self.counts[(hour + 1) % HOURS] / 4


def _hour(moment: datetime) -> int:
    return moment.weekday() * 24 + moment.hour
