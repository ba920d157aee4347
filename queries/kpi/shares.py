"""Shares and means with their 95% bounds."""

from typing import Any

import numpy as np

from queries.kpi.model import measured
from queries.measured import Measured
from queries.values import wilson_interval

_Z = 1.959963984540054


def share_of(part: int, whole: int) -> Measured:
    """Bounds by Wilson's score."""
    return shares_of(np.asarray([part]), np.asarray([whole]))[0]


def shares_of(parts: Any, wholes: Any) -> list[Measured]:
    parts, wholes = np.asarray(parts), np.asarray(wholes)
    low, high = wilson_interval(parts, wholes)
    value = np.where(wholes > 0, parts / np.maximum(wholes, 1), np.nan)
    return [measured(*row) for row in zip(value, low, high, wholes, strict=True)]


def mean_of(n: int, total: float, squares: float, *, least: float, most: float) -> Measured:
    """The mean of n numbers with this sum and sum of squares; normal bounds, kept in range."""
    if not n:
        return measured(np.nan, np.nan, np.nan, 0)
    mean = total / n
    variance = max(squares - n * mean**2, 0.0) / max(n - 1, 1)
    half = _Z * float(np.sqrt(variance / n))
    return measured(mean, max(mean - half, least), min(mean + half, most), n)
