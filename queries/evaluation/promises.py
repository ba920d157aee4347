"""Which promises of a unit count, which were kept, and what its mix of services predicts.

One rule for whoever judges units: the monthly evaluation, the KPI page and its interface. Arrays
of like length, one entry per case; instants are UTC seconds, NEVER for what has not happened.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

MICRO = 1_000_000
NEVER = -1

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def judged(due: Ints, resolved: Ints, is_rejected: Bools, ended: Ints, seen_at: int) -> Bools:
    """A promise counts once its time has passed; who rejected or rightly handed over owes none."""
    kept_it = (ended == NEVER) | (ended > due)
    owes = (resolved != NEVER) | (~is_rejected & kept_it)
    return (due != NEVER) & (due <= seen_at) & owes


def on_time(due: Ints, resolved: Ints) -> Bools:
    return (due != NEVER) & (resolved != NEVER) & (resolved <= due)


def own_to_resolve(resolved: Ints, is_rejected: Bools, ended: Ints) -> Bools:
    """Neither rejected nor handed over: it is, or was, this unit's to bring to an end."""
    return (resolved != NEVER) | (~is_rejected & (ended == NEVER))


def rates(sums: Any, counted: Any) -> Any:
    """What the city's cases of each service show on average; whole millionths."""
    return divided(sums * MICRO, np.maximum(counted, 1))


def divided(total: Any, by: Any) -> Any:
    """Rounded to the nearest whole number, halves up: without a float that could differ."""
    return (2 * total + by) // (2 * by)
