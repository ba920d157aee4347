"""Who differs from the city beyond chance: a funnel with its overdispersion within.

Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24
(2005): multiplicative overdispersion, estimated from winsorised z scores.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from queries.evaluation.canonical import rounded
from queries.evaluation.model import Funnel, FunnelPoint
from queries.evaluation.promises import MICRO, Bools, Ints, variances
from queries.evaluation.score import Floats
from queries.evaluation.sums import Groups
from queries.evaluation.table import PARTS, Table

_Z95, _Z998 = 1.959963984540054, 3.090232306167813
_ON_TIME = PARTS.index("on_time_ratio")


@dataclass(frozen=True)
class Standing:
    """Where units stand; arrays of like length. `z` has the overdispersion within, six decimals."""

    observed: Ints
    expected: Floats
    spread: Floats  # standard deviation of the observed, by chance alone
    is_there: Bools  # ranked, and with a case that is due
    z: Floats
    phi: float
    is_overdispersed: bool

    def differs(self, place: int) -> str:
        """One of DIFFERENCES, at 99.8%."""
        return ("worse", "as_expected", "better")[int(self.sides[place]) + 1]

    @property
    def sides(self) -> NDArray[np.int8]:
        """-1 worse than the city, 0 as expected, 1 better, at 99.8%; 0 for who is not there."""
        return (self.z > _Z998).astype(np.int8) - (self.z < -_Z998).astype(np.int8)

    def limits(self, place: int, z: float) -> tuple[float, float]:
        """Of the ratio, where the city ends."""
        half = math.sqrt(self.phi) * self.spread[place] / self.expected[place]
        return rounded(max(1 - z * half, 0.0)), rounded(1 + z * half)

    def point(self, place: int, code: str) -> FunnelPoint:
        """Of one that is there."""
        observed, expected = self.observed[place], self.expected[place]
        return FunnelPoint(
            code,
            rounded(expected),
            int(observed),
            rounded(observed / expected),
            *self.limits(place, _Z95),
            *self.limits(place, _Z998),
            z=float(self.z[place]),
            differs=self.differs(place),
        )


def stand(
    observed: Ints,
    expected: Ints,
    variance: Ints,
    ranked: Bools,
    winsorised_share: float,
    *,
    among: "Standing | None" = None,
) -> Standing:
    """Cases kept on time beside the sum of their chances, in millionths, and of `variances`.

    Overdispersion is estimated from those that are ranked; or it is that of `among`, the whole
    city, where these are a part of it.
    """
    whole = expected / MICRO
    spread = np.sqrt(variance / MICRO**2)
    is_there = ranked & (whole > 0)
    unsure = np.flatnonzero(is_there & (spread > 0))
    z = np.zeros(len(observed))
    z[unsure] = (observed[unsure] - whole[unsure]) / spread[unsure]
    if among is None:
        phi, is_overdispersed = overdispersion(z[unsure], winsorised_share)
    else:
        phi, is_overdispersed = among.phi, among.is_overdispersed
    widened = math.sqrt(phi)
    z[unsure] = [rounded(one / widened) for one in z[unsure].tolist()]
    return Standing(observed, whole, spread, is_there, z, phi, is_overdispersed)


def draw_funnel(
    table: Table, groups: Groups, ranked: Bools, winsorised_share: float, confirmed: Ints
) -> Funnel:
    """The ranked subjects with a case that is due.

    Worse is who is so by what was observed; better, who is so by the cases `confirmed` too.

    Each case is kept with the chance that its service has in the city, so that of a unit the
    variance is the sum of p (1 - p).
    """
    chance = table.expected[:, _ON_TIME]
    usual = groups.count(chance), groups.count(variances(chance)), ranked, winsorised_share
    found = stand(groups.count(table.on_time), *usual)
    shown = stand(confirmed, *usual, among=found).sides > 0
    points = [
        _only_if(shown[place], found.point(place, groups.codes[place]))
        for place in np.flatnonzero(found.is_there).tolist()
    ]
    return Funnel("on_time_ratio", rounded(found.phi), found.is_overdispersed, tuple(points))


def _only_if(is_shown: bool, point: FunnelPoint) -> FunnelPoint:
    if point.differs != "better" or is_shown:
        return point
    return replace(point, differs="as_expected")


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
