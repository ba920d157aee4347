"""Kaplan–Meier on counts: how long things take when some have not happened yet."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959963984540054  # the normal quantile of a two-sided 95% interval
_TOUCHING = 1e-9  # a curve so near a share is at it but for rounding

# What is read off the curves: the column, the curve, and the share still waiting.
QUANTILES = {
    "median_seconds": ("survival", 0.5),
    "p90_seconds": ("survival", 0.1),
    "median_low": ("lower", 0.5),
    "median_high": ("upper", 0.5),
    "p90_low": ("lower", 0.1),
    "p90_high": ("upper", 0.1),
}

Counts = NDArray[Any]


@dataclass(frozen=True)
class Curves:
    """Survival curves, such as of k groups over b duration bins, where every array is (k, b)."""

    survival: NDArray[np.float64]
    lower: NDArray[np.float64]  # 95%, pointwise
    upper: NDArray[np.float64]
    at_risk: NDArray[np.int64]


def kaplan_meier(events: Counts, censored: Counts, *, censored_first: bool = False) -> Curves:
    """Curves from counts of events and of censorings per bin, both (k, b) integers.

    In a bin the events come before the censorings, or after them. Survival is the product-limit
    estimate of Kaplan and Meier (1958); its interval the exponential Greenwood formula
    (log(-log S)).
    """
    leaving = events + censored
    total = leaving.sum(axis=1, keepdims=True)
    at_risk = total - (np.cumsum(leaving, axis=1) - leaving)
    if censored_first:
        at_risk = at_risk - censored
    step, growth = _steps(events, at_risk)
    return _curves(np.cumsum(step, axis=1), np.cumsum(growth, axis=1), at_risk)


def kaplan_meier_in_turn(events: Counts, censored: Counts, begins: Counts) -> Curves:
    """The same of groups one after another, with times of their own each: all arrays are (n,).

    `begins` has where each group begins, ascending from 0.
    """
    leaving = events + censored
    total = np.add.reduceat(leaving, begins)
    gone = np.cumsum(leaving) - leaving
    sizes = np.diff(begins, append=len(events))
    at_risk = np.repeat(total + gone[begins], sizes) - gone
    step, growth = _steps(events, at_risk)
    log_survival, variance = np.empty(len(step)), np.empty(len(step))
    # Group by group: a difference of sums over all would round otherwise.
    for begin, size in zip(begins.tolist(), sizes.tolist(), strict=True):
        group = slice(begin, begin + size)
        np.cumsum(step[group], out=log_survival[group])
        np.cumsum(growth[group], out=variance[group])
    return _curves(log_survival, variance, at_risk)


def _steps(events: Counts, at_risk: Counts) -> tuple[Counts, Counts]:
    """What each time adds to the logarithm of survival, and to its variance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(at_risk > 0, np.log(at_risk - events) - np.log(at_risk), 0.0)
        return step, np.where(events > 0, events / (at_risk * (at_risk - events)), 0.0)


def _curves(log_survival: Counts, variance: Counts, at_risk: Counts) -> Curves:
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = Z95 * np.sqrt(variance) / np.abs(log_survival)
        lower = np.exp(log_survival * np.exp(spread))
        upper = np.exp(log_survival * np.exp(-spread))
    survival = np.exp(log_survival)
    # The formula has no value before the first event, where nothing is uncertain, nor once all
    # are done; there the interval closes at zero, as that of lifelines does.
    lower = np.where(survival == 0.0, 0.0, np.where(np.isnan(lower), 1.0, lower))
    upper = np.where(survival == 0.0, 0.0, np.where(np.isnan(upper), 1.0, upper))
    return Curves(survival, lower, upper, at_risk)


@dataclass(frozen=True)
class TimedCurves:
    """Curves of groups one after another, at each time a clock of theirs stopped: all (n,)."""

    group: Counts
    seconds: Counts
    begins: Counts  # where each group that has clocks begins
    curves: Curves

    def reach(self, name: str, share: float, number: int) -> NDArray[np.float64]:
        """When a curve of each group, from 0 to number - 1, is first at or below the share; NaN
        where it never is."""
        reached = np.flatnonzero(_is_reached(getattr(self.curves, name), share))
        times = np.append(self.seconds.astype(float), np.nan)
        place = np.append(reached, len(self.seconds))[np.searchsorted(reached, self.begins)]
        ends = np.append(self.begins[1:], len(self.seconds))
        found = np.full(number, np.nan)
        found[self.group[self.begins]] = np.where(place < ends, times[place], np.nan)
        return found


def follow(group: Counts, seconds: Counts, happened: NDArray[np.bool_]) -> TimedCurves:
    """Of clocks sorted by group and seconds, each stopped by what it waits for, or censored."""
    if not len(group):
        none, nothing = np.zeros(0, np.int64), np.zeros(0)
        return TimedCurves(none, none, none, Curves(nothing, nothing, nothing, none))
    is_first = np.ones(len(group), bool)  # of its group and time
    is_first[1:] = (group[1:] != group[:-1]) | (seconds[1:] != seconds[:-1])
    first = np.flatnonzero(is_first)
    group, seconds = group[first], seconds[first]
    leaving = np.diff(first, append=len(happened))
    events = np.add.reduceat(happened.astype(np.int64), first)
    begins = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    curves = kaplan_meier_in_turn(events, leaving - events, begins)
    return TimedCurves(group, seconds, begins, curves)


def crossing(curve: NDArray[np.float64], share: float) -> NDArray[np.int64]:
    """The first bin at which each curve (k, b) is at or below `share`; -1 where it never is."""
    reached = _is_reached(curve, share)
    return np.where(reached.any(axis=1), np.argmax(reached, axis=1), -1)


def _is_reached(curve: NDArray[np.float64], share: float) -> NDArray[np.bool_]:
    return curve <= share + _TOUCHING
