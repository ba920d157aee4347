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


def judged(started: Ints, due: Ints, ended: Ints, share: Any, seen_at: int) -> Bools:
    """A promise counts once its time has passed; who handed over for good and early owes none.

    One promise for each unit and complaint, had once or got back: from when the unit first
    `started` until it `ended`. Who rejects owes it: what the city reaches has its rejections
    within, so that as many as are usual cost nothing, and to reject what would be late gains
    nothing.
    """
    return (
        (due != NEVER)
        & (due <= seen_at)
        & ((ended == NEVER) | ~is_early(started, ended, due, share))
    )


def is_early(started: Any, ended: Any, due: Any, share: float) -> Any:
    """Handed over before more than that share of its time was gone, by the clock on the wall."""
    return ended - started <= share * (due - started)


def on_time(due: Ints, resolved: Ints) -> Bools:
    return (due != NEVER) & (resolved != NEVER) & (resolved <= due)


def own_to_resolve(ended: Ints) -> Bools:
    """Not handed over: this unit's to bring to an end. One that is rejected is not resolved."""
    return ended == NEVER


def others_share(cases: Ints) -> Ints:
    """Of each service (columns) the share of cases that other units (rows) had; millionths."""
    whole = cases.sum(axis=0)
    return np.asarray(divided((whole - cases) * MICRO, np.maximum(whole, 1)))


def is_comparable(shares: Ints, n: Ints, least: float) -> Bools:
    """Whether others have enough of a unit's services for its mix to be held against theirs.

    `shares` is the sum of `others_share` over its `n` cases.
    """
    return shares >= least * MICRO * np.maximum(n, 1)


def rates(sums: Any, counted: Any) -> Any:
    """What the city's cases of each service show on average; whole millionths."""
    return divided(sums * MICRO, np.maximum(counted, 1))


def divided(total: Any, by: Any) -> Any:
    """Rounded to the nearest whole number, halves up: without a float that could differ."""
    return (2 * total + by) // (2 * by)
