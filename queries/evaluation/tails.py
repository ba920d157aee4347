"""How unusual a number of kept promises is, where each had a chance of its own: as a z score.

The z is the normal quantile of the mid-p of a sum of unlike coins (Poisson-binomial).
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from queries.evaluation.coins import CoinCounts, Floats
from queries.evaluation.few_coins import FewCoins
from queries.evaluation.saddlepoint import ManyCoins

_FEW = 4.0  # variance under which all that may happen is added up


class Coins(CoinCounts):
    """Of any variance; each unit's z in the way that suits its own."""

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
    def _parts(self) -> tuple[tuple[NDArray[np.bool_], FewCoins | ManyCoins], ...]:
        few = self.variance < _FEW
        return (few, FewCoins(self.n[few], self.chance)), (
            ~few,
            ManyCoins(self.n[~few], self.chance),
        )
