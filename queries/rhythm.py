"""Whether a channel has fallen silent, judged by its own rhythm.

Arrivals are counted as minutes in which at least one complaint was stored, so that a file of a
thousand is one arrival and not a thousand. From the last 30 days up to the last arrival follows
the rate of each hour of the week, as hour of the day times day of the week:

    rate(day, hour) = arrivals(hour) / hours watched(hour) * factor(day)

With such rates the number expected between the last arrival and now is their integral L, and if
arrivals are independent the probability that nothing came is exp(-L), the zero term of an
inhomogeneous Poisson process (D. R. Cox and P. A. W. Lewis, The Statistical Analysis of Series of
Events, 1966, chapter 2). Some days are busier than others for reasons that no calendar knows;
where the days of the channel vary more than Poisson counts would, the rate is itself taken for
gamma distributed anew each day, with the variance `spread` that the days show (method of moments),
and the zero term of a day is the negative binomial's, (1 + spread L)^(-1 / spread), which is
exp(-L) for spread 0.

The channel is silent from the instant at which that probability falls below 0.1%: whoever looks at
a sound channel at a moment of no consequence finds it wrongly called silent once in a thousand
times. Nothing is said of a channel with fewer than 30 arrivals in the period, or under a week old.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.instants import from_epoch

PERIOD_DAYS = 30
LEAST_ARRIVALS = 30  # in the period, before anything is said
LEAST_DAYS = 7  # from the first of them to the last
IMPLAUSIBLE = 0.001
_PRIOR = 1.0  # arrivals by which the factor of a day of the week is drawn towards 1
_LONGEST_WAIT = timedelta(days=120)
_HOUR = 3600
_WEEK, _DAY_HOURS = 7, 24

Array = NDArray[Any]


@dataclass(frozen=True)
class Rhythm:
    """Arrivals an hour by day of the week (0: Monday) and local hour, shape (7, 24)."""

    rates: Array
    arrivals: int
    spread: float  # of the days' rates: variance over squared mean, beyond chance
    last: datetime
    zone: ZoneInfo

    def expected(self, start: datetime, end: datetime) -> float:
        """Arrivals expected between two instants."""
        return sum(rate * hours for _day, rate, hours, _end in self._pieces(start, end))

    def chance_of_nothing(self, end: datetime) -> float:
        """The probability that nothing came from the last arrival to `end`, from 0 to 1."""
        expected: dict[Any, float] = {}
        for day, rate, hours, _end in self._pieces(self.last, end):
            expected[day] = expected.get(day, 0.0) + rate * hours
        return math.exp(-sum(self._weight(one) for one in expected.values()))

    def silent_from(self) -> datetime | None:
        """When silence becomes implausible unless something comes; None: not within months."""
        left, expected, today = -math.log(IMPLAUSIBLE), 0.0, None
        for day, rate, hours, end in self._pieces(self.last, self.last + _LONGEST_WAIT):
            if day != today:
                left, expected, today = left - self._weight(expected), 0.0, day
            if self._weight(expected + rate * hours) >= left:
                early = (expected + rate * hours - self._expected_for(left)) / rate
                return end - timedelta(hours=early)
            expected += rate * hours
        return None

    def _weight(self, expected: float) -> float:
        """-log of the probability that nothing comes on a day with so many expected."""
        return math.log1p(self.spread * expected) / self.spread if self.spread else expected

    def _expected_for(self, weight: float) -> float:
        return math.expm1(self.spread * weight) / self.spread if self.spread else weight

    def _pieces(self, start: datetime, end: datetime) -> Any:
        """Local date, rate, length in hours and end of each stretch within one local hour."""
        at = start
        while at < end:
            local = at.astimezone(self.zone)
            into = local.minute * 60 + local.second
            until = min(at + timedelta(seconds=_HOUR - into), end)
            yield (
                local.date(),
                float(self.rates[local.weekday(), local.hour]),
                (until - at).total_seconds() / _HOUR,
                until,
            )
            at = until


def learn_rhythm(recorded: Array, zone: ZoneInfo) -> Rhythm | None:
    """From when complaints were stored (UTC seconds, any order); None where they are too few."""
    if not len(recorded):
        return None
    last = int(recorded.max())
    minutes = np.unique(recorded[recorded > last - PERIOD_DAYS * 86_400] // 60) * 60
    first = max(last - PERIOD_DAYS * 86_400, int(recorded.min()))
    if len(minutes) < LEAST_ARRIVALS or last - first < LEAST_DAYS * 86_400:
        return None
    arrived, watched = _cells(minutes, zone), _cells(np.arange(first, last, _HOUR), zone)
    counts, hours = _counted(*arrived), _counted(*watched)
    profile = counts.sum(axis=0) / np.maximum(hours.sum(axis=0), 1)
    flat = hours @ profile
    rates = np.outer((counts.sum(axis=1) + _PRIOR) / (flat + _PRIOR), profile)
    spread = _spread(arrived[0], *watched, rates)
    return Rhythm(rates, len(minutes), spread, from_epoch(last), zone)


def local_days(instants: Array, zone: ZoneInfo) -> Array:
    """The local date of each instant (UTC seconds), as days since 1970-01-01."""
    return _cells(instants, zone)[0]


def _cells(instants: Array, zone: ZoneInfo) -> tuple[Array, Array]:
    """Local day since 1970-01-01, and hour of the day."""
    local = pd.to_datetime(instants, unit="s", utc=True).tz_convert(zone).tz_localize(None)
    seconds = local.to_numpy().astype("datetime64[s]").astype(np.int64)
    return seconds // 86_400, seconds % 86_400 // _HOUR


def _weekday(day: Array) -> Array:
    return (day + 3) % _WEEK  # 1970-01-01 was a Thursday


def _counted(day: Array, hour: Array) -> Array:
    counts = np.bincount(_weekday(day) * _DAY_HOURS + hour, minlength=_WEEK * _DAY_HOURS)
    return counts.reshape(_WEEK, _DAY_HOURS)


def _spread(arrived: Array, day: Array, hour: Array, rates: Array) -> float:
    """Variance of the days' rates over their squared mean, less what chance alone would give."""
    begin, length = day[0], day[-1] - day[0] + 1
    means = np.bincount(day - begin, rates[_weekday(day), hour], minlength=length)
    counts = np.bincount(np.clip(arrived - begin, 0, length - 1), minlength=length)
    return max(0.0, float((((counts - means) ** 2 - means).sum()) / (means**2).sum()))
