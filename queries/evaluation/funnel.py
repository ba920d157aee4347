"""Who differs from the city beyond chance: a funnel with its overdispersion within.

Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24
(2005): probability limits, and multiplicative overdispersion, estimated from winsorised z scores.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from queries.evaluation.canonical import rounded
from queries.evaluation.model import Funnel, FunnelPoint
from queries.evaluation.promises import MICRO, Bools, Ints
from queries.evaluation.score import Floats
from queries.evaluation.sums import Groups
from queries.evaluation.table import PARTS, Table
from queries.evaluation.tails import Coins
from queries.survival import Z95

_Z998 = 3.090232306167813
_ON_TIME = PARTS.index("on_time_ratio")


@dataclass(frozen=True)
class Standing:
    """Where units stand; arrays of like length. `z` has the overdispersion within, six decimals."""

    observed: Ints
    expected: Floats
    due: Ints  # (units, kinds of case)
    chance: Ints  # of each kind, in millionths
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

    def point(self, place: int, code: str) -> FunnelPoint:
        """Of one that is there."""
        observed, expected = self.observed[place], self.expected[place]
        low95, high95, low998, high998 = (rounded(end[place] / expected) for end in self._limits)
        return FunnelPoint(
            code,
            rounded(expected),
            int(observed),
            rounded(observed / expected),
            low95,
            high95,
            low998,
            high998,
            z=float(self.z[place]),
            differs=self.differs(place),
        )

    @cached_property
    def _limits(self) -> tuple[Floats, Floats, Floats, Floats]:
        """How many are kept by chance at the least and at the most, of 95% and of 99.8%."""
        unsure, certain, coins = _coins(self.due, self.chance)

        def reached(z: float) -> Floats:
            kept = self.expected.copy()  # where nothing is left to chance
            aim = np.full(len(unsure), z * math.sqrt(self.phi))
            kept[unsure] = certain[unsure] + coins.reached(aim)
            return kept

        return reached(-Z95), reached(Z95), reached(-_Z998), reached(_Z998)


def stand(
    observed: Ints,
    due: Ints,
    chance: Ints,
    ranked: Bools,
    winsorised_share: float,
    *,
    among: "Standing | None" = None,
) -> Standing:
    """Cases kept on time of those due, (units, kinds), each kept with the chance of its kind in
    millionths.

    Overdispersion is estimated from those that are ranked; or it is that of `among`, the whole
    city, where these are a part of it.
    """
    whole = (due @ chance) / MICRO
    is_there = ranked & (whole > 0)
    there = np.flatnonzero(is_there)
    unsure, certain, coins = _coins(due[there], chance)
    unsure, certain = there[unsure], certain[unsure]
    z = np.zeros(len(observed))
    # Of what always succeeds, or never, a failure, or a success, is one but for rounding.
    z[unsure] = coins.z_of(np.clip(observed[unsure] - certain, 0.0, coins.total))
    if among is None:
        phi, is_overdispersed = overdispersion(z[unsure], winsorised_share)
    else:
        phi, is_overdispersed = among.phi, among.is_overdispersed
    widened = math.sqrt(phi)
    z[unsure] = [rounded(one / widened) for one in z[unsure].tolist()]
    return Standing(observed, whole, due, chance, is_there, z, phi, is_overdispersed)


def _coins(due: Ints, chance: Ints) -> tuple[Ints, Ints, Coins]:
    """Of which units anything is left to chance; what each has kept for certain; and the rest."""
    is_open = (chance > 0) & (chance < MICRO)
    coins = due[:, is_open].astype(float)
    unsure = np.flatnonzero(coins.any(axis=1))
    return (
        unsure,
        due[:, chance >= MICRO].sum(axis=1),
        Coins(coins[unsure], chance[is_open] / MICRO),
    )


def draw_funnel(
    table: Table, groups: Groups, ranked: Bools, winsorised_share: float, confirmed: Ints
) -> Funnel:
    """The ranked subjects with a case that is due; each is kept with the chance that its service
    has in the city.

    Worse is who is so by what was observed; better, who is so by the cases `confirmed` too.
    """
    chance, kind = np.unique(table.expected[:, _ON_TIME], return_inverse=True)
    due = np.zeros((len(groups), len(chance)), np.int64)
    np.add.at(due, (groups.subject, kind[groups.rows]), table.judged[groups.rows])
    usual = due, chance, ranked, winsorised_share
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
