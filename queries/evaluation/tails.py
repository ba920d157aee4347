"""How unusual a number of kept promises is, where each had a chance of its own: as a z score.

The z is the normal quantile of the mid-p of a sum of unlike coins (Poisson-binomial).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from queries.evaluation.few_coins import FewCoins
from queries.evaluation.saddlepoint import ManyCoins

Floats = NDArray[np.float64]
_FEW = 4.0  # variance under which all that may happen is added up


@dataclass(frozen=True)
class Coins:
    """How many of each kind each unit has, (units, kinds), at least one; and the chance of each
    kind, between 0 and 1."""

    n: Floats
    chance: Floats

    def z_of(self, kept: Floats) -> Floats:
        """Of a number of each unit, none to all of its coins: negative is fewer than expected."""
        found = np.empty(len(kept))
        for which, coins in self._parts:
            found[which] = coins.z_of(kept[which])
        return found

    def reached(self, z: Floats) -> Floats:
        """The number at which each unit has such a z, whole or between two; none or all where
        it has not."""
        found = np.empty(len(z))
        for which, coins in self._parts:
            found[which] = coins.reached(z[which])
        return found

    @cached_property
    def total(self) -> Floats:
        return self.n.sum(axis=1)

    @cached_property
    def _parts(self) -> tuple[tuple[NDArray[np.bool_], FewCoins | ManyCoins], ...]:
        few = (self.n * self.chance * (1 - self.chance)).sum(axis=1) < _FEW
        return (few, FewCoins(self.n[few], self.chance)), (
            ~few,
            ManyCoins(self.n[~few], self.chance),
        )
