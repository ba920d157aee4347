"""Shares and means with their 95% bounds."""

from typing import Any

import numpy as np

from queries.kpi.model import measured
from queries.measured import Measured
from queries.values import mean_stars, wilson_interval


def share_of(part: int, whole: int) -> Measured:
    """Bounds by Wilson's score."""
    return shares_of(np.asarray([part]), np.asarray([whole]))[0]


def shares_of(parts: Any, wholes: Any) -> list[Measured]:
    parts, wholes = np.asarray(parts), np.asarray(wholes)
    low, high = wilson_interval(parts, wholes)
    value = np.where(wholes > 0, parts / np.maximum(wholes, 1), np.nan)
    return [measured(*row) for row in zip(value, low, high, wholes, strict=True)]


def stars_of(n: int, total: float, squares: float) -> Measured:
    """The mean of n ratings with this sum and sum of squares."""
    return measured(*mean_stars(n, total, squares), n)
