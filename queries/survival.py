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
    """Survival curves of k groups over b duration bins; every array is (k, b)."""

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
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(at_risk > 0, np.log(at_risk - events) - np.log(at_risk), 0.0)
        log_survival = np.cumsum(step, axis=1)
        variance = np.cumsum(
            np.where(events > 0, events / (at_risk * (at_risk - events)), 0.0), axis=1
        )
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
