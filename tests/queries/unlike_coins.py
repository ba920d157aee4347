"""Exact chances of sums of unlike coins, by convolving."""

from typing import Any

import numpy as np
from scipy.stats import binom, norm


def exact_z(coins: list[tuple[int, float]]) -> Any:
    """Of each number of successes, from none to all: half of the number itself is beyond."""
    chances = np.ones(1)
    for n, chance in coins:
        chances = np.convolve(chances, binom.pmf(np.arange(n + 1), n, chance))
    least = np.minimum(np.cumsum(chances) - chances / 2, 1)
    most = np.minimum(np.cumsum(chances[::-1])[::-1] - chances / 2, 1)
    return np.where(least < most, norm.ppf(least), norm.isf(most))
