"""Logarithmic duration bins: a quantile read off them is within 1% of the exact one."""

import math
from typing import Any

import numpy as np

BASE = 1.02
BINS = 1024  # the last one begins at 20 years
_LOG_BASE = math.log(BASE)


def to_bin(seconds: float) -> int:
    """The bin of one duration: 0 below a second, then b with BASE**(b-1) <= seconds < BASE**b."""
    if seconds < 1:
        return 0
    return min(1 + math.floor(math.log(seconds) / _LOG_BASE + 1e-9), BINS - 1)


def to_bins(seconds: Any) -> Any:
    """Vectorised `to_bin`: array of seconds in, int array of bins 0…BINS-1 out."""
    clipped = np.maximum(np.asarray(seconds, dtype=float), 1.0)
    bins = 1 + np.floor(np.log(clipped) / _LOG_BASE + 1e-9).astype(int)
    return np.where(np.asarray(seconds) < 1, 0, np.minimum(bins, BINS - 1))


def from_bins(bins: Any) -> Any:
    """Seconds at the geometric middle of each bin, so at most 1% off; 0 for bin 0."""
    bins = np.asarray(bins)
    return np.where(bins == 0, 0.0, BASE ** (bins - 0.5))
