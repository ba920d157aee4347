"""Kaplan–Meier on counts: how long things take when some have not happened yet."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.durations import from_bins

_Z = 1.959963984540054  # the normal quantile of a two-sided 95% interval
_TIE = 1e-9  # a curve that is at the quantile but for rounding is at it

Counts = NDArray[Any]


@dataclass(frozen=True)
class Curves:
    """Survival curves of k groups over b duration bins; every array is (k, b)."""

    survival: NDArray[np.float64]
    lower: NDArray[np.float64]  # 95%, pointwise
    upper: NDArray[np.float64]
    at_risk: NDArray[np.int64]


def kaplan_meier(events: Counts, censored: Counts) -> Curves:
    """Curves from counts of events and of censorings per bin, both (k, b) integers.

    In a bin the events come before the censorings. Survival is the product-limit estimate of
    Kaplan and Meier (1958); its interval the exponential Greenwood formula (log(-log S)).
    """
    leaving = events + censored
    total = leaving.sum(axis=1, keepdims=True)
    at_risk = total - (np.cumsum(leaving, axis=1) - leaving)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(at_risk > 0, np.log(at_risk - events) - np.log(at_risk), 0.0)
        log_survival = np.cumsum(step, axis=1)
        variance = np.cumsum(
            np.where(events > 0, events / (at_risk * (at_risk - events)), 0.0), axis=1
        )
        spread = _Z * np.sqrt(variance) / np.abs(log_survival)
        lower = np.exp(log_survival * np.exp(spread))
        upper = np.exp(log_survival * np.exp(-spread))
    # Before the first event nothing is uncertain; where all have left at zero the formula has no
    # value and the interval says so by staying open.
    undefined_lower, undefined_upper = np.isnan(lower), np.isnan(upper)
    lower = np.where(undefined_lower, 1.0, lower)
    upper = np.where(undefined_upper, 1.0, upper)
    return Curves(np.exp(log_survival), lower, upper, at_risk)


def quantile(survival: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Seconds at which each curve (k, b) is first at or below `share`; NaN where it never is."""
    reached = survival <= share + _TIE
    first = np.argmax(reached, axis=1)
    seconds = np.asarray(from_bins(first), dtype=float)
    return np.where(reached.any(axis=1), seconds, np.nan)
