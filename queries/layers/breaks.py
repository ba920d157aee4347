"""Limits between classes of a number: by quantiles, and where its values leave gaps."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_MOST_VALUES = 400  # beyond, neighbouring values are put together: the work grows by the square


def quantile_breaks(values: Array, classes: int) -> tuple[float, ...]:
    """Inner limits of classes of about equal size: fewer where values are tied."""
    if not len(values):
        return ()
    limits = np.quantile(values, np.arange(1, classes) / classes, method="higher")
    return tuple(float(limit) for limit in np.unique(limits) if limit > values.min())


def natural_breaks(values: Array, classes: int) -> tuple[float, ...]:
    """Inner limits of the classes with the least squared deviation from their means.

    W. D. Fisher, "On Grouping for Maximum Homogeneity", JASA 53 (1958), solved exactly by dynamic
    programming over at most `_MOST_VALUES` different values (known to cartographers as Jenks).
    """
    distinct, counts = np.unique(values, return_counts=True)
    starts, means, weights = _gathered(distinct, counts)
    classes = min(classes, len(means))
    if classes < 2:
        return ()
    cost = _costs(means, weights)
    best = cost[0].copy()  # of the first j + 1 values in the classes so far
    cut = np.zeros((classes, len(means)), int)
    for k in range(1, classes):
        # options[i, j]: the last class is i … j, the classes before hold what lies below i
        options = np.full_like(cost, np.inf)
        options[1:] = best[:-1, None] + cost[1:]
        cut[k] = options.argmin(axis=0)
        best = options.min(axis=0)
    limits, end = [], len(means) - 1
    for k in range(classes - 1, 0, -1):
        start = int(cut[k, end])
        limits.append(float(starts[start]))
        end = start - 1
    return tuple(reversed(limits))


def _gathered(distinct: Array, counts: NDArray[np.integer[Any]]) -> tuple[Array, Array, Array]:
    """Where each group of neighbouring values begins, its mean, and how many it holds."""
    if len(distinct) <= _MOST_VALUES:
        return distinct, distinct, counts.astype(float)
    # Groups of equal size, and none across one of the widest gaps: those are looked for.
    even = np.linspace(0, len(distinct), _MOST_VALUES // 2 + 1).astype(int)[:-1]
    wide = np.argpartition(np.diff(distinct), -(_MOST_VALUES // 2))[-(_MOST_VALUES // 2) :] + 1
    edges = np.union1d(even, wide)
    sums = np.add.reduceat(distinct * counts, edges)
    held = np.add.reduceat(counts, edges).astype(float)
    return distinct[edges], sums / held, held


def _costs(values: Array, counts: Array) -> Array:
    """Squared deviation of the values i … j from their mean; infinite where j < i."""
    shifted = values - values.mean()  # large numbers would lose the digits that matter
    n = np.concatenate([[0], np.cumsum(counts)])
    first = np.concatenate([[0], np.cumsum(counts * shifted)])
    second = np.concatenate([[0], np.cumsum(counts * shifted**2)])
    i, j = np.triu_indices(len(values))
    cost = np.full((len(values), len(values)), np.inf)
    sums = first[j + 1] - first[i]
    squares = second[j + 1] - second[i] - sums**2 / (n[j + 1] - n[i])
    cost[i, j] = np.maximum(squares, 0)
    return cost
