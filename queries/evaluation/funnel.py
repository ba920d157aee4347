"""Who differs from the city beyond chance: a funnel with its overdispersion within.

Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24
(2005): multiplicative overdispersion, estimated from winsorised z scores.
"""

import math

import numpy as np
from numpy.typing import NDArray

from queries.evaluation.canonical import rounded
from queries.evaluation.model import Funnel, FunnelPoint
from queries.evaluation.score import Floats
from queries.evaluation.sums import Groups
from queries.evaluation.table import MICRO, PARTS, Table

_Z95, _Z998 = 1.959963984540054, 3.090232306167813
_ON_TIME = PARTS.index("on_time_ratio")


def draw_funnel(
    table: Table, groups: Groups, ranked: NDArray[np.bool_], winsorised_share: float
) -> Funnel:
    """The ranked subjects with a case that is due.

    Each case is kept with the chance that its service has in the city, so that of a unit the
    variance is the sum of p (1 - p).
    """
    chance = table.expected[:, _ON_TIME]
    observed = groups.count(table.on_time)
    expected = groups.count(chance) / MICRO
    variance = groups.count(chance * (MICRO - chance)) / MICRO**2
    there = np.flatnonzero(ranked & (expected > 0))
    z = np.zeros(len(groups))
    spread = np.sqrt(variance)
    unsure = there[spread[there] > 0]
    z[unsure] = (observed[unsure] - expected[unsure]) / spread[unsure]
    phi, is_overdispersed = overdispersion(z[unsure], winsorised_share)
    widened = math.sqrt(phi)
    found = []
    for place in there.tolist():
        half = widened * spread[place] / expected[place]
        own = rounded(z[place] / widened)
        found.append(
            FunnelPoint(
                code=groups.codes[place],
                expected=rounded(expected[place]),
                observed=int(observed[place]),
                ratio=rounded(observed[place] / expected[place]),
                low95=rounded(max(1 - _Z95 * half, 0.0)),
                high95=rounded(1 + _Z95 * half),
                low998=rounded(max(1 - _Z998 * half, 0.0)),
                high998=rounded(1 + _Z998 * half),
                z=own,
                differs="better" if own > _Z998 else "worse" if own < -_Z998 else "as_expected",
            )
        )
    return Funnel("on_time_ratio", rounded(phi), is_overdispersed, tuple(found))


def overdispersion(z: Floats, winsorised_share: float) -> tuple[float, bool]:
    """The factor of the variance, and whether it is beyond chance: else it is taken to be 1."""
    number = len(z)
    if number < 2:
        return 1.0, False
    order = np.sort(z)
    cut = int(winsorised_share * number)
    held = np.clip(order, order[cut], order[number - 1 - cut])
    phi = math.fsum(held**2) / number
    is_overdispersed = phi > 1 + 2 * math.sqrt(2 / number)
    return (phi, True) if is_overdispersed else (1.0, False)
