"""Intervals of what is compared between two groups."""

import math
from typing import Any

import numpy as np
from scipy.stats import binomtest

Interval = tuple[float, float]


def rate_ratio_interval(
    n: int, exposure: float, other_n: int, other_exposure: float, confidence: float = 0.95
) -> Interval:
    """Exact bounds of (n / exposure) / (other_n / other_exposure) of two Poisson counts.

    Given their sum, n is binomial (Przyborowski & Wilenski 1940); the bounds are those of Clopper
    & Pearson. (0, inf) where neither group has a case.
    """
    if n + other_n == 0:
        return 0.0, math.inf
    share = binomtest(n, n + other_n).proportion_ci(confidence, method="exact")
    scale = other_exposure / exposure
    low = share.low / (1 - share.low) * scale if share.low < 1 else math.inf
    high = share.high / (1 - share.high) * scale if share.high < 1 else math.inf
    return low, high


def difference_interval(
    first: Any, first_bounds: tuple[Any, Any], second: Any, second_bounds: tuple[Any, Any]
) -> tuple[Any, Any]:
    """Bounds of `first - second` from those of each (MOVER: Zou & Donner 2008, eq. 4).

    Numbers, or arrays of like length. Infinite or NaN bounds give such bounds.
    """
    (low, high), (other_low, other_high) = first_bounds, second_bounds
    difference = first - second
    return (
        difference - np.hypot(first - low, other_high - second),
        difference + np.hypot(high - first, second - other_low),
    )
