"""Kaplan–Meier to the second, of many groups of clocks at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.kpi.model import measured
from queries.measured import Measured
from queries.survival import Curves, TimedCurves, follow
from queries.values import wilson_interval

_TIME_BITS = 32  # a clock of 136 years
_TIME = (1 << _TIME_BITS) - 1
Array = NDArray[Any]


@dataclass(frozen=True)
class GroupedCurves:
    """Survival at each time at which a clock of a group stopped, group after group."""

    number: int  # of groups, from 0
    n: NDArray[np.int64]  # clocks of each group
    keys: NDArray[np.int64]  # group and time in one number, ascending
    timed: TimedCurves

    def quantiles(self, share: float) -> list[Measured]:
        """When `share` of each group still wait, such as 0.5 for the median."""
        value, low, high = (
            self.timed.reach(name, share, self.number) for name in ("survival", "lower", "upper")
        )
        return [measured(*row) for row in zip(value, low, high, self.n, strict=True)]

    def done_within(self, seconds: int) -> list[Measured]:
        """The share of each group that was done by then: 1 less its survival.

        Where nobody is done, or everybody, Greenwood's formula knows no doubt; Wilson's does.
        """
        survival, low, high = self.waiting_after(np.full(self.number, seconds))
        none = wilson_interval(np.zeros(self.number), self.n)[1]
        all_done = wilson_interval(self.n, self.n)[0]
        least = np.where(survival == 0, all_done, 1 - high)
        most = np.where(survival == 1, none, 1 - low)
        return [measured(*row) for row in zip(1 - survival, least, most, self.n, strict=True)]

    def waiting_after(self, seconds: Array, groups: Array | None = None) -> tuple[Array, ...]:
        """Survival and its bounds for each group at a time of its own.

        NaN beyond the last clock of a group, unless all were done: nobody was watched so long.
        """
        groups = np.arange(self.number) if groups is None else groups
        place = np.searchsorted(self.keys, (groups << _TIME_BITS) | seconds, side="right") - 1
        begun = np.searchsorted(self.keys, groups << _TIME_BITS, side="left")
        ends = np.searchsorted(self.keys, (groups + 1) << _TIME_BITS, side="left")
        found = []
        is_last = place == ends - 1
        for curve in (self.curves.survival, self.curves.lower, self.curves.upper):
            padded = np.append(curve, np.nan)
            value = np.where(place >= begun, padded[place], 1.0)
            found.append(np.where(ends > begun, value, np.nan))
        if len(self.keys):
            last = self.keys[np.maximum(ends - 1, 0)] & _TIME
            beyond = is_last & (seconds > last) & (found[0] > 0)
            found = [np.where(beyond, np.nan, curve) for curve in found]
        return tuple(found)

    @property
    def curves(self) -> Curves:
        return self.timed.curves


def grouped_curves(groups: Array, number: int, seconds: Array, happened: Array) -> GroupedCurves:
    """`groups` from 0 to number - 1, -1 for none; seconds are integers from 0."""
    key = (groups.astype(np.int64) << _TIME_BITS) | np.minimum(seconds, _TIME).astype(np.int64)
    # One sort of integers orders by group, time, and events before censorings.
    key = np.sort(((key << 1) | ~happened)[groups >= 0])
    ended = key >> 1
    timed = follow(ended >> _TIME_BITS, ended & _TIME, key & 1 == 0)
    n = np.bincount(ended >> _TIME_BITS, minlength=number).astype(np.int64)
    return GroupedCurves(number, n, (timed.group << _TIME_BITS) | timed.seconds, timed)
