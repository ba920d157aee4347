"""z scores of sums of unlike coins of which few are in doubt, by adding up what may happen."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from queries.evaluation.coins import CoinCounts, Floats

_MOST = 200  # surprises of either kind; more than that of a few are beyond all bounds
_FARTHEST = 40.0


class FewCoins(CoinCounts):
    """As `ManyCoins`, exactly: half of the number itself is beyond. For a variance of a few."""

    def z_of(self, kept: Floats) -> Floats:
        at = np.clip(kept - self._first, 0, self._z.shape[1] - 1)
        low, rows = np.floor(at).astype(np.int64), np.arange(len(at))
        high = np.minimum(low + 1, self._z.shape[1] - 1)
        below, above = self._z[rows, low], self._z[rows, high]
        return below + (at - low) * (above - below)

    def reached(self, z: Floats) -> Floats:
        steps = np.arange(self._z.shape[1])
        at = np.array([np.interp(aim, row, steps) for aim, row in zip(z, self._z, strict=True)])
        return np.clip(self._first + at, 0, self.total)

    @property
    def _is_usual(self) -> NDArray[np.bool_]:
        return self.chance >= 0.5

    @cached_property
    def _most(self) -> int:
        return int(min(self.total.max(initial=0), _MOST))

    @cached_property
    def _first(self) -> Floats:
        """The number of each unit that the first column of `_z` is of."""
        return self.n[:, self._is_usual].sum(axis=1) - self._most

    @cached_property
    def _z(self) -> Floats:
        """(units, steps): of so many successes; each column is one more."""
        usual = self._is_usual
        failures = self._surprises(usual, 1 - self.chance)
        successes = self._surprises(~usual, self.chance)
        chances = _added(np.pad(failures[:, ::-1], ((0, 0), (0, self._most))), successes)
        least = np.cumsum(chances, axis=1) - chances / 2
        most = np.cumsum(chances[:, ::-1], axis=1)[:, ::-1] - chances / 2
        is_low = least < most
        tail = ndtri(np.where(is_low, least, most))
        return np.clip(np.where(is_low, tail, -tail), -_FARTHEST, _FARTHEST)

    def _surprises(self, kinds: NDArray[np.bool_], rare: Floats) -> Floats:
        """Chances of 0, 1, 2 … of them in each unit, (units, most + 1)."""
        found = np.zeros((len(self.n), self._most + 1))
        found[:, 0] = 1.0
        for n, chance in zip(self.n[:, kinds].T, rare[kinds], strict=True):
            found = _added(found, _binomial(n, chance, self._most))
        return found


def _binomial(n: Floats, chance: float, most: int) -> Floats:
    """Chances of 0 … successes of n each, as far as there are any."""
    number = np.arange(min(int(n.max(initial=0)), most))
    steps = np.maximum(n[:, np.newaxis] - number, 0) / (number + 1) * (chance / (1 - chance))
    none = (1 - chance) ** n[:, np.newaxis]
    return none * np.hstack([np.ones_like(none), np.cumprod(steps, axis=1)])


def _added(first: Floats, second: Floats) -> Floats:
    """Chances of the sum of two independent numbers, as far as the first goes."""
    found = np.zeros_like(first)
    width = first.shape[1]
    for number in range(min(second.shape[1], width)):
        found[:, number:] += second[:, number, np.newaxis] * first[:, : width - number]
    return found
