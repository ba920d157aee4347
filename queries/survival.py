"""Kaplan–Meier on counts: how long things take when some have not happened yet."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Z = 1.959963984540054  # the normal quantile of a two-sided 95% interval

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
        spread = _Z * np.sqrt(variance) / np.abs(log_survival)
        lower = np.exp(log_survival * np.exp(spread))
        upper = np.exp(log_survival * np.exp(-spread))
    survival = np.exp(log_survival)
    # The formula has no value before the first event, where nothing is uncertain, nor once all
    # are done; there the interval closes at zero, as that of lifelines does.
    lower = np.where(survival == 0.0, 0.0, np.where(np.isnan(lower), 1.0, lower))
    upper = np.where(survival == 0.0, 0.0, np.where(np.isnan(upper), 1.0, upper))
    return Curves(survival, lower, upper, at_risk)


def crossing(curve: NDArray[np.float64], share: float) -> NDArray[np.int64]:
    """The first bin at which each curve (k, b) is at or below `share`; -1 where it never is."""
    reached = curve <= share
    return np.where(reached.any(axis=1), np.argmax(reached, axis=1), -1)
